/** Runs as the engine writes them, awkward ones among them, for the tests of readers and exports. */
import { digestText } from "../../src/core/digest.ts";
import type { NewEvent } from "../../src/core/event.ts";
import type { DataOf } from "../../src/core/events/schemas.ts";
import type { EventStore } from "../../src/core/ports.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { eventOf as event } from "../support/events.ts";
import { png } from "../support/images.ts";

/** A clock that stands still: exports of what it timed are equal to the byte. */
export const stillClock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5), monotonicMs: () => 0 };

export async function write(
  store: EventStore,
  run: Parameters<EventStore["begin"]>[0],
  events: readonly NewEvent[],
  status: "succeeded" | "failed" | "canceled" = "succeeded",
): Promise<void> {
  await store.begin(run);
  await store.append(run.id, events);
  await store.end(run.id, status);
}

export function submitted(
  objective: string,
  more: Partial<DataOf<"request-submit">> = {},
): NewEvent[] {
  return [
    event("request-submit", { objective, requirements: [], constraints: [], ...more }),
    event("request-status", { from: "NOT_STARTED", to: "IN_PROGRESS", cause: "submitted" }),
  ];
}

function answered(answer: string): NewEvent[] {
  return [
    event("answer-given", { answer }),
    event("request-status", { from: "IN_PROGRESS", to: "SUCCEEDED", cause: "answered" }),
  ];
}

/** Of `median_of`, as its signature says. */
const PARAMETERS = {
  type: "object",
  properties: {
    values: { type: "array", items: { type: "number" } },
    skip: { description: "Map<string, number>" },
  },
  required: ["values"],
};

/** A tool was refused once, made, then called on two inputs at a time: what the engine does by rule. */
export async function requestWithCreation(
  store: EventStore,
  id: string,
  tool = "median_of",
): Promise<void> {
  const spec = {
    name: tool,
    description: `The median of a list. ${tool}`,
    signature: `function ${tool}(values: number[], skip?: Map<string, number>): number`,
  };
  await write(store, { id, kind: "request", title: "median" }, [
    ...submitted(`Find the median of each list for ${tool}: déjà vu, 日本語, 👩‍🚀.`, {
      requirements: ["Lists may be empty."],
      constraints: ["No network."],
    }),
    event("request-ground", { task: `task-${tool}`, spec, inputs: 2, context: [] }),
    event("affordance-result", {
      query: "median",
      hypotheses: [],
      matches: [],
      missing: [{ ...spec }],
    }),
    event("plan-proposed", { step: "create-tool", reason: "No stored tool fits." }),
    event("tool-create", { name: tool, description: spec.description }),
    event("registration-refused", { name: tool, reasons: ["held-out 0.5, expected 1"] }),
    event("tool-create", { name: tool, description: spec.description }),
    event("tool-register", { name: tool, parameters: PARAMETERS }),
    event("tool-call", { id: `call-${tool}-1`, name: tool, arguments: { values: [3, 1, 2] } }),
    event("tool-call", { id: `call-${tool}-2`, name: tool, arguments: { values: [5, 4] } }),
    event("tool-result", { id: `call-${tool}-1`, status: "returned", output: 2 }),
    event("tool-result", { id: `call-${tool}-2`, status: "returned", output: 4.5 }),
    ...answered(`${tool} served 2 inputs, each with the expected result.`),
  ]);
}

/** Two calls at once, then one that never came back, with text that templates would trip over. */
export async function requestWithParallelCalls(store: EventStore, id: string): Promise<void> {
  await write(store, { id, kind: "request", title: "weather" }, [
    ...submitted("Compare the weather. <|im_end|> [INST] <image> \u0000 \ud800 end.", {
      user: "ada",
    }),
    event("tool-call", { id: "a", name: "weather", arguments: { city: "Zürich", days: 2 } }),
    event("tool-call", { id: "b", name: "weather", arguments: { city: "Oslo", days: 2 } }),
    event("tool-result", { id: "b", status: "returned", output: { sky: "snow <|eot_id|>" } }),
    event("tool-result", { id: "a", status: "returned", output: { sky: "sun" } }),
    event("tool-call", { id: "c", name: "weather", arguments: { city: "Rome", days: 1 } }),
    ...answered('{"warmer":"Zürich"}'),
  ]);
}

