/**
 * JSON Schemas as grammars. A small recogniser of GBNF reads them here, so that the claims are about
 * the texts that a grammar allows, not about its own text.
 */
import { describe, expect, it } from "vitest";
import { grammarOf } from "../../../src/models/local/grammar.ts";
import { recogniser } from "../../support/gbnf.ts";

const NAME = { type: "string" } as const;
const accepts = (schema: Parameters<typeof grammarOf>[0]) => recogniser(grammarOf(schema));

describe("a grammar allows exactly", () => {
  it.each([
    ["text", NAME, ['""', '"a"', '"\\n\\u00e9é"'], ["a", '"a', '"\n"', "1"]],
    ["a bounded text", { ...NAME, minLength: 1, maxLength: 3 }, ['"a"', '"abc"'], ['""', '"abcd"']],
    ["integers", { type: "integer" }, ["0", "-12"], ["1.5", "01", "", "--1"]],
    ["numbers", { type: "number" }, ["0.5", "-1e9", "3"], [".5", "1.", "x"]],
    ["constants", { const: "x" }, ['"x"'], ['"y"', "x"]],
    ["choices", { enum: ["a", 1, null] }, ['"a"', "1", "null"], ['"b"', "2"]],
    ["alternatives", { anyOf: [NAME, { type: "null" }] }, ['"a"', "null"], ["1", "true"]],
    ["several types", { type: ["boolean", "null"] }, ["true", "null"], ["1", '"true"']],
    [
      "lists",
      { type: "array", items: { type: "boolean" } },
      ["[]", "[true, false]"],
      ["[1]", "[true"],
    ],
    [
      "bounded lists",
      { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 3 },
      ["[1,2]", "[1, 2, 3]"],
      ["[]", "[1]", "[1,2,3,4]"],
    ],
    [
      "tuples",
      { type: "array", prefixItems: [NAME, { type: "integer" }] },
      ['["a", 1]'],
      ["[]", '["a"]', '[1, "a"]'],
    ],
  ])("%s", (_, schema, inside, outside) => {
    const fits = accepts(schema);
    expect(inside.filter((text) => !fits(text))).toEqual([]);
    expect(outside.filter(fits)).toEqual([]);
  });

  it("objects: required members, optional ones anywhere, and no other", () => {
    const fits = accepts({
      type: "object",
      properties: { a: { type: "integer" }, b: NAME, c: { type: "boolean" } },
      required: ["b"],
    });
    const inside = [
      '{"b":"x"}',
      '{"a": 1, "b": "x"}',
      '{"b":"x","c":true}',
      '{"a":1,"b":"x","c":false}',
    ];
    expect(inside.filter((text) => !fits(text))).toEqual([]);
    const outside = [
      "{}",
      '{"a":1}',
      '{"a":1,}',
      '{"a":1 "b":"x"}',
      '{,"b":"x"}',
      '{"b":"x","d":1}',
    ];
    expect(outside.filter(fits)).toEqual([]);
  });

  it("objects whose members are all optional", () => {
    const fits = accepts({ type: "object", properties: { a: NAME, b: NAME } });
    const inside = ["{}", '{"a":""}', '{"b":""}', '{"a":"","b":""}'];
    expect(inside.filter((text) => !fits(text))).toEqual([]);
    expect(['{,"b":""}', '{"a":"",}', '{"b":"","a":""}'].filter(fits)).toEqual([]);
  });

  it("maps and any value", () => {
    const map = accepts({ type: "object", additionalProperties: { type: "integer" } });
    expect(['{"x": 1, "y": 2}', "{}"].every(map)).toBe(true);
    expect(map('{"x": "1"}')).toBe(false);
    const any = accepts({});
    expect(['[{"a": [1, null]}]', "true", '"x"'].every(any)).toBe(true);
    expect(any("nothing")).toBe(false);
  });

  it("values that contain themselves", () => {
    const fits = accepts({
      $defs: {
        tree: {
          type: "object",
          properties: { kids: { type: "array", items: { $ref: "#/$defs/tree" } } },
          required: ["kids"],
        },
      },
      $ref: "#/$defs/tree",
    });
    expect(fits('{"kids": [{"kids": []}, {"kids": [{"kids": []}]}]}')).toBe(true);
    expect(fits('{"kids": [1]}')).toBe(false);
  });
});
