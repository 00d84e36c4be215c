/** create_tool with a person: what is asked, and what the answers make of the tool. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import type { Sandbox, ToolStore } from "../../src/core/ports.ts";
import { Request } from "../../src/core/request.ts";
import type { Case } from "../../src/core/tool.ts";
import { type CreateToolPorts, createTool } from "../../src/create-tool/create-tool.ts";
import type { CaseQuestion } from "../../src/work/case-question.ts";
import { usableTools } from "../../toolstore/care/usable.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";
import { workbench } from "./creating.ts";

const never = new AbortController().signal;
const described = "add 5 for shipping below 50";
const request = Request.parse({ objective: described });
const shipping = (price: number): number => (price < 50 ? price + 5 : price);
const at = (prices: readonly number[]): Case[] =>
  prices.map((price) => ({ args: [price], expected: shipping(price) }));
/** Nothing says what 50 costs. */
const task = specTask({
  name: "with_shipping",
  description: described,
  signature: "function with_shipping(price: number): number",
  cases: at([10, 60, 30, 81, 44, 97]),
  heldOut: at([7, 12, 23, 70, 51, 38]),
});
const goal = { request, task, words: described, instances: [], context: [] };
const body = (code: string): string => `function with_shipping(price) { return ${code}; }`;
const BELOW = body("price < 50 ? price + 5 : price");
const UP_TO = body("price <= 50 ? price + 5 : price");
/** What else was searched: each case is right by chance in few of them. */
const WRONG = Array.from({ length: 60 }, (_, k) => body(`price * ${k + 2}`));

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await isolateSandbox({ slots: 1 });
});
afterAll(async () => {
  await sandbox?.close();
});

interface World {
  readonly candidates?: readonly (readonly string[])[];
  readonly tools?: ToolStore;
  /** What an input costs, to the person. */
  readonly says?: (price: number) => number | undefined;
}

function world({ candidates = [[...WRONG, BELOW, UP_TO]], tools, says }: World) {
  const bench = workbench({
    sandbox,
    ...(tools === undefined ? {} : { tools }),
    candidates: (_, run) => candidates[run - 1] ?? [],
  });
  const questions: CaseQuestion[] = [];
  const askPerson: CreateToolPorts["askPerson"] = async (question) => {
    questions.push(question);
    return question.inputs.flatMap(({ args }): Case[] => {
      const expected = says?.(args[0] as number);
      return expected === undefined ? [] : [{ args, expected }];
    });
  };
  const { ask: _, ...ports } = bench.ports;
  return {
    ...bench,
    questions,
    make: (more: Partial<CreateToolPorts> = {}, wanted = task) =>
      createTool(
        { ...ports, ...(says === undefined ? {} : { askPerson }), ...more },
        { ...goal, task: wanted },
        never,
      ),
  };
}

const FIFTY = expect.objectContaining({ args: [50], results: [50, 55] });

describe("a person who is asked", { timeout: 60_000 }, () => {
  it("makes a tool trusted that is provisional without", async () => {
    expect(await world({}).make()).toMatchObject({
      kind: "tool-created",
      tool: { evidence: { status: "provisional", unsureOn: expect.arrayContaining([FIFTY]) } },
    });
    const asked = world({ says: shipping });
    expect(await asked.make()).toMatchObject({
      kind: "tool-created",
      tool: {
        source: BELOW,
        cases: expect.arrayContaining([{ args: [50], expected: 50 }]),
        evidence: { status: "trusted", unsureOn: [] },
      },
    });
    expect(asked.questions[0]?.inputs).toContainEqual(FIFTY);
    expect(asked.evolved).toHaveLength(1);
  });

  it("chooses among the programs that were found", async () => {
    const asked = world({ says: (price) => (price <= 50 ? price + 5 : price) });
    expect(await asked.make()).toMatchObject({
      tool: { source: UP_TO, evidence: { status: "trusted", unsureOn: [] } },
    });
    expect(asked.evolved).toHaveLength(1);
  });

  it("starts another search, from the programs and with the answers, if none is right", async () => {
    const free = body("price === 50 ? 0 : price < 50 ? price + 5 : price");
    const asked = world({
      candidates: [[...WRONG, BELOW, UP_TO], [free]],
      says: (price) => (price === 50 ? 0 : shipping(price)),
    });
    expect(await asked.make()).toMatchObject({ tool: { source: free } });
    const [, second] = asked.evolved;
    expect(second?.instances("train", 1)).toContainEqual({ input: [50], expected: 0 });
    expect(second?.kernel.seeds).toContain(BELOW);
    const inputs = asked.questions.flatMap((question) => question.inputs);
    expect(inputs.length).toBeLessThanOrEqual(3);
  });

  it("never gets a tool that contradicts the answers", async () => {
    const asked = world({ says: (price) => (price === 50 ? 0 : shipping(price)) });
    expect(await asked.make()).toMatchObject({ kind: "tool-refused" });
    expect(await asked.ports.tools.list()).toEqual([]);
  });

  it("who does not know is asked once, and gets the tool as it is", async () => {
    const asked = world({ says: () => undefined });
    expect(await asked.make()).toMatchObject({ tool: { evidence: { status: "provisional" } } });
    expect(asked.questions).toHaveLength(1);
  });

  it("is not asked if all programs that fit do the same", async () => {
    const twice = (values: readonly number[]): Case[] =>
      values.map((value) => ({ args: [value], expected: value * 2 }));
    const clear = world({ candidates: [[...WRONG, body("price * 2")]], says: shipping });
    const spec = {
      name: "with_shipping",
      description: "twice the price",
      signature: "function with_shipping(price: number): number",
      cases: twice([10, -3, 0, 2.5, 81]),
      heldOut: twice([7, 12, -23, 0.5]),
    };
    const made = await clear.make({}, specTask(spec));
    expect(made).toMatchObject({ tool: { evidence: { status: "trusted" } } });
    expect(clear.questions).toEqual([]);
  });

  it("keeps nobody waiting who wants the same tool", async () => {
    const tools = memoryToolStore();
    const first = world({ tools, says: shipping });
    void first.make({ askPerson: () => new Promise(() => undefined) });
    const other = await first.make();
    expect(other).toMatchObject({ kind: "tool-created", tool: { version: 1 } });
  });

  it("makes a stored tool surer: the same program stays one version", async () => {
    const tools = memoryToolStore();
    await world({ tools }).make();
    expect((await tools.get("with_shipping")).evidence?.status).toBe("provisional");
    const again = world({ tools, says: shipping });
    const seen = usableTools(tools, "own", "req-2");
    expect(await again.make({ tools: seen, requestId: "req-2" })).toMatchObject({
      instead: { version: 1, evidence: { status: "trusted" } },
    });
    expect(await tools.history("with_shipping")).toHaveLength(1);
    expect((await tools.get("with_shipping")).cases).toContainEqual({ args: [50], expected: 50 });
  });
});
