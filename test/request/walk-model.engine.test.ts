/** The walk with a model, on a home of its own: the real client, a scripted endpoint, the real sandbox. */
import { afterEach, describe, expect, it } from "vitest";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const NO_TOOLS = { potential_tools: [] };
const DOUBLE = {
  name: "double",
  description: "Doubles a number.",
  signature: "function double(input: number): number",
  body: "input * 2",
};
const BREAK = {
  name: "halve_strictly",
  description: "Halves an even number, and throws for an odd one.",
  signature: "function halve_strictly(input: number): number",
  body: "input % 2 === 0 ? input / 2 : (() => { throw new Error('odd') })()",
};
const call = (id: string, tool: string, input: unknown, dependsOn: string[] = []) => ({
  id,
  kind: "call-tool",
  tool,
  arguments: { input },
  dependsOn,
});
const plan = (...steps: object[]) => ({ reason: "so", steps });
const say = (text: string) => ({ id: "end", kind: "answer", text, value: null });

let homes: WalkHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});
async function opened(...given: Parameters<typeof walkHome>): Promise<WalkHome> {
  const home = await walkHome(...given);
  homes = [...homes, home];
  return home;
}

describe("the walk with a model", () => {
  it("runs independent steps side by side, hands results on, and answers with the exact value", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: {
          potential_tools: [
            {
              name: "double",
              signature: "(n: number) => number",
              description: "Doubles a number.",
            },
          ],
        },
        plan: plan(
          call("a", "double", 7),
          call("b", "double", 8),
          call("c", "double", { $from: "a" }),
          { id: "end", kind: "answer", value: [{ $from: "b" }, { $from: "c" }] },
        ),
        answer: { text: "16 and 28.", value: [0, 0] },
      }),
    );
    await home.put(DOUBLE);
    const { status, solution, requestId } = await home.request("Double a number a few times");
    expect(status).toBe("SUCCEEDED");
    expect(solution).toMatchObject({ answer: { text: "16 and 28.", value: [16, 28] } });

    const events = await home.events(requestId);
    const calls = events.flatMap(({ type, data }) =>
      type === "tool-call" || type === "tool-result" ? [`${type} ${data.id}`] : [],
    );
    // Both of the first wave are asked before either has returned.
    expect(calls.slice(0, 2).sort()).toEqual(["tool-call a.v1", "tool-call b.v1"]);
    expect(calls.slice(4)).toEqual(["tool-call c.v1", "tool-result c.v1"]);
    const usage = (await home.engine.tools.get("double")).usage;
    expect(usage).toMatchObject({ calls: 3, successes: 3 });
  });

  it("plans anew when a step fails: the old plan is kept, finished steps stay, the change is told", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: NO_TOOLS,
        plan: [
          plan(call("a", "double", 7), call("bad", "halve_strictly", 7), {
            id: "end",
            kind: "answer",
            value: { $from: "bad" },
          }),
          plan(call("good", "halve_strictly", { $from: "a" }), {
            id: "end",
            kind: "answer",
            value: { $from: "good" },
          }),
        ],
        answer: { text: "7", value: null },
      }),
    );
    await home.put(DOUBLE, BREAK);
    const { solution, requestId } = await home.request("Halve a number, double a number");
    expect(solution).toMatchObject({ status: "answered", answer: { value: 7 } });

    const plans = (await home.events(requestId)).filter(({ type }) => type === "plan-proposed");
    expect(plans.map(({ data }) => data.version)).toEqual([1, 2]);
    expect(plans[1]?.data).toMatchObject({
      because: expect.stringContaining("odd"),
      kept: ["a"],
      diff: { added: ["good"], dropped: ["a", "bad"], changed: ["end"] },
    });
    expect((await home.engine.tools.get("double")).usage.calls).toBe(1);
    // The planner saw what was done and why the other failed.
    const second = home.server.requests.filter((request) => stageOf(request) === "plan")[1];
    expect(textOf(second as never)).toMatch(/a \(double .*is done: 14/);
    expect(textOf(second as never)).toMatch(/bad .*failed: .*odd/);
  });

  it("tells a plan that can not be carried out back, each fault by name", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: NO_TOOLS,
        plan: [
          plan(call("a", "triple", 1), say("x")),
          plan(call("a", "double", { $from: "b" }), call("b", "double", { $from: "a" })),
          plan(call("a", "double", "seven"), call("c", "double", { $from: "nowhere" })),
          plan(call("a", "double", 7), {
            id: "end",
            kind: "answer",
            value: { $from: "a" },
          }),
        ].slice(1),
        answer: { text: "14", value: null },
      }),
    );
    await home.put(DOUBLE);
    const { status } = await home.request("Double a number");
    expect(status).toBe("SUCCEEDED");
    const plans = home.server.requests.filter((request) => stageOf(request) === "plan").map(textOf);
    expect(plans).toHaveLength(3);
    expect(plans[1]).toMatch(/Steps a, b wait for each other in a circle/);
    expect(plans[2]).toMatch(/Step a, double: input: must be number/);
    expect(plans[2]).toMatch(/Step c depends on nowhere, which is neither/);
  });

  it("gives up with the reason after so many plans, and at once where the same failure comes back", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: NO_TOOLS,
        plan: (_, count) => plan(call(`s${count}`, "halve_strictly", Math.min(count, 5) * 2 + 1)),
        ground_queries: { data: [], outcomes: [], preferences: [] },
      }),
    );
    await home.put(BREAK);
    const plans = (from = 0) =>
      home.server.requests.slice(from).filter((each) => stageOf(each) === "plan").length;
    const varied = await home.request("Halve other numbers strictly");
    expect(varied).toMatchObject({
      status: "FAILED",
      solution: { status: "gave-up", reason: expect.stringMatching(/5 plans.*odd/) },
    });
    expect(plans()).toBe(5);
    const before = home.server.requests.length;
    expect(await home.request("Halve a number strictly")).toMatchObject({
      status: "FAILED",
      solution: { status: "gave-up", reason: expect.stringMatching(/same failure.*odd/) },
    });
    expect(plans(before)).toBe(2);
  });

  it("asks the person for what is missing, waits, and goes on with the answer", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: NO_TOOLS,
        plan: (request) =>
          textOf(request).includes("asked: Which number?")
            ? plan(call("d", "double", 21), {
                id: "end",
                kind: "answer",
                value: { $from: "d" },
              })
            : plan({ id: "q", kind: "ask", question: "Which number?" }),
        answer: { text: "42", value: null },
      }),
    );
    await home.put(DOUBLE);
    const first = await home.request("Double my number");
    expect(first).toMatchObject({ status: "WAITING_FEEDBACK" });
    expect(JSON.stringify(first.view)).toContain("Which number?");
    const before = home.server.requests.length;
    await home.engine.requests.answer(first.requestId, "21");
    const last = await home.attempt(first.requestId);
    expect(last).toMatchObject({ status: "SUCCEEDED", solution: { answer: { value: 42 } } });
    // The second attempt asks for the second plan and the answer: the first one's replies are on record.
    expect(home.server.requests.slice(before).map(stageOf)).toEqual(["plan", "answer"]);
    expect(textOf(home.server.requests[before] as never)).toMatch(/is done: .*21/);
  });

  it("checks every requirement and constraint: by rule, by a judge, and plans anew for what is unmet", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: NO_TOOLS,
        plan: [
          plan(say("It is fourteen, as far as I can tell you.")),
          plan(say("It is fourteen.")),
        ],
        judge: {
          verdicts: [{ item: 0, verdict: "met", reason: "It names the number." }],
        },
      }),
    );
    const { solution, requestId } = await home.request("What is twice seven?", {
      requirements: ["Spell the number out."],
      constraints: ["at most 4 words"],
    });
    expect(solution).toMatchObject({
      answer: {
        text: "It is fourteen.",
        checks: [
          { item: "Spell the number out.", kind: "requirement", by: "judge", verdict: "met" },
          { item: "at most 4 words", kind: "constraint", by: "property", verdict: "met" },
        ],
      },
    });
    const events = await home.events(requestId);
    const because = events.filter(({ type }) => type === "plan-proposed")[1]?.data.because;
    expect(because).toMatch(/at most 4 words.*has 10 words/);
    const judge = events.find(
      ({ type, data }) => type === "model-call" && data.promptName === "judge",
    );
    expect(judge?.data.role).toBe("judge");
  });

  it("keeps the exact prompt of every call in the trace, before its reply", async () => {
    const home = await opened(
      walkScript({ blind_affordance: NO_TOOLS, plan: plan(say("Hello.")) }),
    );
    const { requestId } = await home.request("Say hello");
    const events = await home.events(requestId);
    const calls = events.filter(({ type }) => type === "model-call");
    expect(calls.map(({ data }) => data.promptName)).toEqual(["blind-affordance", "plan"]);
    for (const [index, { data }] of calls.entries()) {
      expect(data.messages).toEqual(home.server.requests[index]?.body.messages);
      const reply = events.findIndex(
        (event) => event.type === "model-reply" && event.data.id === data.id,
      );
      expect(reply).toBeGreaterThan(events.findIndex((event) => event.data === data));
    }
  });

  it("has a call approved by a person first, where the configuration says so", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: NO_TOOLS,
        plan: plan(call("a", "double", 4), {
          id: "end",
          kind: "answer",
          value: { $from: "a" },
        }),
        answer: { text: "done", value: null },
      }),
      { approvals: { tools: { double: "always" } } },
    );
    await home.put(DOUBLE);
    const asked = await home.request("Double four");
    expect(asked.status).toBe("WAITING_FEEDBACK");
    expect((await home.engine.tools.get("double")).usage.calls).toBe(0);
    await home.engine.requests.approve(asked.requestId, { input: 5 });
    const { solution } = await home.attempt(asked.requestId);
    expect(solution).toMatchObject({ answer: { value: 10 } });
  });

  it("plans anew with what the person changed meanwhile; what is done stays done", async () => {
    const home = await opened(
      walkScript({
        ground_queries: { data: [], outcomes: [], preferences: [] },
        blind_affordance: NO_TOOLS,
        plan: [
          plan(call("a", "double", 4), { id: "q", kind: "ask", question: "Go on?" }),
          plan({ id: "end", kind: "answer", text: "Changed.", value: { $from: "a" } }),
        ],
        judge: { verdicts: [{ item: 0, verdict: "met", reason: "It does." }] },
      }),
    );
    await home.put(DOUBLE);
    const asked = await home.request("Double four", { requirements: ["Say how."] });
    await home.engine.requests.revise(asked.requestId, { objective: "Double four, and be brief" });
    await home.engine.requests.answer(asked.requestId, "yes");
    const { solution } = await home.attempt(asked.requestId);
    expect(solution).toMatchObject({ answer: { text: "Changed.", value: 8 } });
    expect((await home.engine.tools.get("double")).usage.calls).toBe(1);
    const plans = home.server.requests.filter((each) => stageOf(each) === "plan");
    const last = textOf(plans.at(-1) as never);
    expect(last).toContain("Double four, and be brief");
    expect(last).toContain("The person changed the request.");
    const events = await home.events(asked.requestId);
    const revised = events.filter(({ type }) => type === "request-revised");
    expect(revised.map(({ data }) => data)).toEqual([
      {
        revision: 2,
        changed: ["objective"],
        objective: "Double four, and be brief",
        requirements: ["Say how."],
        constraints: [],
        before: { objective: "Double four", requirements: ["Say how."], constraints: [] },
      },
    ]);
  });

  it("sleeps until a time without holding the process", async () => {
    const time = "2200-01-01T00:00:00.000Z";
    const home = await opened(
      walkScript({
        blind_affordance: NO_TOOLS,
        plan: plan({ id: "s", kind: "call-tool", tool: "sleep_until", arguments: { time } }),
      }),
    );
    const { view } = await home.request("Wake me later");
    expect(view?.dueAt).toBe(time);
  });

  it("hands on the words of an answer while the model writes them, and nothing of its plans", async () => {
    const home = await opened(
      walkScript({ blind_affordance: NO_TOOLS, plan: plan(say("Good morning.")) }),
    );
    const pieces: string[] = [];
    const { Request } = await import("../../src/core/request.ts");
    await home.engine.request(
      Request.parse({ objective: "Greet me" }),
      { task: undefined, instances: [], onText: (text) => pieces.push(text) },
      new AbortController().signal,
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe("Good morning.\n");
    expect(home.server.requests.every(({ body }) => body.stream === true)).toBe(true);
  });

  it("stays within the request's budget of calls", async () => {
    const home = await opened(walkScript({ blind_affordance: NO_TOOLS, plan: plan(say("Hi.")) }));
    await expect(home.request("Say hello", { budget: { tokens: 100 } })).rejects.toMatchObject({
      code: "BUDGET_EXCEEDED",
    });
    expect(home.server.requests).toHaveLength(0);
  });
});
