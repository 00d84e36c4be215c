/** What a requirement or constraint was checked by, and what came of it. */

export interface Check {
  readonly item: string;
  readonly kind: "requirement" | "constraint";
  /** `case`: cases of a tool that was used; `property`: a rule on the answer itself. */
  readonly by: "case" | "property" | "judge" | "unchecked";
  readonly verdict: "met" | "unmet" | "unclear";
  readonly reason: string;
}
