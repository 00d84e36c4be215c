/** Every prompt is the user's: a file replaces it, and what the file says is what is sent. */
import { afterEach, describe, expect, it } from "vitest";
import { PROMPTS } from "../../src/ask/prompts/book.ts";
import { EVOLVE_PROMPTS } from "../../src/evolve/prompts/prompts.ts";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const mark = (name: string): string => `MARK<${name}>`;
const evolving = new Set(EVOLVE_PROMPTS.templates.map(({ name }) => name));
const files = PROMPTS.templates.map(({ name }) => name);

const cases = ["abc", "", "level", "ab", "xyz", "hello", "a", "no on"].map((text) => ({
  args: [text],
  expected: [...text].reverse().join(""),
}));
const reverse = {
  name: "reverse_text",
  description: "Turns a text round.",
  signature: "reverse_text(text: string): string",
};

let home: WalkHome | undefined;
afterEach(async () => {
  await home?.close();
  home = undefined;
});

/** A request that needs every one of the agent's prompts. */
async function asksEverything(prompts: Record<string, string>): Promise<WalkHome> {
  let chats = 0;
  const walk = walkScript({
    ground_queries: { data: ["x"], outcomes: [], preferences: [] },
    blind_affordance: ["no JSON at all", { potential_tools: [] }],
    plan: (_, count) => ({
      reason: "so",
      steps:
        count > 0
          ? [{ id: "make", kind: "create-tool", ...reverse, name: `turn_${count}` }]
          : [
              { id: "make", kind: "create-tool", ...reverse },
              { id: "d", kind: "delegate", agent: "clerk", message: "Say it." },
              {
                id: "p",
                kind: "program",
                code: "return await isKind('hello');",
                semantic: [
                  {
                    name: "isKind",
                    signature: "isKind(text: string): boolean",
                    description: "Whether it is kind.",
                  },
                ],
              },
              { id: "end", kind: "answer", value: { $from: "p" } },
            ],
    }),
    scope: { decision: "new", ...reverse, generality: "general", reasons: ["It is."] },
    write_cases: (_, count) =>
      count < 2 ? { cases: count === 0 ? cases : cases.slice(1), properties: [] } : "no cases",
    direct_answer: { possible: true, text: "I turn it myself.", value: null },
    answer_cases: { answers: cases.map(({ expected }, index) => ({ case: index, expected })) },
    simulate_call: { value: true },
    answer: { text: "Yes.", value: null },
    judge: { verdicts: [{ item: 0, verdict: "met", reason: "It is." }] },
    infer_preferences: { preferences: [] },
  });
  const clerk = {
    name: "clerk",
    description: "Says it.",
    system: "You are a clerk.",
    tools: ["sleep_until"],
  };
  const opened = await walkHome(
    (request) => {
      if (stageOf(request) !== "chat") return walk(request);
      if (request.body.tools === undefined) {
        return "```js\nfunction reverse_text(text) { return [...text].reverse().join(''); }\n```";
      }
      return chats++ === 0
        ? '<tool_call>{"name": "nothing", "arguments": {}}</tool_call>'
        : "Said.";
    },
    { agents: [clerk], prompts },
  );
  home = opened;
  return opened;
}

describe("prompts", () => {
  it("are each replaced by a file, and sent as the file says", async () => {
    const folder = await walkHome([]);
    const prompts = Object.fromEntries(
      files.map((name) => [name, folder.file(`${name}.txt`, `=== user ===\n${mark(name)}\n`)]),
    );
    const notes = folder.file("notes.txt", "x marks the spot\n");
    try {
      const { engine, server, request } = await asksEverything(prompts);
      const { status } = await request("Reverse a text", {
        requirements: ["Be kind."],
        files: [notes],
      });
      expect(status).toBe("SUCCEEDED");
      // Nobody writes cases for this one, so it is answered directly.
      const direct = await request("Turn it round");
      expect(direct.solution).toMatchObject({ answer: { text: "I turn it myself." } });
      const options = { requests: 5, dryRun: true };
      await engine.inferPreferences("local", options, new AbortController().signal);

      const sent = server.requests.map(textOf).join("\n");
      const agents = files.filter((name) => !evolving.has(name));
      expect(agents.filter((name) => !sent.includes(mark(name)))).toEqual([]);
      expect([...evolving].some((name) => sent.includes(mark(name)))).toBe(true);
    } finally {
      await folder.close();
    }
  });

  it("of every name are rendered as replaced, with the version `custom`", () => {
    for (const name of files) {
      const { version, messages } = PROMPTS.render(name, {}, { [name]: mark(name) });
      expect({ version, messages }).toEqual({
        version: "custom",
        messages: [{ role: "user", content: mark(name) }],
      });
    }
  });

  it("of the agent use known variables alone, all of their own, and say what each is", () => {
    for (const { name, variables, text } of PROMPTS.templates) {
      const filled = Object.fromEntries(Object.keys(variables).map((key) => [key, `<${key}>`]));
      const rendered = PROMPTS.render(name, filled).messages;
      const shown = rendered.map(({ content }) => content).join("\n");
      expect(shown).not.toMatch(/\{\{|\}\}/);
      if (evolving.has(name)) continue;
      for (const [key, meaning] of Object.entries(variables)) {
        expect(text, `${name} does not use ${key}`).toContain(`{{${key}}}`);
        expect(meaning).not.toBe("");
      }
    }
  });
});
