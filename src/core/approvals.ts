/** Which tool calls a person has to approve before they are made. */
import { z } from "zod";
import { Json } from "./json.ts";

/** All that are given have to hold. */
export const Condition = z.strictObject({
  /** Name of a parameter; its parts by dots, e.g. `order.total`. Absent: any argument as text. */
  argument: z.string().min(1).exactOptional(),
  above: z.number().exactOptional(),
  below: z.number().exactOptional(),
  equals: Json.exactOptional(),
  /** A regular expression, anywhere in the argument's text. */
  matches: z
    .string()
    .refine((text) => isPattern(text), "a regular expression")
    .exactOptional(),
});
export type Condition = z.output<typeof Condition>;

/** A list asks when one of its conditions holds. */
export const ApprovalPolicy = z.union([z.enum(["never", "always"]), z.array(Condition).min(1)]);
export type ApprovalPolicy = z.output<typeof ApprovalPolicy>;

export const Approvals = z.strictObject({
  /** For tools that `tools` does not name. */
  default: ApprovalPolicy.default("never"),
  tools: z.record(z.string(), ApprovalPolicy).default({}),
  /** After so long without a word a call counts as rejected. Absent: it waits. */
  expireSeconds: z.number().positive().exactOptional(),
});
export type Approvals = z.output<typeof Approvals>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
