/**
 * Whether a tool may be the next version of a stored one. A name does not decide this, behaviour does:
 * whoever calls the stored tool must get the results that its cases promise.
 */
import type { Execution } from "../../src/core/execution.ts";
import { sameJson } from "../../src/core/json.ts";
import { mismatchOf } from "../../src/core/text/mismatch.ts";
import { readSignature } from "../../src/core/text/signature.ts";
import type { Case, Tool } from "../../src/core/tool.ts";

export interface Succession {
  /** The version that it would replace. */
  readonly version: number;
  /** Cases stored with that version, and those of them that the new tool passes. */
  readonly total: number;
  readonly passed: number;
  /** The first case that it does not pass. */
  readonly broken?: Case;
}

/** Results of arithmetic may differ in the last digits. */
const ROUNDING = 1e-6;

/**
 * @param before The stored tool's executions on its own cases, in their order; absent if it was not run.
 * @param after The new tool's executions on the same cases.
 * @returns A case counts as passed if the new signature accepts its arguments, and the new tool returns
 *   the expected value, or the value that the stored tool returns.
 * @throws RangeError if there is not one execution of the new tool per case.
 */
export function succession(
  stored: Pick<Tool, "version" | "cases">,
  { signature }: Pick<Tool, "signature">,
  after: readonly Execution[],
  before: readonly Execution[] = [],
): Succession {
  const { version, cases } = stored;
  if (after.length !== cases.length) {
    throw new RangeError(`expected ${cases.length} executions, got ${after.length}`);
  }
  const broken = cases.filter((entry, index) => {
    const old = before[index];
    const expected = [entry.expected, ...(old?.status === "returned" ? [old.output] : [])];
    const now = after[index];
    const same =
      now?.status === "returned" && expected.some((value) => sameJson(now.output, value, ROUNDING));
    return !same || !accepts(signature, entry);
  });
  const [first] = broken;
  return {
    version,
    total: cases.length,
    passed: cases.length - broken.length,
    ...(first === undefined ? {} : { broken: first }),
  };
}

/** An unreadable signature (of another language or system) is no reason to refuse. */
function accepts(signature: string, { args }: Case): boolean {
  const read = readSignature(signature);
  if (read.status === "unreadable") return true;
  const { parameters } = read.signature;
  const least = parameters.findLastIndex(({ optional }) => !optional) + 1;
  return (
    args.length >= least &&
    args.length <= parameters.length &&
    parameters.every(
      ({ type }, index) =>
        index >= args.length || mismatchOf(type, args[index] ?? null) === undefined,
    )
  );
}
