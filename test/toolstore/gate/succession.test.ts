import { describe, expect, it } from "vitest";
import type { Execution } from "../../../src/core/execution.ts";
import type { Json } from "../../../src/core/json.ts";
import { gate } from "../../../toolstore/gate/gate.ts";
import { succession } from "../../../toolstore/gate/succession.ts";
import { sampleTool } from "../sample.ts";

const returned = (...outputs: Json[]): Execution[] =>
  outputs.map((output) => ({ status: "returned", output, wallMs: 1 }));
const stored = sampleTool({
  name: "fare",
  cases: [
    { args: [1], expected: 3 },
    { args: [2], expected: 5 },
  ],
});
const next = sampleTool({ name: "fare", version: 2, body: "input * 2 + 1" });

describe("a tool may be the next version of a stored one", () => {
  it("if it gives every result that the stored cases promise", () => {
    expect(succession(stored, next, returned(3, 5))).toEqual({ version: 1, total: 2, passed: 2 });
  });

  it("not if one result differs, or a case ends otherwise", () => {
    expect(succession(stored, next, returned(3, 6))).toMatchObject({
      passed: 1,
      broken: { args: [2], expected: 5 },
    });
    const [first] = returned(3);
    const threw: Execution = { status: "threw", message: "no", wallMs: 1 };
    expect(succession(stored, next, [first as Execution, threw])).toMatchObject({ passed: 1 });
  });

  it("if it does what the stored tool does, where that one breaks its own case", () => {
    expect(succession(stored, next, returned(3, 7), returned(3, 7))).toMatchObject({ passed: 2 });
    expect(succession(stored, next, returned(3, 8), returned(3, 7))).toMatchObject({ passed: 1 });
  });

  it("if results of arithmetic differ in the last digits only", () => {
    expect(succession(stored, next, returned(3 + 1e-12, 5))).toMatchObject({ passed: 2 });
    expect(succession(stored, next, returned(3.01, 5))).toMatchObject({ passed: 1 });
  });

  it.each([
    ["too few parameters", "function fare(): number"],
    ["a required one more", "function fare(input: number, zone: number): number"],
    ["another type", "function fare(input: string): number"],
  ])("not if its signature refuses the stored arguments: %s", (_, signature) => {
    expect(succession(stored, { signature }, returned(3, 5))).toMatchObject({ passed: 0 });
  });

  it("if its signature takes more than the stored arguments", () => {
    const signature = "function fare(input: number | string, zone?: number): number";
    expect(succession(stored, { signature }, returned(3, 5))).toMatchObject({ passed: 2 });
  });

  it("only after every stored case was run", () => {
    expect(() => succession(stored, next, returned(3))).toThrow(RangeError);
  });

  it("else the gate refuses its name, and says which case it breaks", () => {
    const facts = {
      candidate: next,
      heldOut: { status: "scored", scores: [1], fitness: 1 },
    } as const;
    const broken = succession(stored, next, returned(3, 6));
    expect(gate({ ...facts, succession: broken })).toMatchObject({
      accepted: false,
      approvable: false,
      reasons: [{ reason: "stored-case-broken", message: expect.stringContaining("[2] -> 5") }],
    });
    const kept = succession(stored, next, returned(3, 5));
    expect(gate({ ...facts, succession: kept })).toEqual({ accepted: true });
  });
});
