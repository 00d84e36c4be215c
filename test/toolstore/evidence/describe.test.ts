import { expect, it } from "vitest";
import type { Evidence } from "../../../src/core/evidence.ts";
import { describeEvidence } from "../../../toolstore/evidence/describe.ts";

const evidence: Evidence = {
  status: "provisional",
  bits: 5,
  searched: 10,
  heldOut: { passed: 2, total: 2 },
  unsureOn: [{ args: [[-1]], results: [0, -1] }],
};

it("says what was tested, what was not, and where it is unsure", () => {
  const cases = [
    { args: [[1, 2]], expected: 2 },
    { args: [[]], expected: 0 },
  ];
  expect(describeEvidence(evidence, cases, ["3"])).toBe(
    "Tested on 2 cases, 2 of them held out (2 passed): provisional. " +
      "Not tested: negative numbers, zero, decimals. " +
      "Numbers of the request that it does not use: 3. " +
      "Unsure on [[-1]]: 0 or -1.",
  );
});

it("does not call it tested if nothing was held out, nor name what the cases have", () => {
  const none = { ...evidence, status: "unverified", heldOut: { passed: 0, total: 0 } } as const;
  const cases = [
    { args: ["é"], expected: "" },
    { args: [""], expected: "" },
  ];
  expect(describeEvidence({ ...none, unsureOn: [] }, cases, [])).toBe(
    "Made from 2 cases, none of them held out: unverified.",
  );
});
