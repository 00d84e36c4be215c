/** A stored tool in place of a new one: what the cases can tell, and what they cannot. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { Request } from "../../src/core/request.ts";
import { createTool } from "../../src/create-tool/create-tool.ts";
import { toolDigest } from "../../toolstore/index.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";
import { sampleTool } from "../toolstore/sample.ts";
import { workbench } from "./creating.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await isolateSandbox({ slots: 1 });
});
afterAll(async () => {
  await sandbox?.close();
});

describe("a stored tool that fits every case", () => {
  it.each([
    ["length of the text", /fits the words/],
    ["consonants in a word", /also fit text_length .*"length of the text".* cannot tell/],
  ])("is used for %j, with what speaks for it", async (description, reason) => {
    const tools = memoryToolStore();
    const own = {
      ...sampleTool({ name: "text_length", description: "length of the text" }),
      signature: "function text_length(text: string): number",
      parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
      source: "function text_length(text) { return text.length; }",
      entry: "text_length",
    };
    await tools.put({ ...own, digest: toolDigest(own) });
    const { ports } = workbench({ sandbox, tools, candidates: () => [] });
    const task = specTask({
      name: "made",
      description,
      signature: "function made(text: string): number",
      cases: ["a", "bb", "ccc", "dddd", "", "fffff"].map((text) => ({
        args: [text],
        expected: text.length,
      })),
    });
    const request = Request.parse({ objective: description });
    const goal = { request, task, words: description, instances: [], context: [] };
    const made = await createTool({ ...ports, noneBelow: 0.3 }, goal, new AbortController().signal);
    expect(made).toMatchObject({
      kind: "tool-refused",
      reasons: [expect.stringMatching(reason)],
      instead: { name: "text_length" },
    });
  });
});
