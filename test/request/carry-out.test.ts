/** Carrying a plan out: what runs when, what a person decides, and what a later attempt finds done. */
import { describe, expect, it } from "vitest";
import { callHash, permitByPerson } from "../../src/call/approvals.ts";
import { Approvals } from "../../src/core/approvals.ts";
import { ModelError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import { Request } from "../../src/core/request.ts";
import type { Tool } from "../../src/core/tool.ts";
import { type StepsMemory, stepsMemory } from "../../src/journal/immediate.ts";
import { type CarryOutPorts, carryOut } from "../../src/request/carry-out.ts";
import { REVISE, revisions } from "../../src/request/revise.ts";
import type { Arguments, Callable } from "../../src/work/callable.ts";
import type { Goal } from "../../src/work/goal.ts";
import { type DoneStep, resultsOf } from "../../src/work/outcome.ts";
import { Step } from "../../src/work/step.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";
import { sendTo } from "../support/signals.ts";
import { stage } from "../support/stage.ts";
import { sampleTool } from "../toolstore/sample.ts";

const request = Request.parse({ objective: "Do it" });
const goal: Goal = { request, words: "Do it", context: [] };
const end = { id: "end", kind: "answer", text: "Done." };
const call = (id: string, tool: string, given: object = {}, dependsOn: readonly string[] = []) => ({
  id,
  kind: "call-tool",
  tool,
  arguments: given,
  dependsOn,
});
const time = "2026-01-01T00:00:00.000Z";

type Body = (given: Arguments) => Json | Promise<Json>;
function callable(name: string, body: Body, tool?: Tool): Callable {
  return {
    name,
    description: name,
    parameters: { type: "object", properties: { text: {}, amount: {} } },
    origin: "tool",
    ...(tool === undefined ? {} : { tool }),
    call: async (given) => ({ status: "returned", output: await body(given) }),
  };
}

interface World {
  readonly callables?: readonly Callable[];
  readonly memory?: StepsMemory;
  readonly tools?: ToolStore;
  readonly approvals?: object;
  readonly createTool?: CarryOutPorts["createTool"];
}

async function carried(steps: readonly object[], world: World = {}) {
  const { memory = stepsMemory(), tools = memoryToolStore(), approvals = {} } = world;
  const at = stage([], memory);
  /** Names of stored tools that were called. */
  const called: string[] = [];
  const callables = [...(world.callables ?? [])];
  const done: DoneStep[] = [];
  const permit = permitByPerson({
    steps: at.steps,
    approvals: Approvals.parse(approvals),
    now: () => 0,
  });
  const ports: CarryOutPorts = {
    ...at,
    tools,
    permit,
    seed: 1,
    argumentFaults: () => [],
    sandbox: () => Promise.reject(new Error("nothing runs here")),
    revise: revisions(at.steps),
    toolCallable: (tool) =>
      callable(
        tool.name,
        () => {
          called.push(tool.name);
          return `${tool.name} was made`;
        },
        tool,
      ),
    async createTool(...asked) {
      if (world.createTool === undefined) throw new Error("nothing is made here");
      const creation = await world.createTool(...asked);
      if (creation.kind === "tool-created") await tools.put(creation.tool);
      return creation;
    },
  };
  const plan = { version: 1, reason: "so", steps: steps.map((step) => Step.parse(step)) };
  const ended = await carryOut(ports, goal, plan, done, callables);
  return { end: ended, results: Object.fromEntries(resultsOf(done)), callables, called, memory };
}

/** Answers once so many calls are under way; one after the other they would wait for ever. */
function together(count: number): Body {
  const all = Promise.withResolvers<void>();
  let underWay = 0;
  return async () => {
    if (++underWay === count) all.resolve();
    await all.promise;
    return underWay;
  };
}

describe("carrying a plan out", () => {
  it("runs steps whose dependencies are done side by side, and the others after them", async () => {
    const log: string[] = [];
    const meet = callable("meet", together(2));
    const note = callable("note", ({ text }) => {
      log.push(String(text));
      return text ?? null;
    });
    const { end: ended, results } = await carried(
      [
        call("c", "note", { text: { $from: "b" } }),
        call("a", "meet"),
        call("b", "meet"),
        call("d", "note", { text: "last" }, ["c"]),
        end,
      ],
      { callables: [meet, note] },
    );
    expect(ended).toMatchObject({ kind: "answer", step: { text: "Done." } });
    expect(results).toMatchObject({ a: 2, b: 2, c: 2, d: "last" });
    expect(log).toEqual(["2", "last"]);
  });

  it("asks for another plan when a step fails, once what ran beside it has ended", async () => {
    const slow = Promise.withResolvers<Json>();
    const fails = callable("fails", () => {
      setTimeout(() => slow.resolve("late"), 20);
      throw new ModelError("MODEL_TIMEOUT", "too slow");
    });
    const { end: ended, results } = await carried(
      [call("bad", "fails"), call("good", "slow"), end],
      { callables: [fails, callable("slow", () => slow.promise)] },
    );
    expect(ended).toEqual({ kind: "replan", reason: "bad failed: MODEL_TIMEOUT: too slow" });
    expect(results).toEqual({ good: "late" });
  });

  it("says that all is done when it ends without an answer", async () => {
    const { end: ended } = await carried([call("a", "one")], {
      callables: [callable("one", () => 1)],
    });
    expect(ended).toEqual({ kind: "complete" });
  });

  it("lets what is not the step's own fault end the request", async () => {
    const broken = callable("broken", () => {
      throw new TypeError("a fault of the engine");
    });
    await expect(carried([call("a", "broken"), end], { callables: [broken] })).rejects.toThrow(
      "a fault of the engine",
    );
  });

  it("calls a tool that it made, by its name; a later attempt makes and calls nothing again", async () => {
    const memory = stepsMemory();
    const tools = memoryToolStore();
    const steps = [
      { id: "m", kind: "create-tool", name: "treble", description: "Trebles." },
      call("t", "treble"),
      end,
    ];
    const first = await carried(steps, {
      memory,
      tools,
      createTool: async ({ name }) => ({
        kind: "tool-created",
        tool: sampleTool({ name }),
        runId: "evo-1",
      }),
    });
    expect(first.results).toMatchObject({ m: { status: "made" }, t: "treble was made" });
    const second = await carried(steps, { memory, tools });
    expect(second.results).toEqual(first.results);
    expect(second.callables.map(({ name }) => name)).toEqual(["treble"]);
    expect(second.called).toEqual([]);
  });

  it("takes results of an earlier attempt from the record", async () => {
    const memory = stepsMemory();
    let calls = 0;
    const count = callable("count", () => ++calls);
    const steps = [call("a", "count"), end];
    const first = await carried(steps, { memory, callables: [count] });
    const second = await carried(steps, { memory, callables: [count] });
    expect([first.results, second.results, calls]).toEqual([{ a: 1 }, { a: 1 }, 1]);
  });

  it("stops before the next wave when the person changes the request", async () => {
    const memory = stepsMemory();
    const change = callable("change", () => {
      const payload = { objective: "Do something else" };
      sendTo(memory, { id: "r", name: REVISE, payload, time });
      return null;
    });
    const { end: ended, results } = await carried(
      [call("a", "change"), call("b", "change", {}, ["a"]), end],
      { memory, callables: [change] },
    );
    expect(ended).toMatchObject({
      kind: "revised",
      request: { objective: "Do something else" },
    });
    expect(Object.keys(results)).toEqual(["a"]);
  });
});

describe("a call that a person has to approve", () => {
  const pay = sampleTool({ name: "pay" });
  const given = { amount: 7 };
  const hash = callHash(pay, given);
  const approved = (memory: StepsMemory, payload: object) =>
    sendTo(memory, {
      id: "a",
      name: `approval:${hash}`,
      payload: { hash, ...payload },
      time,
    });

  async function paying(said: (memory: StepsMemory, calls: readonly Json[]) => void) {
    const memory = stepsMemory();
    const calls: Json[] = [];
    const body: Body = (arguments_) => {
      calls.push(arguments_);
      return "paid";
    };
    const carrying = carried([call("p", "pay", given), end], {
      memory,
      callables: [callable("pay", body, pay)],
      approvals: { tools: { pay: "always" } },
    });
    await new Promise((wake) => setTimeout(wake, 20));
    said(memory, [...calls]);
    return { ...(await carrying), calls };
  }

  it("is not made before", async () => {
    const { results, calls } = await paying((memory, before) => {
      expect(before).toEqual([]);
      approved(memory, { decision: "approve" });
    });
    expect(calls).toEqual([given]);
    expect(results).toEqual({ p: "paid" });
  });

  it("is made with the arguments that the person gives instead", async () => {
    const { calls, memory } = await paying((at) =>
      approved(at, { decision: "approve", arguments: { amount: 3 } }),
    );
    expect(calls).toEqual([{ amount: 3 }]);
    const traced = memory.events.find(({ type }) => type === "tool-call");
    expect(traced?.data).toMatchObject({ arguments: { amount: 3 } });
  });

  it("is not made when it is refused, and the next plan reads why", async () => {
    const { end: ended, calls } = await paying((memory) =>
      approved(memory, { decision: "reject", reason: "too dear" }),
    );
    expect(calls).toEqual([]);
    expect(ended).toMatchObject({ kind: "replan", reason: expect.stringContaining("too dear") });
  });

  it("is not made on the word for another call", async () => {
    const { calls } = await paying((memory) =>
      approved(memory, { decision: "approve", hash: "another" }),
    );
    expect(calls).toEqual([]);
  });
});
