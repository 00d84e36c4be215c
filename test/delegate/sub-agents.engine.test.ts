/** Sub-agents: tools of a plan that are conversations of their own, in runs of their own. */
import { afterEach, describe, expect, it } from "vitest";
import { AgentConfig, agentCircle } from "../../src/core/agent.ts";
import type { Served, ServedRequest } from "../support/model-server.ts";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const DOUBLE = {
  name: "double",
  description: "Doubles a number.",
  signature: "function double(input: number): number",
  body: "input * 2",
};
const CLERK = {
  name: "clerk",
  description: "Calculates.",
  system: "You are a clerk.",
  tools: ["double"],
};
const delegate = (agent: string, message: string) => ({
  reason: "so",
  steps: [
    { id: "d", kind: "delegate", agent, message },
    { id: "end", kind: "answer", value: { $from: "d" } },
  ],
});

let homes: WalkHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

/** @param chat What an agent's model says, by how many of its calls came before. */
async function opened(
  agents: object[],
  plan: object | readonly object[],
  chat: (request: ServedRequest, count: number) => Served,
  more: object = {},
): Promise<WalkHome> {
  const walk = walkScript({
    blind_affordance: { potential_tools: [] },
    plan: plan as object,
    answer: { text: "done", value: null },
  });
  let chats = 0;
  const home = await walkHome(
    (request) => (stageOf(request) === "chat" ? chat(request, chats++) : walk(request)),
    { agents, ...more },
  );
  homes = [...homes, home];
  await home.put(DOUBLE);
  return home;
}
const usage = { input: 1_000, output: 200 };

