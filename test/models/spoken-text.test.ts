/** What of a reply is shown while it is written. */
import { describe, expect, it } from "vitest";
import { spokenText } from "../../src/models/spoken-text.ts";

function spoken(reply: string, size: number): string {
  const said: string[] = [];
  const take = spokenText((text) => said.push(text));
  for (let at = 0; at < reply.length; at += size) take(reply.slice(at, at + size));
  return said.join("");
}

const PLAN = {
  reason: 'Say "text": here {',
  steps: [
    { id: "a", kind: "call-tool", tool: "mail", arguments: { text: "secret", list: ["text"] } },
    { id: "p", kind: "program", code: 'return {"text": "code"};' },
    {
      id: "end",
      kind: "answer",
      text: "Good day, {you}.\nIt is “done”: 5 € 🎉",
      value: { text: "x" },
    },
  ],
};

describe("the text of a reply for people", () => {
  it.each([1, 2, 7, 10_000])("is that of an answer, in pieces of %i characters", (size) => {
    const answer = { text: 'He said "no" \\ and left.', value: { text: "data" } };
    expect(spoken(JSON.stringify(answer), size)).toBe('He said "no" \\ and left.\n');
    expect(spoken(JSON.stringify(PLAN, null, 2), size)).toBe(
      "Good day, {you}.\nIt is “done”: 5 € 🎉\n",
    );
    expect(spoken('{"text": "caf\\u00e9 \\ud83c\\udf89 a\\/b"}', size)).toBe("café 🎉 a/b\n");
  });

  it.each([
    ["wishes", JSON.stringify({ potential_tools: [{ name: "text", description: "text" }] })],
    ["a plan without an answer", JSON.stringify({ ...PLAN, steps: PLAN.steps.slice(0, 2) })],
    [
      "an answer that waits for results",
      '{"steps": [{"kind": "answer", "text": null, "id": "a"}]}',
    ],
    ["prose", 'I would call the tool "text": "mail".'],
    ["the end of something", '}]] "text": "x"'],
    ["nothing", ""],
  ])("is nothing of %s", (_, reply) => {
    expect(spoken(reply, 3)).toBe("");
  });

  it("is read behind a fence and a sentence", () => {
    expect(spoken('Here it is:\n```json\n{"text": "Hi."}\n```', 4)).toBe("Hi.\n");
  });
});