/** A call that failed, and one of the same kind that did not. */
export async function requestWithFailedCall(store: EventStore, id: string): Promise<void> {
  await write(store, { id, kind: "request", title: "divide" }, [
    ...submitted("Divide 1 by 4."),
    event("tool-call", { id: "a", name: "divide", arguments: { by: 0, value: 1 } }),
    event("tool-result", { id: "a", status: "failed", error: "RangeError: division by zero" }),
    event("tool-call", { id: "b", name: "divide", arguments: { by: 4, value: 1 } }),
    event("tool-result", { id: "b", status: "returned", output: 0.25 }),
    ...answered("0.25"),
  ]);
}

/** A planner that broke the form once, a question to a person, a call that they changed, new words. */
export async function requestWithPeople(
  store: EventStore,
  id: string,
  more: Partial<DataOf<"request-submit">> = {},
): Promise<void> {
  const terms = "open-weights:apache-2.0";
  const asked = [{ role: "user", content: "Plan: send it." }] as const;
  const call = (key: string, messages: DataOf<"model-call">["messages"]) =>
    event("model-call", {
      id: key,
      role: "planner",
      promptName: "plan",
      parameters: { schema: "plan" },
      messages,
      model: "qwen3-8b",
      terms,
    });
  const reply = (key: string, content: string) =>
    event("model-reply", { id: key, content, model: "qwen3-8b" });
  await write(store, { id, kind: "request", title: "people" }, [
    ...submitted("Send the report.", { user: "bob", ...more }),
    call("p/1", asked),
    reply("p/1", "no form"),
    call("p/2", [
      ...asked,
      { role: "assistant", content: "no form" },
      { role: "user", content: "That was no JSON." },
    ]),
    reply("p/2", '{"steps":[]}'),
    event("wait-started", {
      key: "step:q#1",
      name: "question:q",
      question: { kind: "question", text: "To whom?" },
    }),
    event("signal-received", {
      id: "s1",
      name: "@step:q#1",
      payload: { answer: "To Ann, please." },
    }),
    event("wait-done", { key: "step:q#1", signal: "s1" }),
    event("wait-done", { key: "revise#1", signal: null }),
    event("approval-given", {
      tool: "send",
      version: 1,
      hash: "h",
      asked: { to: "ann@example.org", copies: 20 },
      arguments: { to: "ann@example.org", copies: 2 },
      decision: "approved",
      edited: true,
    }),
    event("tool-call", {
      id: "a.v1",
      name: "send",
      description: "Sends the report.",
      parameters: {
        type: "object",
        properties: { copies: { type: "number" }, to: { type: "string" } },
        required: ["to", "copies"],
      },
      arguments: { to: "ann@example.org", copies: 2 },
    }),
    event("tool-result", { id: "a.v1", status: "returned", output: "sent" }),
    event("request-revised", { objective: "Send it and say so." }),
    ...answered("Sent to Ann."),
  ]);
}

/** A planner with two system messages, a developer, hidden thoughts, empty and missing content. */
export async function modelRun(
  store: EventStore,
  id: string,
  terms = "open-weights:apache-2.0",
): Promise<void> {
  const tools = [
    {
      name: "look_up",
      description: "Looks up.",
      parameters: { type: "object", properties: { q: { type: "string" } }, required: ["q"] },
    },
  ];
  let asked = 0;
  const call = (
    messages: DataOf<"model-call">["messages"],
    more: Partial<DataOf<"model-call">> = {},
  ) => event("model-call", { id: `m${++asked}`, messages, model: "qwen3-8b", terms, ...more });
  let answered = 0;
  const reply = (said: Partial<DataOf<"model-reply">>) =>
    event("model-reply", { id: `m${++answered}`, model: "qwen3-8b", ...said });
  await write(store, { id, kind: "request", title: "models" }, [
    ...submitted("Ask the models."),
    call([
      { role: "system", content: "You plan." },
      { role: "system", content: "Be brief." },
      { role: "user", content: "What first?" },
      { role: "user", content: "And then?" },
    ]),
    reply({
      content: "<think>They ask twice.\n</think>\n\nLook it up.",
      finishReason: "stop",
      model: "qwen3-8b",
    }),
    call([{ role: "user", content: "Find the capital." }], { tools }),
    reply({}),
    call([{ role: "user", content: "Find the capital of Peru." }], { tools }),
    reply({
      content: "",
      toolCalls: [{ id: "x", name: "look_up", arguments: { q: "Peru" } }],
      finishReason: "tool-calls",
    }),
    call(
      [
        { role: "user", content: "Find the capital of Peru." },
        {
          role: "assistant",
          content: "",
          toolCalls: [{ id: "x", name: "look_up", arguments: { q: "Peru" } }],
        },
        { role: "tool", toolCallId: "x", name: "look_up", content: "Lima" },
      ],
      { tools },
    ),
    reply({
      content: "The capital of Peru is Lima.",
      finishReason: "stop",
    }),
    call([{ role: "user", content: "Write a long text." }]),
    reply({ content: "Once upon a", finishReason: "length" }),
    call([{ role: "user", content: "Which token ends a turn?" }]),
    reply({ content: "It is <|im_end|>.", finishReason: "stop" }),
    call([{ role: "user", content: "Nobody answers this." }]),
    event("answer-given", { answer: "done" }),
    event("request-status", { from: "IN_PROGRESS", to: "SUCCEEDED", cause: "answered" }),
  ]);
}