describe("a sub-agent", () => {
  it("is told of an empty code block, which is no answer, and of a call that it repeats", async () => {
    const call = (id: string) => ({
      toolCalls: [{ id, name: "double", arguments: { input: 21 } }],
      usage,
    });
    const says = [
      call("c1"),
      call("c2"),
      { content: "```json\n\n```", usage },
      { content: "42", usage },
    ];
    const chats: string[] = [];
    const home = await opened([CLERK], delegate("clerk", "Double 21."), (request, count) => {
      chats.push(textOf(request));
      return says[count] ?? "none left";
    });
    const { solution } = await home.request("Delegate it");
    expect(solution).toMatchObject({ answer: { value: "42" } });
    expect(chats).toHaveLength(4);
    expect(chats[1]).not.toMatch(/made this call before/);
    expect(chats[2]).toMatch(/made this call before/);
    expect(chats[3]).toMatch(/Your reply: it was empty/);
  });

  it("is told of replies that say nothing or are cut off, and has its turns to do better", async () => {
    const says = [
      { content: "<think>It is 42.</think>" },
      { content: "<answer></answer>\n```" },
      { content: "The answer to your question is", finish: "length" as const },
      { content: "<think>It is 42.</think>42" },
    ];
    const plain = { ...CLERK, tools: [], maxTurns: 4 };
    const home = await opened([plain], delegate("clerk", "Double 21."), (_, count) => ({
      ...(says[count] ?? {}),
    }));
    const { solution } = await home.request("Delegate it");
    expect(solution).toMatchObject({ answer: { value: "42" } });
    const chats = home.server.requests.filter((each) => stageOf(each) === "chat").map(textOf);
    expect(chats[2]).toMatch(/Your reply: it was empty/);
    expect(chats[3]).toMatch(/Your reply: it was cut off/);
  });

  it("that only repeats its calls, although it is told so, fails before its turns are over", async () => {
    const home = await opened(
      [CLERK],
      [
        delegate("clerk", "Double 21."),
        { reason: "so", steps: [{ id: "end", kind: "answer", text: "gave up", value: null }] },
      ],
      () => ({ toolCalls: [{ name: "double", arguments: { input: 21 } }] }),
    );
    const { requestId } = await home.request("Delegate it");
    const chats = home.server.requests.filter((each) => stageOf(each) === "chat");
    expect(chats).toHaveLength(5);
    const because = (await home.events(requestId)).findLast(({ type }) => type === "plan-proposed");
    expect(because?.data.because).toContain("clerk repeats its calls of double");
  });

  it("converses with its own tools and hands its answer back; its run stands below the request", async () => {
    const home = await opened([CLERK], delegate("clerk", "Double 21."), (_, count) =>
      count === 0
        ? { toolCalls: [{ id: "c1", name: "double", arguments: { input: 21 } }], usage }
        : { content: "It is 42.", usage },
    );
    const { solution, requestId } = await home.request("Delegate it");
    expect(solution).toMatchObject({ answer: { value: "It is 42." } });

    const runs = await home.engine.events.runs();
    const child = runs.find(({ parent }) => parent === requestId);
    expect(child).toMatchObject({ kind: "request", status: "succeeded", title: "Double 21." });
    const events = await home.events(child?.id ?? "");
    expect(events.map(({ type }) => type)).toEqual([
      "request-submit",
      "request-status",
      "model-call",
      "model-reply",
      "tool-call",
      "tool-result",
      "model-call",
      "model-reply",
      "request-status",
    ]);
    expect(events[5]?.data).toMatchObject({ status: "returned", output: 42 });
    const chats = home.server.requests.filter((request) => stageOf(request) === "chat");
    expect(
      chats[0]?.body.tools.map((tool: { function: { name: string } }) => tool.function.name),
    ).toEqual(["double"]);
    expect(textOf(chats[0] as never)).toContain("You are a clerk.");
    expect(textOf(chats[1] as never)).toContain('"content":"42"');
  });

  it("whose model goes away in the middle goes on in its own run, with what it has done", async () => {
    const home = await opened(
      [CLERK],
      delegate("clerk", "Double 21."),
      (_, count) =>
        [
          { toolCalls: [{ id: "c1", name: "double", arguments: { input: 21 } }], usage },
          { status: 503, error: { message: "Loading model" } },
        ][count] ?? { content: "It is 42.", usage },
      { roles: { agent: { maxRetries: 0 } } },
    );
    const waiting = await home.request("Delegate it");
    expect(waiting).toMatchObject({
      status: "WAITING_FEEDBACK",
      view: { waits: [{ name: "the model" }] },
    });
    const { requestId } = waiting;
    const { solution } = await home.attempt(requestId);
    expect(solution).toMatchObject({ answer: { value: "It is 42." } });
    const children = (await home.engine.events.runs()).filter(({ parent }) => parent === requestId);
    expect(children).toMatchObject([{ status: "succeeded", title: "Double 21." }]);
    expect((await home.engine.tools.get("double")).usage.calls).toBe(1);
  });

  it("of an open model calls tools in plain text, and is told which calls can not be read", async () => {
    const home = await opened(
      [CLERK],
      delegate("clerk", "Double 21."),
      (_, count) =>
        [
          'I will.\n```json\n{"name": "double", "arguments": {"input": "many"}}\n```',
          '<tool_call>{"name": "triple", "arguments": {}}</tool_call>',
          '<tool_call>{"name": "double", "arguments": {"input": 21}}</tool_call>',
          "42",
        ][count] ?? "?",
    );
    const { solution } = await home.request("Delegate it");
    expect(solution).toMatchObject({ answer: { value: "42" } });
    const chats = home.server.requests.filter((request) => stageOf(request) === "chat").map(textOf);
    expect(chats[1]).toMatch(/arguments of double do not fit: input: must be number/);
    expect(chats[2]).toMatch(/These tool calls were not made/);
    expect((await home.engine.tools.get("double")).usage.calls).toBe(1);
  });

  it("may delegate in turn; its spending counts for the request above it", async () => {
    const boss = {
      name: "chief",
      description: "Delegates.",
      system: "You are the chief.",
      tools: ["clerk"],
    };
    const home = await opened(
      [boss, { ...CLERK, tools: [] }],
      [
        {
          reason: "so",
          steps: [
            { id: "d", kind: "delegate", agent: "chief", message: "Do it." },
            {
              id: "spent",
              kind: "call-tool",
              tool: "check_current_spend_since",
              arguments: { since: "2020-01-01T00:00:00Z" },
              dependsOn: ["d"],
            },
            { id: "end", kind: "answer", value: { $from: "spent" } },
          ],
        },
      ],
      (request) => {
        const text = textOf(request);
        if (text.includes("You are a clerk.")) return { content: "clerk's word", usage };
        return text.includes("clerk's word")
          ? { content: "chief's word", usage }
          : { toolCalls: [{ name: "clerk", arguments: { message: "You do it." } }], usage };
      },
    );
    const { solution, requestId } = await home.request("Delegate it twice");
    // Two calls of the walk with 120 tokens each, three of the agents with 1,200.
    expect(solution).toMatchObject({
      answer: { value: { calls: 5, tokens: 2 * 120 + 3 * 1_200, usdUnknown: 5 } },
    });
    const runs = await home.engine.events.runs();
    const [chief, clerk] = [requestId, runs.find(({ parent }) => parent === requestId)?.id].map(
      (id) => runs.filter(({ parent }) => parent === id),
    );
    expect(chief?.map(({ title }) => title)).toEqual(["Do it."]);
    expect(clerk?.map(({ title }) => title)).toEqual(["You do it."]);
  });

  it("that needs too many turns fails, and the plan goes on from there", async () => {
    const home = await opened(
      [{ ...CLERK, maxTurns: 2 }],
      [
        delegate("clerk", "Double 21."),
        { reason: "so", steps: [{ id: "end", kind: "answer", text: "gave up", value: null }] },
      ],
      () => ({ toolCalls: [{ name: "double", arguments: { input: 1 } }] }),
    );
    const { solution } = await home.request("Delegate it");
    expect(solution).toMatchObject({ answer: { text: "gave up" } });
    expect(textOf(home.server.requests.at(-1) as never)).toContain("no answer within 2 turns");
  });

  it("ends canceled with the request that it works for", async () => {
    const home = await opened([CLERK], delegate("clerk", "Hang."), () => ({ hang: true }));
    const controller = new AbortController();
    const { Request } = await import("../../src/core/request.ts");
    const running = home.engine.request(
      Request.parse({ objective: "Delegate it" }),
      { task: undefined, instances: [] },
      controller.signal,
    );
    while (!home.server.requests.some((request) => stageOf(request) === "chat")) {
      await new Promise((wake) => setTimeout(wake, 20));
    }
    controller.abort();
    await running.catch(() => undefined);
    const runs = await home.engine.events.runs();
    expect(runs.map(({ status }) => status)).toEqual(["canceled", "canceled"]);
  });
});

describe("agents of a configuration", () => {
  it("that call each other in a circle are refused", async () => {
    const agent = (name: string, tools: string[]) =>
      AgentConfig.parse({ name, description: "d", system: "s", tools });
    expect(agentCircle([agent("a", ["b"]), agent("b", ["a"])])).toEqual(["a", "b", "a"]);
    expect(
      agentCircle([agent("a", ["b", "c"]), agent("b", ["c"]), agent("c", [])]),
    ).toBeUndefined();
    const { Config } = await import("../../src/core/config.ts");
    const parsed = Config.safeParse({ agents: [agent("a", ["a"])] });
    expect(parsed.error?.issues[0]?.message).toContain("a -> a is a circle");
  });
});
