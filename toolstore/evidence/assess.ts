/** The evidence of a tool: counted bits and remaining doubts, as one status. */
import type { Evidence } from "../../src/core/evidence.ts";
import type { Json } from "../../src/core/json.ts";
import { bitsOfCases, type CaseChances, isEnough } from "./bits.ts";
import { type Telling, unsureOn } from "./doubts.ts";

export interface Facts {
  readonly train: CaseChances;
  readonly heldOut: CaseChances;
  /** Number of held-out cases that the tool passes. */
  readonly passed: number;
  /** Number of distinct behaviours that the search went through, at least 1. */
  readonly searched: number;
  /** Description length of the tool in bits. */
  readonly lengthBits: number;
  /** Numbers of the request that the tool does not use. */
  readonly unused: readonly string[];
  /** Cheapest first. */
  readonly telling: readonly Telling[];
}

/**
 * unverified: nothing was held out. trusted: every held-out case passes, the bits are enough (bits.ts),
 * no doubt is cheap (doubts.ts), and it uses every number of the request: a condition in words ("at
 * least 1") may show in no case. provisional: anything else.
 */
export function assess(facts: Facts): Evidence {
  const { train, heldOut, passed, searched, lengthBits, unused, telling } = facts;
  const all: readonly Json[] = [...train.expected, ...heldOut.expected];
  const heldOutBits = sum(bitsOfCases(heldOut, all));
  const allBits = heldOutBits + sum(bitsOfCases(train, all));
  const total = heldOut.expected.length;
  const enough = isEnough({ heldOutBits, allBits, searched, lengthBits });
  const doubts = unsureOn(telling);
  const clear = unused.length === 0 && doubts.length === 0;
  return {
    status:
      total === 0 ? "unverified" : passed === total && enough && clear ? "trusted" : "provisional",
    bits: heldOutBits,
    searched,
    heldOut: { passed, total },
    unsureOn: [...doubts],
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
