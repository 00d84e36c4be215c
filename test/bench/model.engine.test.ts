/** The engine against its model alone, with a scripted model whose programs are known to be right or wrong. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { PROMPTS } from "../../src/ask/prompts/book.ts";
import { benchModel } from "../../src/bench/model.ts";
import { FUNCTION_TASKS } from "../../src/bench/model-tasks.ts";
import { ModelConfig } from "../../src/core/config.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";
import { stageOf, walkScript } from "../support/walk-script.ts";

const signal = new AbortController().signal;
const TEXTS = ["level", "", "sky", "queue", "AEIOU", "hello", "Idea", "xyz", "oO", "banana"];
const count = (text: string): number => text.match(/[aeiou]/gi)?.length ?? 0;
const VOWELS = {
  name: "count_vowels",
  signature: "function count_vowels(text: string): number",
  description: "Counts the vowels.",
};
const block = (code: string): string => `\`\`\`js\n${code}\n\`\`\``;
const RIGHT = block(
  "function count_vowels(text) { return (text.match(/[aeiou]/gi) ?? []).length; }",
);
const WRONG = block("function count_vowels(text) { return text.length; }");

/** What the model writes when it is asked alone, in turn. */
let alone: readonly string[] = [];
let server: ModelServer;
beforeEach(async () => {
  let asked = 0;
  const walk = walkScript({
    blind_affordance: { potential_tools: [VOWELS] },
    plan: {
      reason: "so",
      steps: [
        { id: "make", kind: "create-tool", ...VOWELS },
        { id: "call", kind: "call-tool", tool: "count_vowels", arguments: { text: "Level" } },
        { id: "end", kind: "answer", value: { $from: "call" } },
      ],
    },
    scope: { ...VOWELS, generality: "general", reasons: ["so"] },
    write_cases: { cases: TEXTS.map((text) => ({ args: [text], expected: count(text) })) },
    answer_cases: { answers: TEXTS.map((text, at) => ({ case: at, expected: count(text) })) },
    answer: { text: "It has 2.", value: 2 },
  });
  server = await modelServer((request) => {
    if (stageOf(request) !== "chat") return walk(request);
    const own = request.body.messages?.length === 1;
    const content = own ? (alone[asked++ % alone.length] ?? "") : RIGHT;
    return { content, usage: { input: 100, output: 20 } };
  });
});
afterEach(() => server.close());

async function bench() {
  const model = ModelConfig.parse({ model: "scripted", baseUrl: `${server.url}/v1` });
  const sections: Record<string, readonly Record<string, unknown>[]> = {};
  for await (const [name, rows] of benchModel({ model, tasks: 1 }, signal)) {
    sections[name] = rows as readonly Record<string, unknown>[];
  }
  return sections;
}

test("both sides spend the same tokens, and each is judged by inputs that it has not seen", async () => {
  alone = [WRONG, RIGHT, RIGHT];
  const { sums = [], prompts = [] } = await bench();
  expect(sums).toMatchObject([
    { side: "engine", solved: 1, "wrong but accepted": 0 },
    { side: "alone", solved: 1, "wrong but accepted": 0 },
  ]);
  const [engine, other] = sums.map(({ tokens }) => Number(tokens));
  expect(other).toBeGreaterThanOrEqual(engine ?? Number.NaN);
  // At most one sample more.
  expect(other).toBeLessThan((engine ?? 0) + 120);

  const own = server.requests.filter(({ body }) => body.messages?.length === 1);
  const hidden = FUNCTION_TASKS[0]?.hidden.map(({ args }) => JSON.stringify(args[0])) ?? [];
  for (const request of own) {
    for (const input of hidden.filter((text) => text.length > 6)) {
      expect(JSON.stringify(request.body)).not.toContain(input.slice(1, -1));
    }
  }
  expect(prompts.map(({ prompt }) => prompt)).toEqual(PROMPTS.templates.map(({ name }) => name));
  expect(prompts.find(({ prompt }) => prompt === "scope")).toMatchObject({
    "calls per request": 1,
    "tokens per call": expect.toSatisfy((tokens) => tokens > 100),
  });
});

test("the model alone is taken at what most of its programs do, right or wrong", async () => {
  alone = [RIGHT, WRONG, WRONG];
  const { sums = [] } = await bench();
  expect(sums[1]).toMatchObject({ side: "alone", solved: 0, "wrong but accepted": 1 });
});

test("the tasks have names of their own and inputs that tell functions apart", () => {
  expect(FUNCTION_TASKS).toHaveLength(20);
  expect(new Set(FUNCTION_TASKS.map(({ name }) => name)).size).toBe(20);
  for (const { hidden, call } of FUNCTION_TASKS) {
    expect(hidden.length).toBeGreaterThanOrEqual(4);
    expect(new Set(hidden.map(({ expected }) => JSON.stringify(expected))).size).toBeGreaterThan(1);
    for (const { args } of hidden) {
      expect(args).toHaveLength(call.length);
      expect(args).not.toEqual(call);
    }
  }
});
