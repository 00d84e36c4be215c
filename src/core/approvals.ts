/** Which tool calls need a person's approval. */
import { z } from "zod";
import { Json } from "./json.ts";

/** All given fields must hold. */
export const Condition = z.strictObject({
  argument: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "Name of a parameter, with dots for its fields, e.g. `order.total`. Absent: all arguments, as text.",
    ),
  above: z.number().exactOptional().describe("The argument is a number above this."),
  below: z.number().exactOptional().describe("The argument is a number below this."),
  equals: Json.exactOptional().describe("The argument equals this."),
  matches: z
    .string()
    .refine((text) => isPattern(text), "expected a regular expression")
    .exactOptional()
    .describe("A regular expression that matches anywhere in the argument's text."),
});
export type Condition = z.output<typeof Condition>;

/** A list asks for approval when one of its conditions holds. */
export const ApprovalPolicy = z.union([z.enum(["never", "always"]), z.array(Condition).min(1)]);
export type ApprovalPolicy = z.output<typeof ApprovalPolicy>;

export const Approvals = z.strictObject({
  default: ApprovalPolicy.default("never").describe(
    "For other tools: `never`, `always`, or a list of conditions, of which one must hold.",
  ),
  tools: z
    .record(z.string(), ApprovalPolicy)
    .default({})
    .describe("The same for single tools, by name."),
  risky: ApprovalPolicy.default("always").describe(
    "For tools of MCP servers that say that they can destroy something or that they reach other systems, unless `tools` names them.",
  ),
  expireSeconds: z
    .number()
    .positive()
    .exactOptional()
    .describe(
      "Seconds without an answer after which a call counts as rejected. Absent: it waits without limit.",
    ),
});
export type Approvals = z.output<typeof Approvals>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