/** A program that no other one is nearly equal to. */
export function program(n: number): string {
  const words = Array.from({ length: 30 }, (_, at) => digestText(`${n}/${at}`).slice(0, 6));
  return `function score(item, room) {\n  // ${words.join(" ")}\n  return room - item * ${n};\n}\n`;
}

/**
 * An evolution without a model: a seed, children that get better, worse, fail, repeat, and the rest.
 *
 * @param model Adds a model's candidates: terms of the model.
 */
export async function evolutionRun(
  store: EventStore,
  id: string,
  { task = "packing", count = 24, model }: { task?: string; count?: number; model?: string } = {},
): Promise<void> {
  const offset = Number.parseInt(digestText(task).slice(0, 4), 16) * 1_000;
  const digest = (n: number) => `${task}-${n}`;
  const events: NewEvent[] = [
    event("run-start", {
      kind: "evolution",
      task,
      spec: {
        name: task,
        description: `Packs items for ${task}.`,
        signature: "score(item: number, room: number): number",
      },
      entry: "score",
      generator: "mutation",
      strategy: "funsearch",
      seed: 7,
      config: { seed: 7 },
    }),
    event("candidate-result", {
      index: 0,
      digest: digest(0),
      status: "scored",
      operator: "seed",
      source: program(offset),
      fitness: 1,
      scores: [1],
      feedback: ["score(1, 2): expected 3, got 1"],
    }),
  ];
  for (let n = 1; n < count; n++) {
    const parent = n <= 6 ? 0 : n % 5;
    const base = {
      index: n,
      digest: digest(n),
      operator: "jitter-constant",
      parents: [digest(parent)],
      island: n % 3,
      source: program(offset + n),
    };
    if (n % 6 === 4)
      events.push(
        event("candidate-result", {
          ...base,
          status: "failed",
          kind: "threw",
          reason: "threw: boom",
        }),
      );
    else if (n % 6 === 5)
      events.push(
        event("candidate-result", {
          index: n,
          digest: digest(1),
          operator: "jitter-constant",
          parents: [digest(parent)],
          status: "duplicate",
          fitness: 1,
        }),
      );
    else
      events.push(
        event("candidate-result", {
          ...base,
          status: "scored",
          fitness: n % 6 === 3 ? 0.5 : 1 + n / 10,
          scores: [n],
        }),
      );
  }
  if (model !== undefined) {
    const messages = [
      { role: "system", content: "You improve programs." },
      { role: "user", content: `Improve for ${task}:\n${program(offset)}` },
    ] as const;
    for (let sampleIndex = 0; sampleIndex < 4; sampleIndex++) {
      const n = 500 + sampleIndex;
      const source = program(offset + n);
      events.push(
        event("model-call", {
          id: `m${sampleIndex}`,
          role: "generator",
          messages,
          model: `model-of-${model}`,
          terms: model,
          promptGroup: "g1",
          sampleIndex,
        }),
        event("model-reply", {
          id: `m${sampleIndex}`,
          content: `<think>hm</think>Here it is.\n\`\`\`js\n${source}\`\`\``,
          toolCalls: [],
          finishReason: "stop",
        }),
        event("candidate-result", {
          index: n,
          digest: digest(n),
          status: "scored",
          operator: "best-shot",
          generator: "llm",
          promptGroup: "g1",
          sampleIndex,
          parents: [digest(0)],
          source,
          fitness: 3 + sampleIndex,
          scores: [n],
        }),
      );
    }
    // A mutation of what the model wrote.
    events.push(
      event("candidate-result", {
        index: 600,
        digest: digest(600),
        status: "scored",
        operator: "jitter-constant",
        parents: [digest(503)],
        source: program(offset + 600),
        fitness: 9,
        scores: [9],
      }),
    );
  }
  events.push(
    event("best-change", { digest: digest(1), fitness: 1.1, evaluations: 3 }),
    event("island-reset", { island: 2, epoch: 1, founder: digest(1) }),
    event("held-out-result", { digest: digest(count - 1), score: 1.5, measures: {} }),
    event("run-result", {
      best: { digest: digest(2), fitness: 2 },
      evaluations: count,
      failures: { threw: 3 },
    }),
  );
  await write(store, { id, kind: "evolution", title: `evolve ${task}` }, events);
}

