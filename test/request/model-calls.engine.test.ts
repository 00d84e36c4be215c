/** How often a model is asked: each call of a small model at home takes seconds or minutes. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, walkScript } from "../support/walk-script.ts";

const WORDS = ["level", "hello", "", "toolwright", "a", "queue", "xyz", "area", "sky", "banana"];
const vowels = (text: string): number =>
  [...text].filter((letter) => "aeiou".includes(letter)).length;
const COUNT = {
  name: "count_vowels",
  signature: "function count_vowels(text: string): number",
  description: "Counts the vowels a, e, i, o and u of a text.",
};
const RIGHT =
  '```js\nfunction count_vowels(text) { return [...text].filter((l) => "aeiou".includes(l)).length; }\n```';

let home: WalkHome;
beforeEach(async () => {
  home = await walkHome(
    walkScript({
      blind_affordance: ({ body }) => ({
        potential_tools: JSON.stringify(body.messages).includes("vowels") ? [COUNT] : [],
      }),
      plan: ({ body }) => {
        const answer = { id: "end", kind: "answer", text: "Good day.", value: null };
        if (!JSON.stringify(body.messages).includes("vowels"))
          return { reason: "so", steps: [answer] };
        return {
          reason: "so",
          steps: [
            { id: "make", kind: "create-tool", ...COUNT },
            { id: "call", kind: "call-tool", tool: COUNT.name, arguments: { text: "queue" } },
            { id: "end", kind: "answer", value: { $from: "call" } },
          ],
        };
      },
      scope: {
        ...COUNT,
        decision: "new",
        generality: "general",
        reasons: ["so"],
        calls: [["queue"]],
      },
      write_cases: { cases: WORDS.map((text) => ({ args: [text], expected: vowels(text) })) },
      answer_cases: {
        answers: WORDS.map((text, index) => ({ case: index, expected: vowels(text) })),
      },
      chat: RIGHT,
      answer: { text: "It has 4 vowels.", value: 4 },
    }),
  );
  // A home that is in use: it has tools, one of them near, and earlier requests to remember.
  await home.put(
    {
      name: "count_words",
      description: "Counts the words of a text.",
      signature: "function count_words(text: string): number",
    },
    {
      name: "reverse_text",
      description: "Turns a text round.",
      signature: "function reverse_text(text: string): string",
    },
  );
  await home.request("Wish me a good morning");
});
afterEach(async () => {
  await home.close();
});

/** The stages for which the model is asked, in order. */
async function stagesOf(words: string): Promise<readonly string[]> {
  const from = home.server.requests.length;
  const { status } = await home.request(words);
  expect(status).toBe("SUCCEEDED");
  return home.server.requests.slice(from).map(stageOf);
}

describe("a model is asked", () => {
  it("twice for a direct answer, whatever the home remembers", async () => {
    expect(await stagesOf("Greet me")).toEqual(["blind_affordance", "plan"]);
  });

  it("five times before the first candidate of a tool from words, and then plainly", async () => {
    const stages = await stagesOf("How many vowels has the word queue?");
    const first = stages.indexOf("chat");
    expect(stages.slice(0, first)).toEqual([
      "blind_affordance",
      "plan",
      "scope",
      "write_cases",
      "answer_cases",
    ]);
    const chat = home.server.requests.find((request) => stageOf(request) === "chat");
    expect(chat?.body).toMatchObject({ temperature: 0, stop: ["\n```\n"] });
    const tool = await home.engine.tools.get("count_vowels");
    expect(tool.evaluation).toMatchObject({ heldOut: 1 });
  });
});
