/** Whether a policy requires a person's approval for a call. */
import type { ApprovalPolicy, Condition } from "../core/approvals.ts";
import { digestJson } from "../core/digest.ts";
import type { Json } from "../core/json.ts";

/** @param calls Arguments by name, one object per call. */
export function asks(policy: ApprovalPolicy, calls: readonly Json[]): boolean {
  if (policy === "never" || policy === "always") return policy === "always";
  return policy.some((condition) => calls.some((call) => holds(condition, call)));
}

function holds({ argument, above, below, equals, matches }: Condition, call: Json): boolean {
  const value = argument === undefined ? call : partOf(call, argument.split("."));
  if (value === undefined) return false;
  if (above !== undefined && !(typeof value === "number" && value > above)) return false;
  if (below !== undefined && !(typeof value === "number" && value < below)) return false;
  if (equals !== undefined && digestJson(equals) !== digestJson(value)) return false;
  if (matches === undefined) return true;
  return new RegExp(matches).test(typeof value === "string" ? value : JSON.stringify(value));
}

function partOf(value: Json, path: readonly string[]): Json | undefined {
  let part: Json | undefined = value;
  for (const key of path) {
    if (part === null || typeof part !== "object" || !Object.hasOwn(part, key)) return undefined;
    part = (part as Readonly<Record<string, Json>>)[key];
  }
  return part;
}
