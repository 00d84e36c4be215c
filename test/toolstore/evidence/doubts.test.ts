import { describe, expect, it } from "vitest";
import type { Execution } from "../../../src/core/execution.ts";
import type { Json } from "../../../src/core/json.ts";
import { assess, type Facts } from "../../../toolstore/evidence/assess.ts";
import { DOUBT_BITS, tellingInputs } from "../../../toolstore/evidence/doubts.ts";

const returned = (output: Json): Execution => ({ status: "returned", output, wallMs: 1 });
const threw: Execution = { status: "threw", message: "no", wallMs: 1 };
const survivors = [
  { source: "own", bits: 20 },
  { source: "longer", bits: 23 },
  { source: "shorter", bits: 18 },
];
const probes = [
  { args: [1], oddness: 0 },
  { args: [-1], oddness: 4 },
  { args: [2], oddness: 1 },
];

describe("telling inputs", () => {
  it("are those on which results differ, the cheapest first, with who says what", () => {
    const telling = tellingInputs(survivors, probes, [
      [returned(1), returned(-1), returned(2)],
      [returned(1), returned(-1), returned(3)],
      [returned(1), returned(1), returned(2)],
    ]);
    expect(telling.map(({ args, cost }) => [args, cost])).toEqual([
      [[2], 4], // oddness 1, and the rival is 3 bits longer
      [[-1], 4], // oddness 4, and the rival is shorter
    ]);
    expect(telling[0]?.offers).toEqual([
      { result: 2, by: [0, 2] },
      { result: 3, by: [1] },
    ]);
  });

  it("offer no failure, and need a result of the tool itself", () => {
    const rows = [
      [threw, returned(-1), returned(2)],
      [returned(1), threw, threw],
      [returned(2), threw, returned(2)],
    ];
    expect(tellingInputs(survivors, probes, rows)).toEqual([]);
  });

  it("are one for each way in which the survivors part", () => {
    const rows = [
      [returned(1), returned(1), returned(1)],
      [returned(2), returned(2), returned(2)],
      [returned(1), returned(1), returned(1)],
    ];
    expect(tellingInputs(survivors, probes, rows).map(({ args }) => args)).toEqual([[1]]);
  });
});

describe("the status", () => {
  const strong: Facts = {
    train: { expected: [1, 2, 3], shares: [1 / 1024, 1 / 1024, 1 / 1024] },
    heldOut: { expected: [4, 5], shares: [1 / 1024, 1 / 1024] },
    passed: 2,
    searched: 100,
    lengthBits: 30,
    unused: [],
    telling: [],
  };
  const doubt = { args: [0], oddness: 0, cost: DOUBT_BITS, offers: [{ result: 1, by: [0] }] };

  it("is trusted for enough bits and no cheap doubt", () => {
    expect(assess(strong)).toMatchObject({ status: "trusted", bits: 20, searched: 100 });
    const dear = { ...doubt, cost: DOUBT_BITS + 0.1 };
    expect(assess({ ...strong, telling: [dear] }).status).toBe("trusted");
  });

  it.each<[string, Partial<Facts>]>([
    ["a held-out case fails", { passed: 1 }],
    ["a doubt is cheap", { telling: [doubt] }],
    ["a number of the request is not used", { unused: ["12"] }],
    ["the search was too large for the bits", { searched: 2 ** 45 }],
  ])("is provisional if %s", (_, change) => {
    expect(assess({ ...strong, ...change }).status).toBe("provisional");
  });

  it("is unverified if nothing was held out, whatever the cases say", () => {
    const heldOut = { expected: [], shares: [] };
    expect(assess({ ...strong, heldOut, passed: 0 })).toMatchObject({
      status: "unverified",
      bits: 0,
      heldOut: { passed: 0, total: 0 },
    });
  });
});
