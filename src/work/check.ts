/** How a requirement or constraint was checked, and the result. */

export interface Check {
  readonly item: string;
  readonly kind: "requirement" | "constraint";
  /** `case`: cases of a tool that was used; `property`: a rule about the answer itself. */
  readonly by: "case" | "property" | "judge" | "unchecked";
  readonly verdict: "met" | "unmet" | "unclear";
  readonly reason: string;
}
