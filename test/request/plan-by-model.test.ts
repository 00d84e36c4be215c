/** The planner: what it is shown, what it may not say, and what is written down of its plans. */
import { describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import { Request } from "../../src/core/request.ts";
import { planByModel, type Replan } from "../../src/request/plan-by-model.ts";
import type { Callable } from "../../src/work/callable.ts";
import type { PastOutcome } from "../../src/work/context.ts";
import type { Goal } from "../../src/work/goal.ts";
import type { DoneStep } from "../../src/work/outcome.ts";
import { Step } from "../../src/work/step.ts";
import { stage } from "../support/stage.ts";

const double: Callable = {
  name: "double",
  description: "Doubles a number.",
  parameters: { type: "object", properties: { input: { type: "number" } } },
  origin: "tool",
  call: () => Promise.reject(new Error("a plan calls nothing")),
};
const goal: Goal = {
  request: Request.parse({ objective: "Double four" }),
  words: "Double four",
  context: [],
};
const call = (id: string, tool: string) => ({ id, kind: "call-tool", tool, arguments: {} });
const end = { id: "end", kind: "answer", text: "Done." };
const plan = (...steps: object[]) => ({ reason: "so", steps });
const did = (id: string): DoneStep => ({
  step: Step.parse(call(id, "double")),
  version: 1,
  outcome: { status: "done", result: 8 },
});

async function planned(
  replies: readonly object[],
  {
    asked = goal,
    done = [],
    replan,
    offered = [double],
    wished,
  }: {
    asked?: Goal;
    done?: readonly DoneStep[];
    replan?: Replan;
    offered?: readonly Callable[];
    wished?: readonly string[];
  } = {},
) {
  const at = stage(replies);
  const sandbox = { capabilities: { prompt: "Programs are JavaScript." } } as unknown as Sandbox;
  const ports = {
    ...at,
    argumentFaults: () => [],
    sandbox: async () => sandbox,
    now: () => "2026-01-01T00:00:00.000Z",
  };
  const affordances = {
    callables: offered,
    missing: [{ name: "halve", signature: "(n: number) => number", description: "Halves." }],
    ...present({ wished }),
  };
  return { ...at, plan: await planByModel(ports, asked, affordances, done, replan) };
}

describe("the planner", () => {
  it("is shown what can be called, what is missing and where programs run", async () => {
    const { asked } = await planned([plan(end)]);
    expect(asked()[0]).toContain("double");
    expect(asked()[0]).toContain("halve");
    expect(asked()[0]).toContain("Programs are JavaScript.");
  });

  it("is told back a reply that fails the check, in the words of the fault", async () => {
    const { asked, plan: made, told } = await planned([plan(call("a", "treble")), plan(end)]);
    expect(asked()).toHaveLength(2);
    expect(asked()[1]).toContain('Step a calls "treble", which does not exist. Available: double.');
    expect(made.steps.map(({ id }) => id)).toEqual(["end"]);
    // What was refused is no version of the plan.
    expect(told("plan-proposed")).toHaveLength(1);
  });

  it("has a tool made that it wished for and only calls", async () => {
    const { plan: made } = await planned([
      plan(call("a", "halve"), { id: "end", kind: "answer", value: { $from: "a" } }),
    ]);
    expect(made.steps).toMatchObject([
      { id: "make_halve", kind: "create-tool", name: "halve", description: "Halves." },
      { id: "a", kind: "call-tool", tool: "halve" },
      { id: "end" },
    ]);
  });

  it("gives the next version, with why and with what changed; what is done is not planned again", async () => {
    const before = {
      version: 1,
      reason: "so",
      steps: [call("a", "double"), call("b", "double")].map((step) => Step.parse(step)),
    };
    const replan = { before, reason: "b failed: odd.", complete: false };
    const {
      asked,
      plan: made,
      told,
    } = await planned([plan(call("a", "double"), end)], {
      done: [did("a")],
      replan,
    });
    expect(asked()[0]).toContain("b failed: odd.");
    expect(asked()[0]).toContain("- a (double {}) is done: 8");
    expect(made).toMatchObject({ version: 2, steps: [{ id: "end" }] });
    expect(told("plan-proposed")).toMatchObject([
      { because: "b failed: odd.", kept: ["a"], diff: { added: ["end"], dropped: ["a", "b"] } },
    ]);
  });

  const ahead = { id: "end", kind: "answer", text: "It is 400.", value: 400 };

  it("is told back where it answers too early, and is taken without that answer in the end", async () => {
    const early = plan(call("a", "double"), ahead);
    const mended = plan(call("a", "double"), { id: "end", kind: "answer", value: { $from: "a" } });
    const heard = await planned([early, mended]);
    expect(heard.asked()[1]).toContain("before the other steps have run");
    expect(heard.plan.steps.at(-1)).toMatchObject({ value: { $from: "a" } });

    const stubborn = await planned([early, {}, early]);
    expect(stubborn.plan.steps).toMatchObject([{ id: "a" }, { kind: "answer", value: null }]);
    expect(JSON.stringify(stubborn.plan.steps)).not.toContain("400");
  });

  it.each([
    ["says only what is done", [plan(call("a", "double"))]],
    ["says nothing", [{ reason: "done", steps: [] }]],
    ["cannot be read", [{}, {}, {}]],
  ])("is empty where all is done and the model %s", async (_, replies) => {
    const before = { version: 1, reason: "so", steps: [Step.parse(call("a", "double"))] };
    const done = [did("a")];
    const complete = { before, reason: "no answer", complete: true };
    expect((await planned(replies, { done, replan: complete })).plan.steps).toEqual([]);
    const failed = { ...complete, complete: false };
    await expect(planned([...replies, {}, {}], { done, replan: failed })).rejects.toMatchObject({
      code: "MALFORMED_REPLY",
    });
  });

  describe("is held by the schema", () => {
    const replan: Replan = {
      before: { version: 1, reason: "so", steps: [] },
      reason: "It failed.",
      complete: false,
    };
    /** Kinds of steps, and the names that each may use; null for any name. */
    async function kinds(more: Parameters<typeof planned>[1]) {
      const { schemas } = await planned([plan(end)], more);
      const { items } = schemas()[0].properties.steps;
      return Object.fromEntries(
        // biome-ignore lint/suspicious/noExplicitAny: a schema as it is sent.
        items.anyOf.map(({ properties }: any) => {
          const { kind, tool, name, agent } = properties;
          return [kind.const, (tool ?? name ?? agent)?.enum ?? null];
        }),
      );
    }
    const rest = { program: null, ask: null, answer: null };

    it("to the tools that exist and those that it wished for", async () => {
      expect(await kinds({ wished: ["halve", "double", "no name"] })).toEqual({
        ...rest,
        "call-tool": ["double", "halve"],
        "create-tool": ["halve"],
      });
    });

    it("to what exists, where it wished for nothing", async () => {
      expect(await kinds({ wished: [] })).toEqual({ ...rest, "call-tool": ["double"] });
      expect(await kinds({ wished: [], offered: [] })).toEqual(rest);
    });

    it("to no names where it was not asked for its wishes, or a plan has failed", async () => {
      const free = { ...rest, "call-tool": null, "create-tool": null };
      expect(await kinds({})).toEqual(free);
      expect(await kinds({ wished: ["halve"], replan })).toEqual(free);
    });

    it("to the agents that there are", async () => {
      const clerk: Callable = { ...double, name: "clerk", origin: "agent" };
      expect(await kinds({ offered: [clerk] })).toMatchObject({ delegate: ["clerk"] });
    });

    it("and is not shown what the schema lacks", async () => {
      const { asked } = await planned([plan(end)], { wished: [], offered: [] });
      expect(asked()[0]).not.toMatch(/create-tool|delegate/);
      const free = await planned([plan(end)], {});
      expect(free.asked()[0]).toContain("create-tool");
    });

    it("but a plan of another model is taken all the same", async () => {
      const make = { id: "m", kind: "create-tool", name: "third", description: "A third." };
      const steps = plan(make, call("a", "third"));
      const { plan: made } = await planned([steps], { wished: [] });
      expect(made.steps).toHaveLength(2);
    });
  });

  describe("is shown functions of the engine", () => {
    const own = (name: string): Callable => ({ ...double, name, origin: "engine" });
    const offered = [own("check_current_spend_since"), own("sleep_until")];
    const shown = async (objective: string, more: object = {}): Promise<readonly string[]> => {
      const asked = { ...goal, request: Request.parse({ objective, ...more }) };
      const { asked: texts } = await planned([plan(end)], { asked, offered });
      return offered.map(({ name }) => name).filter((name) => texts()[0]?.includes(name));
    };

    it("only where a budget or a time is there", async () => {
      expect(await shown("Reverse the word level")).toEqual([]);
      expect(await shown("Reverse it", { budget: { tokens: 9 } })).toEqual([
        "check_current_spend_since",
      ]);
      expect(await shown("Say how much you have spent")).toEqual(["check_current_spend_since"]);
      expect(await shown("Remind me at 17:30")).toEqual(["sleep_until"]);
      expect(await shown("Write it", { requirements: ["Wait until tomorrow."] })).toEqual([
        "sleep_until",
      ]);
    });

    it("and may call one that it knows without that", async () => {
      const asked = { ...goal, request: Request.parse({ objective: "Reverse it" }) };
      const steps = plan(call("s", "check_current_spend_since"));
      const { plan: made } = await planned([steps], { asked, offered });
      expect(made.steps).toHaveLength(1);
    });
  });

  describe("is shown the plan of an equal request", () => {
    const earlier = (...steps: object[]): Goal => ({
      ...goal,
      earlier: { requestId: "req-0", tools: ["double"], plan: steps } as unknown as PastOutcome,
    });
    const shown = async (asked: Goal, done: readonly DoneStep[] = []) =>
      (await planned([plan(end)], { asked, done })).asked()[0]?.includes('"kept_step"');

    it("where all that it calls can be called", async () => {
      expect(await shown(earlier(call("kept_step", "double")))).toBe(true);
      expect(await shown(earlier(call("kept_step", "treble")))).toBe(false);
    });

    it("without the making of tools, which are there now", async () => {
      const make = { id: "make", kind: "create-tool", name: "double", description: "Doubles." };
      const use = { ...call("kept_step", "double"), dependsOn: ["make"] };
      const { asked } = await planned([plan(end)], { asked: earlier(make, use) });
      expect(asked()[0]).toContain('"kept_step"');
      expect(asked()[0]).not.toContain('"make"');
    });

    it("until a step of its own is done", async () => {
      expect(await shown(earlier(call("kept_step", "double")), [did("a")])).toBe(false);
    });
  });
});
