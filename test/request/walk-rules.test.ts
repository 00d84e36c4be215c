/** The walk and its rules, on stages that are plain functions. */
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import type { Task } from "../../src/core/task.ts";
import type { Tool } from "../../src/core/tool.ts";
import { nameOf, specFromExamples } from "../../src/create-tool/spec-from-examples.ts";
import { planByRule } from "../../src/request/plan-by-rule.ts";
import { solve } from "../../src/request/walk-rules.ts";
import type { Affordance, Goal, Observation, Stages, Trial } from "../../src/work/outcome.ts";

const goal = {
  request: { objective: "double", requirements: [], constraints: [] },
  task: {
    name: "double",
    spec: { name: "double", description: "doubles", signature: "" },
  } as unknown as Task,
  words: "double",
  instances: [{ input: [1] }],
  context: [],
} satisfies Goal;

const tool = { name: "double", version: 1 } as Tool;
const serves: Trial = { status: "serves", fitness: 1, outputs: [2], scores: [1], wallMs: 1 };
const fails: Trial = { status: "fails", reason: "wrong" };
const affordance = (trial: Trial): Affordance => ({ tool, score: 0.9, trial });

function stages(over: Partial<Stages>): { stages: Stages; log: string[] } {
  const log: string[] = [];
  return {
    log,
    stages: {
      ground: async () => goal,
      afford: async () => [],
      plan: async (asked, affordances, seen) => planByRule(asked, affordances, seen),
      createTool: async () => {
        log.push("create");
        return { kind: "tool-created", tool, runId: "evo-1" };
      },
      execute: async () => {
        log.push("call");
        return { kind: "tool-called", tool, trial: serves };
      },
      ...over,
    },
  };
}

describe("solve", () => {
  it("calls a stored tool that serves and makes none", async () => {
    const walk = stages({ afford: async () => [affordance(serves)] });
    const solution = await solve(goal.request, walk.stages);
    expect(solution).toMatchObject({ status: "answered", createdBy: undefined, steps: 1 });
    expect(walk.log).toEqual(["call"]);
  });

  it("makes a missing tool, finds it by affordance and calls it", async () => {
    const walk = stages({
      afford: async () => (walk.log.includes("create") ? [affordance(serves)] : []),
    });
    const solution = await solve(goal.request, walk.stages);
    expect(solution).toMatchObject({ status: "answered", createdBy: "evo-1", steps: 2 });
    expect(walk.log).toEqual(["create", "call"]);
  });

  it("gives up with the gate's reasons when no tool could be made", async () => {
    const walk = stages({
      createTool: async () => ({ kind: "tool-refused", reasons: ["too weak."], runId: "evo-1" }),
    });
    expect(await solve(goal.request, walk.stages)).toMatchObject({
      status: "gave-up",
      reason: expect.stringContaining("too weak."),
    });
  });

  it("calls the stored tool that a refused one would only repeat", async () => {
    const walk = stages({
      createTool: async () => ({
        kind: "tool-refused",
        reasons: ["a twin."],
        runId: "evo-1",
        instead: tool,
      }),
    });
    expect(await solve(goal.request, walk.stages)).toMatchObject({ status: "answered" });
    expect(walk.log).toEqual(["call"]);
  });

  it("makes one tool at the most, even if that one does not serve", async () => {
    const walk = stages({ afford: async () => [affordance(fails)] });
    expect(await solve(goal.request, walk.stages)).toMatchObject({ status: "gave-up" });
    expect(walk.log).toEqual(["create"]);
  });

  it("says which tools were tried, and why they do not serve", () => {
    const plan = planByRule(goal, [affordance(fails)], [] satisfies Observation[]);
    expect(plan).toMatchObject({ kind: "step", reason: expect.stringContaining("double: wrong") });
  });

  it("ends after so many steps", async () => {
    const walk = stages({
      plan: async () => ({ kind: "step", step: { kind: "call-tool", tool }, reason: "again" }),
    });
    expect(await solve(goal.request, walk.stages, { maxSteps: 3 })).toMatchObject({
      status: "gave-up",
      steps: 3,
    });
  });
});

describe("specFromExamples", () => {
  it("names the tool after the objective and types it after the values", () => {
    const spec = specFromExamples("Sum the even numbers of a list", [
      { args: [[1, 2, 4]], expected: 6 },
      { args: [[]], expected: 0 },
    ]);
    expect(spec.name).toBe("sum_even_numbers_list");
    expect(spec.signature).toBe("function sum_even_numbers_list(a: number[]): number");
  });

  it("refuses examples that differ in how many arguments they take", () => {
    const uneven = [
      { args: [1], expected: 1 },
      { args: [1, 2], expected: 3 },
    ];
    expect(() => specFromExamples("add", uneven)).toThrow(InputError);
  });

  it("makes a valid name out of any words", () => {
    expect(nameOf("the of")).toBe("tool");
    expect(nameOf("3 largest")).toBe("tool_3_largest");
    expect(nameOf("Größe ändern")).toMatch(/^[a-z_][a-z0-9_]*$/);
  });
});
