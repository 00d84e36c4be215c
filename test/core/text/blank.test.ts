/** Replies that say nothing, whatever they are made of, and short ones that say something. */
import { describe, expect, test } from "vitest";
import { isBlank } from "../../../src/core/text/blank.ts";

describe("a reply", () => {
  test.each([
    [""],
    [" \n\t\u00a0\u200b\ufeff"],
    ["```\n```"],
    ["```json\n\n```"],
    ["```json"],
    ["~~~\n~~~"],
    ["``"],
    ["<think>I will say 7.</think>"],
    ["<think>I will say 7, or"],
    ["<tool_call></tool_call>"],
    ["<tool_call>\n</tool_call>\n```\n```"],
    ["<answer></answer>"],
    ["<|im_end|>"],
    ["[TOOL_CALLS]</s>"],
    ["<｜tool▁calls▁begin｜><｜tool▁calls▁end｜>"],
  ])("of %j says nothing", (text) => {
    expect(isBlank(text)).toBe(true);
  });

  test.each([
    ["7"],
    ["。"],
    ["👍"],
    ["null"],
    ["```\n7\n```"],
    ["`x`"],
    ["<think>a</think>7"],
    ["<answer>7</answer>"],
    ["a < b"],
    ['<img src="a.png">'],
  ])("of %j says something", (text) => {
    expect(isBlank(text)).toBe(false);
  });
});
