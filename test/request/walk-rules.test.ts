/** The walk by rules: its stages are the real ones, on a memory store and a sandbox that is a function. */
import { describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { InputError } from "../../src/core/errors.ts";
import { Request } from "../../src/core/request.ts";
import { ToolSpec } from "../../src/core/tool.ts";
import { specFromExamples } from "../../src/create-tool/spec-from-examples.ts";
import { nameOf } from "../../src/create-tool/tool-name.ts";
import { immediateSteps, stepsMemory } from "../../src/journal/immediate.ts";
import { REVISE } from "../../src/request/revise.ts";
import { walkByRules } from "../../src/request/walk-rules.ts";
import type { Creation } from "../../src/work/outcome.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";
import { ruleWalkPorts } from "../support/rule-walk.ts";
import { sendTo } from "../support/signals.ts";
import { sampleTool } from "../toolstore/sample.ts";

const task = specTask(
  ToolSpec.parse({
    name: "double",
    description: "Doubles a number.",
    signature: "function double(input: number): number",
    cases: [
      { args: [1], expected: 2 },
      { args: [4], expected: 8 },
    ],
  }),
);
const prepared = { task, instances: task.instances("train", 1) };
const request = Request.parse({ objective: "Double a number" });
const double = sampleTool({ name: "double", description: "Doubles a number.", body: "input * 2" });
const triple = sampleTool({ name: "double", description: "Doubles a number.", body: "input * 3" });

type Made = (put: (tool: typeof double) => Promise<void>) => Promise<Creation>;

/** @param stored What the store holds at the beginning. */
async function walked(
  stored: readonly (typeof double)[],
  create: Made = () => Promise.reject(new Error("nothing is made here")),
  options = {},
) {
  const tools = memoryToolStore();
  for (const tool of stored) await tools.put(tool);
  const memory = stepsMemory();
  const log: string[] = [];
  const ports = ruleWalkPorts(immediateSteps(memory), {
    tools,
    // The factor stands at the end of the source: `input * 2`.
    run: (source, [input]) => Number(input) * Number(/input \* (\d)/.exec(source)?.[1] ?? 1),
    async createTool() {
      log.push("create");
      return create((tool) => tools.put(tool));
    },
  });
  const solution = await walkByRules(ports, request, prepared, options);
  const calls = memory.events.filter(({ type }) => type === "tool-result");
  return { solution, log: [...log, ...new Set(calls.map(({ type }) => type))], memory };
}

describe("the walk by rules", () => {
  it("calls a stored tool that serves and makes none", async () => {
    const { solution, log } = await walked([double]);
    expect(solution).toMatchObject({
      status: "answered",
      createdBy: undefined,
      steps: 1,
      answer: { tool: { name: "double" }, outputs: [2, 8] },
    });
    expect(log).toEqual(["tool-result"]);
  });

  it("makes a missing tool, finds it by affordance and calls it", async () => {
    const { solution, log } = await walked([], async (put) => {
      await put(double);
      return { kind: "tool-created", tool: double, runId: "evo-1" };
    });
    expect(solution).toMatchObject({ status: "answered", createdBy: "evo-1", steps: 2 });
    expect(log).toEqual(["create", "tool-result"]);
  });

  it("gives up with the gate's reasons when no tool could be made", async () => {
    const refused: Creation = { kind: "tool-refused", reasons: ["too weak."], runId: "evo-1" };
    const { solution } = await walked([], async () => refused);
    expect(solution).toMatchObject({
      status: "gave-up",
      reason: expect.stringContaining("too weak."),
    });
  });

  it("calls the stored tool that a refused one would only repeat", async () => {
    const { solution, log } = await walked([], async (put) => {
      await put(double);
      return { kind: "tool-refused", reasons: ["a twin."], runId: "evo-1", instead: double };
    });
    expect(solution).toMatchObject({ status: "answered", answer: { outputs: [2, 8] } });
    expect(log).toEqual(["create", "tool-result"]);
  });

  it("says how the call failed, and not that no tool could be made", async () => {
    const { solution } = await walked([], async (put) => {
      await put(triple);
      return { kind: "tool-refused", reasons: ["a twin."], runId: "evo-1", instead: triple };
    });
    expect(solution).toMatchObject({
      status: "gave-up",
      reason: expect.stringMatching(/^double failed when called/),
    });
  });

  it("makes one tool at the most, even if that one does not serve", async () => {
    const { solution, log } = await walked([], async (put) => {
      await put(triple);
      return { kind: "tool-created", tool: triple, runId: "evo-1" };
    });
    expect(solution).toMatchObject({ status: "gave-up" });
    expect(log).toEqual(["create"]);
  });

  it("says which tools were tried, and why they do not serve", async () => {
    const refused: Creation = { kind: "tool-refused", reasons: ["no."], runId: "evo-1" };
    const { memory } = await walked([triple], async () => refused);
    const plan = memory.events.find(({ type }) => type === "plan-proposed");
    expect(plan?.data).toMatchObject({
      step: "create-tool",
      reason: expect.stringMatching(/double: expected a fitness at least 1/),
    });
  });

  it("ends after so many steps", async () => {
    const { solution } = await walked(
      [],
      async (put) => {
        await put(double);
        return { kind: "tool-created", tool: double, runId: "evo-1" };
      },
      { maxSteps: 1 },
    );
    expect(solution).toMatchObject({ status: "gave-up", steps: 1 });
  });

  it("starts again from the changed words, and makes no call again", async () => {
    const tools = memoryToolStore();
    await tools.put(double);
    const memory = stepsMemory();
    const steps = immediateSteps(memory);
    const ports = ruleWalkPorts(steps, {
      tools,
      run: (_, [input]) => {
        // Said while the tool is called: the walk looks before its next plan.
        const payload = { objective: "Double a number twice" };
        sendTo(memory, { id: "r", name: REVISE, payload, time: "2026-01-01T00:00:00.000Z" });
        return Number(input) * 2;
      },
    });
    expect(await walkByRules(ports, request, prepared)).toMatchObject({ status: "answered" });
    const revised = memory.events.filter(({ type }) => type === "request-revised");
    expect(revised.map(({ data }) => data)).toMatchObject([
      { revision: 2, objective: "Double a number twice", before: { objective: "Double a number" } },
    ]);
    const calls = memory.events.filter(({ type }) => type === "tool-call");
    expect(calls).toHaveLength(2); // One for each input.
  });
});

describe("specFromExamples", () => {
  it("names the tool after the objective and types it after the values", () => {
    const spec = specFromExamples("Sum the even numbers of a list", [
      { args: [[1, 2, 4]], expected: 6 },
      { args: [[]], expected: 0 },
    ]);
    expect(spec.name).toBe("sum_even_numbers_list");
    expect(spec.signature).toBe("function sum_even_numbers_list(numbers: number[]): number");
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
