/** What schemas look like on the wire; the claims about llama.cpp were tried on its server. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Json } from "../../src/core/json.ts";
import { safePattern } from "../../src/models/safe-pattern.ts";
import {
  isStrict,
  LONGEST,
  mayBeCut,
  sentSchema,
  toolParameters,
} from "../../src/models/sent-schema.ts";

type Schema = { readonly [key: string]: Json };
const jsonSchema = (schema: z.ZodType): Schema =>
  JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })));

describe("a schema that is sent", () => {
  test("bounds every list and string, also where the schema says more than grammars take", () => {
    expect(
      sentSchema(
        jsonSchema(
          z.object({
            list: z.array(z.string()),
            short: z.string().max(12),
            long: z.string().max(2_000),
            fixed: z.enum(["a", "b"]),
          }),
        ),
      ).properties,
    ).toEqual({
      list: { type: "array", maxItems: 50, items: { type: "string", maxLength: LONGEST } },
      short: { type: "string", maxLength: 12 },
      long: { type: "string", maxLength: LONGEST },
      fixed: { type: "string", enum: ["a", "b"] },
    });
    // A repetition of exactly 2,000 is "failed to parse grammar".
    expect(LONGEST).toBeLessThan(2_000);
  });

  test("leaves out what no grammar knows, and keeps what it means nearby", () => {
    const sent = sentSchema({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      oneOf: [
        { type: "object", properties: { kind: { const: "a" } }, unevaluatedProperties: false },
        { $ref: "#/$defs/b" },
      ],
      $defs: { b: { type: "object", propertyNames: { type: "string" }, additionalProperties: {} } },
      not: {},
      default: {},
    });
    expect(sent).toEqual({
      anyOf: [{ type: "object", properties: { kind: { const: "a" } } }, { $ref: "#/$defs/b" }],
      $defs: { b: { type: "object", additionalProperties: {} } },
    });
  });

  test("of a tool keeps its notes and its own sizes, and no bound that breaks a grammar", () => {
    expect(
      toolParameters({
        properties: {
          text: { type: "string", maxLength: 65_536, default: "x", pattern: "^\\w+$" },
          at: { type: "string", format: "date-time" },
          mail: { type: "string", format: "email" },
        },
      }),
    ).toEqual({
      type: "object",
      properties: {
        text: { type: "string", default: "x", pattern: "^[A-Za-z0-9_]+$" },
        at: { type: "string", format: "date-time" },
        mail: { type: "string" },
      },
    });
    expect(toolParameters({ properties: {}, additionalProperties: false })).toEqual({
      type: "object",
    });
  });

  test.each([
    ["^[A-Za-z_]\\w{0,39}$", "^[A-Za-z_][A-Za-z0-9_]{0,39}$"],
    ["^\\d{4}-\\d{2}$", "^[0-9]{4}-[0-9]{2}$"],
    ["^(?:a|b)[\\w.]+\\.js$", "^(a|b)[A-Za-z0-9_.]+[.]js$"],
    ["[a-z]+", undefined],
    ["^(?!x).*$", undefined],
    ["^\\s*$", undefined],
    ["^\\p{L}+$", undefined],
    ["^a+?$", undefined],
    ["^a{0,5000}$", undefined],
    ["^a$|^b$", undefined],
    ["^\\bword$", undefined],
  ])("says the pattern %j as %j", (pattern, safe) => {
    const said = safePattern(pattern);
    expect(said).toBe(safe);
    if (said !== undefined) expect(said).not.toMatch(/\\[a-zA-Z]|\(\?/);
  });

  test("says the same of texts as its pattern did", () => {
    for (const pattern of ["^[A-Za-z_]\\w{0,39}$", "^(?:a|b)[\\w.]+\\.js$"]) {
      const before = new RegExp(pattern);
      const after = new RegExp(safePattern(pattern) ?? "");
      for (const text of ["a_1", "1a", "ax.js", "bjs", "a..js", "a-b", "ü", ""]) {
        expect(after.test(text)).toBe(before.test(text));
      }
    }
  });

  test("is strict only where every property is required and every object is closed", () => {
    expect(isStrict(jsonSchema(z.object({ a: z.string() })))).toBe(false);
    const closed = { type: "object", properties: { a: {} }, additionalProperties: false };
    expect(isStrict({ ...closed, required: ["a"] })).toBe(true);
    expect(isStrict({ ...closed, required: [] })).toBe(false);
  });

  test("tells a text of exactly the greatest length as one that may be cut, and no shorter one", () => {
    const schema = sentSchema(jsonSchema(z.object({ text: z.string(), id: z.string().max(5) })));
    expect(mayBeCut({ text: "é".repeat(LONGEST), id: "a" }, schema)).toBe(true);
    expect(mayBeCut({ text: "a".repeat(LONGEST - 1), id: "abcde" }, schema)).toBe(false);
  });
});