/** A store with every awkward run. */
export async function awkwardStore(): Promise<EventStore> {
  const store = memoryEventStore({ clock: stillClock });
  await requestWithCreation(store, "req-creation");
  await requestWithParallelCalls(store, "req-parallel");
  await requestWithFailedCall(store, "req-failed-call");
  await modelRun(store, "req-models");
  await requestWithPeople(store, "req-people");
  await evolutionRun(store, "evo-packing");
  await evolutionRun(store, "evo-routing", { task: "routing", model: "open-weights:mit" });
  await evolutionRun(store, "evo-closed", { task: "closed", model: "openai" });
  await write(
    store,
    { id: "req-unanswered", kind: "request", title: "" },
    submitted("Never."),
    "failed",
  );
  return store;
}

/** A person shows a picture, a tool gives two more, and an agent's model looked at all of them. */
export async function requestWithImages(store: EventStore, id: string): Promise<void> {
  const image = (rgb: readonly number[]) => ({
    type: "image" as const,
    mimeType: "image/png",
    data: png(56, 28, rgb).toString("base64"),
  });
  const tools = [
    {
      name: "screenshot",
      description: "Shows the screen.",
      parameters: { type: "object", properties: { tab: { type: "number" } }, required: ["tab"] },
    },
  ];
  const output = [{ type: "text", text: "two tabs" }, image([0, 200, 0]), image([0, 0, 200])];
  const calls = [{ id: "s1", name: "screenshot", arguments: { tab: 1 } }];
  await write(store, { id, kind: "request", title: "images" }, [
    ...submitted(`Which colours are there in ${id}?`, { images: [image([200, 0, 0])] }),
    event("model-call", {
      id: "m1",
      role: "agent",
      messages: [
        { role: "system", content: "You look." },
        { role: "user", content: `Which colours, ${id}?`, images: [image([200, 0, 0])] },
        { role: "assistant", content: "", toolCalls: calls },
        {
          role: "tool",
          toolCallId: "s1",
          name: "screenshot",
          content: "two tabs",
          images: [image([0, 200, 0]), image([0, 0, 200])],
        },
      ],
      tools,
      model: "qwen3-vl-8b",
      terms: "open-weights:apache-2.0",
    }),
    event("model-reply", {
      id: "m1",
      model: "qwen3-vl-8b",
      content: "Red, green and blue.",
      toolCalls: [],
      finishReason: "stop",
    }),
    event("model-call", {
      id: "m2",
      role: "judge",
      messages: [{ role: "user", content: `Is ${id} red?`, images: [image([200, 0, 0])] }],
      model: "qwen3-vl-8b",
      terms: "open-weights:apache-2.0",
    }),
    event("model-reply", {
      id: "m2",
      model: "qwen3-vl-8b",
      content: "Yes.",
      toolCalls: [],
      finishReason: "stop",
    }),
    event("tool-call", { id: "s1", name: "screenshot", arguments: { tab: 1 } }),
    event("tool-result", { id: "s1", status: "returned", output }),
    ...answered("Red, green and blue."),
  ]);
}
