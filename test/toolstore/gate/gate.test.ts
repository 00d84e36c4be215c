import { describe, expect, it } from "vitest";
import type { Execution } from "../../../src/core/execution.ts";
import type { Json } from "../../../src/core/json.ts";
import type { Evaluation } from "../../../src/core/ports.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { behaviouralDuplicate, probeInputs } from "../../../toolstore/gate/behaviour.ts";
import { gate } from "../../../toolstore/gate/gate.ts";
import { secretsIn } from "../../../toolstore/gate/secrets.ts";
import { sampleTool } from "../sample.ts";

const scored = (...scores: number[]): Evaluation => ({
  status: "scored",
  scores,
  fitness: scores.reduce((sum, score) => sum + score, 0) / scores.length,
});
const candidate = sampleTool({ name: "pack", version: 2, body: "2" });
const reasonsOf = (decision: ReturnType<typeof gate>) =>
  decision.accepted ? [] : decision.reasons.map(({ reason }) => reason);

describe("registration gate", () => {
  it("accepts what passes every sealed case and breaks nothing", () => {
    const dependants = [{ name: "ship", version: 1, passed: 3, total: 3 }];
    expect(gate({ candidate, heldOut: scored(1, 1, 1), dependants })).toEqual({ accepted: true });
  });

  it("refuses one failed sealed case, and any number of passes with it", () => {
    expect(reasonsOf(gate({ candidate, heldOut: scored(1, 1, 0) }))).toEqual(["below-floor"]);
    const heldOut: Evaluation = { status: "failed", kind: "threw", reason: "no", at: 2 };
    expect(reasonsOf(gate({ candidate, heldOut }))).toEqual(["held-out-failed"]);
  });

  it("takes scores at the floor and refuses those below, whatever their sign", () => {
    expect(reasonsOf(gate({ candidate, heldOut: scored(-4, -6), floor: -5 }))).toEqual([]);
    expect(reasonsOf(gate({ candidate, heldOut: scored(-5, -6), floor: -5 }))).toEqual([
      "below-floor",
    ]);
    expect(reasonsOf(gate({ candidate, heldOut: scored(Number.NaN), floor: -5 }))).toEqual([
      "below-floor",
    ]);
  });

  it("refuses what is worse than the version it replaces and takes what is as good", () => {
    const decide = (mine: number, theirs: number) =>
      reasonsOf(
        gate({ candidate, heldOut: scored(mine), incumbentHeldOut: scored(theirs), floor: -100 }),
      );
    expect(decide(-5, -4)).toEqual(["worse-than-incumbent"]);
    expect(decide(-4, -4)).toEqual([]);
    expect(decide(-3, -4)).toEqual([]);
  });

  it("does not compare scores over different instances", () => {
    const facts = { candidate, heldOut: scored(1, 1), incumbentHeldOut: scored(1) };
    expect(() => gate(facts)).toThrow(/same sealed instances/);
  });

  it("refuses what breaks a dependant, a duplicate under another name, and says every reason", () => {
    const decision = gate({
      candidate,
      heldOut: scored(0),
      dependants: [{ name: "ship", version: 3, passed: 1, total: 2 }],
      duplicates: [
        { name: "fill", version: 1, agreed: 20 },
        { name: "pack", version: 1, agreed: 20 },
      ],
    });
    expect(reasonsOf(decision)).toEqual(["below-floor", "dependant-broken", "duplicate"]);
  });

  it("wants this very version approved before it gets network, files or a shell", () => {
    const risky = sampleTool({
      name: "fetch",
      capabilities: { network: ["example.com"], files: false, model: false },
    });
    expect(reasonsOf(gate({ candidate: risky, heldOut: scored(1) }))).toEqual(["approval-needed"]);
    const other = { candidate: risky, heldOut: scored(1), approvedDigest: candidate.digest };
    expect(reasonsOf(gate(other))).toEqual(["approval-needed"]);
    expect(reasonsOf(gate({ ...other, approvedDigest: risky.digest }))).toEqual([]);
    const shell = sampleTool({ name: "list", language: "shell" });
    expect(reasonsOf(gate({ candidate: shell, heldOut: scored(1) }))).toEqual(["approval-needed"]);
  });

  it.each([
    `const key = "sk-${"aB3dE5gH7j".repeat(3)}";`,
    `const key = "AKIA${"ABCD1234EFGH5678"}";`,
    `const token = "ghp_${"a1B2c3D4e5".repeat(4)}";`,
    `const pem = "-----BEGIN RSA PRIVATE ${"KEY"}-----\\n${"MIIEpAIBAAKCAQEA1c7".repeat(4)}";`,
    `const options = { password: "x9$Kq27!vPz3Lm" };`,
    `const url = "postgres://admin:hunter2@db/x";`,
  ])("refuses a secret in the source without repeating it: %s", (source) => {
    const decision = gate({ candidate: sampleTool({ name: "leak", source }), heldOut: scored(1) });
    expect(reasonsOf(decision)).toEqual(["secret"]);
    const literal = /"([^"]+)"/.exec(source)?.[1] ?? "";
    expect(JSON.stringify(decision)).not.toContain(literal);
  });

  it("takes ordinary code for no secret", () => {
    const source = `const token = tokens[0]; const secret = "aaaaaaaaaaaaaaaa"; const u = "https://example.com/a@b";`;
    expect(secretsIn({ source, description: "Splits a text into tokens.", cases: [] })).toEqual([]);
  });
});

describe("behavioural duplicates", () => {
  const run = (inputs: readonly (readonly Json[])[], body: (n: number) => Json): Execution[] =>
    inputs.map(([value]) => ({ status: "returned", output: body(Number(value)), wallMs: 1 }));
  const inputs = probeInputs([[1], [2], [3]], 40, seededRandom(1));

  it("are found whatever their names, and told from tools that differ somewhere", () => {
    const square = run(inputs, (n) => n * n);
    const power = run(inputs, (n) => n ** 2);
    const absolute = run(inputs, (n) => Math.abs(n) * 2);
    expect(behaviouralDuplicate(square, power).duplicate).toBe(true);
    expect(behaviouralDuplicate(square, absolute).duplicate).toBe(false);
  });

  it("need more than a few equal answers, and more than one kind of them", () => {
    const yes = run(inputs, () => true);
    expect(behaviouralDuplicate(yes, yes).duplicate).toBe(false);
    const few = run([[1], [2], [3]], (n) => n);
    expect(behaviouralDuplicate(few, few)).toEqual({ duplicate: false, agreed: 3, compared: 3 });
  });

  it("differ where one fails and the other does not, and agree where both fail", () => {
    const right = run(inputs, (n) => n);
    const threw: Execution = { status: "threw", message: "no", wallMs: 1 };
    const once = [threw, ...right.slice(1)];
    expect(behaviouralDuplicate(right, once).duplicate).toBe(false);
    expect(behaviouralDuplicate(once, once).duplicate).toBe(true);
  });

  it("are looked for on inputs of the examples' shape", () => {
    const probes = probeInputs([["abc", [1, 2.5], { on: true }]], 30, seededRandom(2));
    expect(probes.length).toBeGreaterThan(10);
    for (const [text, numbers, flags] of probes) {
      expect(typeof text).toBe("string");
      expect(Array.isArray(numbers)).toBe(true);
      expect(flags).toEqual({ on: expect.any(Boolean) });
    }
  });
});
