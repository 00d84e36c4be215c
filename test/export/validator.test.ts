import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../src/export/formats.ts";
import { faults } from "../trace/validator.ts";

const golden = (format: string) =>
  readFileSync(new URL(`./golden/${format}.jsonl`, import.meta.url), "utf8");

/** One fault each: format, what is replaced in a good file, and the rule that must notice. */
const PLANTED: readonly (readonly [
  format: string,
  from: string | RegExp,
  to: string,
  rule: string,
])[] = [
  ["openai-sft", /^/, "\ufeff", "byte order mark"],
  ["openai-sft", /\n$/, "", "no newline"],
  ["openai-sft", /\n/, "\r\n", "carriage return"],
  ["openai-sft", /\n/, "\n\n", "not JSON"],
  ["openai-sft", '"role":"user",', '"role":"user","role":"user",', "a key twice"],
  ["openai-sft", '"arguments":"{\\"description', '"arguments":"\\"{\\\\\\"description', "JSON"],
  ["openai-sft", /"arguments":"\{(?:[^"\\]|\\.)*\}"/, '"arguments":{}', "arguments are not text"],
  [
    "openai-sft",
    '"tool_call_id":"call00001"',
    '"tool_call_id":"other"',
    "a result without its call",
  ],
  ["openai-sft", '"assistant","content":"0.25"', '"assistant","content":""', "an empty answer"],
  ["openai-sft", '"weight":0', '"weight":0.5', "weight"],
  ["openai-sft", '"role":"user"', '"role":"human"', "role human"],
  ["openai-sft", "0.25", "0.25 <|im_end|>", "control token"],
  ["openai-sft", "0.25", "AKIAABCDEFGHIJKLMNOP", "secret"],
  ["openai-sft", "0.25", "\\ud800", "lone surrogate"],
  ["openai-dpo", "preferred_output", "preferred_completion", "preferred_output is missing"],
  ["openai-rft", '"role":"developer"', '"role":"system"', "role system"],
  ["trl-sft", /"content":"",("tool_calls")/, '"content":null,$1', "content"],
  ["trl-sft", /"arguments":\{"name":"median_of",[^}]*\}/, '"arguments":"{}"', "arguments"],
  ["trl-sft", '"by":4', '"by":"4"', "type of argument by"],
  ["trl-sft", '"by":4,', "", "argument by is missing"],
  ["trl-dpo", '"rejected"', '"refused"', "rejected is missing"],
  ["trl-kto", '"label":true', '"label":"true"', "label is not a boolean"],
  ["trl-kto", '"label":true', '"label":1', ".label is"],
  ["trl-grpo", '"task"', '"tools"', "tools are no column"],
  ["axolotl", '"train":false', '"train":"no"', "no train mark"],
  ["llama-factory", '"from":"gpt"', '"from":"human"', "is of human"],
  ["llama-factory", '"from":"observation"', '"from":"human"', "observation"],
  ["llama-factory", /\\"name\\":\\"median_of\\"/g, '\\"name\\":\\"median-of\\"', "name"],
];

describe("the validator of the tests", () => {
  it.each(FORMATS)("takes the good file of %s", (format) => {
    expect(faults(format, Buffer.from(golden(format)))).toEqual([]);
  });

  it.each(PLANTED)("notices in %s: %s -> %s", (format, from, to, rule) => {
    const good = golden(format);
    const bad = good.replace(from, to);
    expect(bad).not.toBe(good);
    expect(faults(format, Buffer.from(bad)).join("\n")).toContain(rule);
  });

  it("notices a row that comes twice and a pair that is contradicted", () => {
    const [row = ""] = golden("openai-dpo").split("\n");
    expect(faults("openai-dpo", Buffer.from(`${row}\n${row}\n`))).toContain("file: duplicate rows");
    const turned = row
      .replace("non_preferred_output", "x")
      .replace("preferred_output", "non_preferred_output")
      .replace('"x"', '"preferred_output"');
    expect(faults("openai-dpo", Buffer.from(`${row}\n${turned}\n`)).join()).toContain(
      "contradicts",
    );
  });
});
