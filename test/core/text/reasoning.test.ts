/** A reply without its reasoning, as families of models and their servers mark it. */
import { describe, expect, test } from "vitest";
import { withoutReasoning } from "../../../src/core/text/reasoning.ts";

describe("reasoning", () => {
  test.each([
    ["<think>a\nb</think>\n\nanswer"],
    ["<thinking>a</thinking><think>b</think>answer"],
    ["<THINK>a</Think> answer"],
    ['<think budget="3">a</think>answer'],
    ["<reasoning>a</reasoning>\nanswer"],
    ["<thought>a</thought>answer"],
    ["<think>a <think>b</think> c</think>answer"],
    ["[THINK]a[/THINK]answer"],
    ["◁think▷a◁/think▷answer"],
    ["<seed:think>a</seed:think>answer"],
    ["<|begin_of_thought|>a<|end_of_thought|>\n<|begin_of_solution|>answer<|end_of_solution|>"],
    ["<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>answer<|END_RESPONSE|>"],
    [
      "<|channel|>analysis<|message|>a {1}<|end|><|start|>assistant<|channel|>final<|message|>answer<|return|>",
    ],
    ["<|channel>thought\na<channel|>answer"],
    ["<think>a ```js\nlet b;\n``` c</think>answer"],
    ['Sure. <think>first {"x": 1}</think> answer'],
  ])("in %j is taken out", (text) => {
    expect(withoutReasoning(text).replace(/^Sure\. +/, "")).toBe("answer");
  });

  test.each([
    ["a thought</think>answer"],
    ['Idea: {"x": 1}, no.\n</think>\n\nanswer'],
    ["first\n</think>\nsecond\n</think>\nanswer"],
    ["a draft:\n```js\nlet b = 1;\n</think>\nanswer"],
    ["as [1] says◁/think▷answer"],
  ])("whose opening marker is missing ends at the last closing one: %j", (text) => {
    expect(withoutReasoning(text)).toBe("answer");
  });

  test("that is never closed leaves no answer", () => {
    expect(withoutReasoning('<think>perhaps {"x": 1}')).toBe("");
  });

  test.each([
    ["The <think> tag opens and </think> closes."],
    ["Write `</think>` behind it."],
    ["Strip it:\n```js\ntext.replace(/<think>.*<\\/think>/, '');\n```"],
    ['{"text": "what stands before </think> is dropped"}'],
    ["if (a < b && c[0] > d) return;"],
    ["  no markers, kept with its blanks  "],
  ])("is not found in words and code about it: %j", (text) => {
    expect(withoutReasoning(text)).toBe(text);
  });
});
