/** Types and schemas say the same: read, written, and asked about values. */
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/json.ts";
import { mismatchOf } from "../../../src/core/text/mismatch.ts";
import { schemaOfType, typeOfSchema } from "../../../src/core/text/schema.ts";
import { readSignature } from "../../../src/core/text/signature.ts";
import { ANY, type Type, typeText } from "../../../src/core/text/type.ts";
import type { JsonSchema } from "../../../src/core/tool.ts";

function typeOf(text: string): Type {
  const read = readSignature(`f(x: ${text})`);
  if (read.status === "unreadable") throw new Error(`${text}: ${read.reason} at ${read.at}`);
  return read.signature.parameters[0]?.type ?? ANY;
}
const schemaOf = (text: string) => schemaOfType(typeOf(text));

/** Names that a plain object would take for something else are among them. */
const names = fc.oneof(
  fc.constantFrom("x", "readonly", "__proto__", "a-b", "1", "", 'say "hi"', "it's", "*/"),
  fc.string({ maxLength: 4 }),
);
const literals = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  fc.boolean(),
);

/** Types as the reader gives them; `typeText` tells two options of a union apart. */
const { type: types } = fc.letrec<{ type: Type; option: Type }>((tie) => ({
  option: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Type>(
      ...(["string", "number", "boolean", "null"] as const).map(
        (name): Type => ({ kind: "primitive", name }),
      ),
    ),
    literals.map((value): Type => ({ kind: "literal", value })),
    tie("type").map((items): Type => ({ kind: "array", items })),
    fc.tuple(fc.array(tie("type"), { maxLength: 3 }), fc.nat(3), fc.option(tie("type"))).map(
      ([items, least, rest]): Type =>
        items.length === 0 && rest !== null
          ? { kind: "array", items: rest }
          : {
              kind: "tuple",
              items,
              least: Math.min(least, items.length),
              ...(rest === null ? {} : { rest }),
            },
    ),
    fc
      .tuple(
        fc.uniqueArray(fc.tuple(names, tie("type"), fc.boolean()), {
          maxLength: 3,
          selector: ([name]) => name,
        }),
        fc.option(tie("type")),
      )
      .map(
        ([fields, others]): Type => ({
          kind: "object",
          fields: fields.map(([name, type, optional]) => ({ name, type, optional })),
          ...(others === null ? {} : { others }),
        }),
      ),
  ),
  type: fc.oneof(
    { maxDepth: 4 },
    fc.constant(ANY),
    tie("option"),
    fc
      .uniqueArray(tie("option"), { minLength: 2, maxLength: 4, selector: typeText })
      .map(
        (options): Type => (options.length < 2 ? (options[0] ?? ANY) : { kind: "union", options }),
      ),
  ),
}));

describe("a type and its schema", () => {
  it("are each what the other says: schema, type, text, type, schema", () => {
    fc.assert(
      fc.property(types, (type) => {
        const schema = schemaOfType(type);
        expect(schemaOfType(typeOfSchema(schema))).toEqual(schema);
        expect(schemaOf(typeText(type))).toEqual(schema);
        expect(schemaOf(typeText(typeOfSchema(schema)))).toEqual(schema);
      }),
      { numRuns: 400 },
    );
  });

  it("take the same values", () => {
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
      fc.constantFrom<Json>(1, 1.5, "a", null, true, [], {}, [1, "a"], { x: 1 }, [[1], ["a"]]),
    );
    let [accepted, refused] = [0, 0];
    fc.assert(
      fc.property(types, fc.array(values, { maxLength: 8 }), (type, given) => {
        // Ajv does not look at these two names.
        fc.pre(!/(?:""|__proto__)\??:/.test(typeText(type)));
        const validate = new Ajv2020({ strict: false }).compile(schemaOfType(type));
        for (const value of [...given, ...exampleOf(type)]) {
          const fits = mismatchOf(type, value) === undefined;
          expect(fits, `${typeText(type)} takes ${JSON.stringify(value)}`).toBe(validate(value));
          if (fits) accepted++;
          else refused++;
        }
      }),
      { numRuns: 200 },
    );
    expect(Math.min(accepted, refused)).toBeGreaterThan(100);
  });

  it.each<[string, JsonSchema]>([
    ["'a' | 'b'", { type: "string", enum: ["a", "b"] }],
    [
      `'it\\'s' | "say \\"hi\\"" | "\\u{1f600}\\n"`,
      { type: "string", enum: ["it's", 'say "hi"', "😀\n"] },
    ],
    ["-1 | 2.5e3", { type: "number", enum: [-1, 2500] }],
    ["'a' | 1", { enum: ["a", 1] }],
    ["'a'", { type: "string", const: "a" }],
    ["number | null", { anyOf: [{ type: "number" }, { type: "null" }] }],
    ["string | unknown", {}],
    [
      "[number, string]",
      {
        type: "array",
        prefixItems: [{ type: "number" }, { type: "string" }],
        minItems: 2,
        items: false,
      },
    ],
    [
      "readonly [x: number, label?: string, ...more: boolean[]]",
      {
        type: "array",
        prefixItems: [{ type: "number" }, { type: "string" }],
        minItems: 1,
        items: { type: "boolean" },
      },
    ],
    ["[]", { type: "array", items: false }],
    [
      "{x: number}[]",
      {
        type: "array",
        items: {
          type: "object",
          properties: { x: { type: "number" } },
          required: ["x"],
          additionalProperties: false,
        },
      },
    ],
    ["number[][]", { type: "array", items: { type: "array", items: { type: "number" } } }],
    [
      "ReadonlyArray<Array<number | null>>",
      {
        type: "array",
        items: { type: "array", items: { anyOf: [{ type: "number" }, { type: "null" }] } },
      },
    ],
    ["readonly string[]", { type: "array", items: { type: "string" } }],
    [
      "(number | string)[]",
      { type: "array", items: { anyOf: [{ type: "number" }, { type: "string" }] } },
    ],
    ["Record<string, number>", { type: "object", additionalProperties: { type: "number" } }],
    [
      "Record<'a' | 'b', number>",
      {
        type: "object",
        properties: { a: { type: "number" }, b: { type: "number" } },
        required: ["a", "b"],
        additionalProperties: false,
      },
    ],
    [
      "{ readonly id: string; 'a-b'?: number | undefined, [key: string]: unknown }",
      {
        type: "object",
        properties: { id: { type: "string" }, "a-b": { type: "number" } },
        required: ["id"],
        additionalProperties: true,
      },
    ],
    ["unknown[]", { type: "array" }],
    ["object", { type: "object" }],
    ["any", {}],
    ["/* metres */ number // from the door\n", { type: "number" }],
    ["Readonly<number[]>", { type: "array", items: { type: "number" } }],
    ["| 'a'\n | 'b'", { type: "string", enum: ["a", "b"] }],
  ])("%s is known", (text, schema) => {
    expect(schemaOf(text)).toEqual(schema);
  });

  it.each([
    "Date",
    "Map<string, number>",
    "(x: number) => string",
    "geo.Point",
    "undefined",
    "{ a: 1 } & { b: 2 }",
    "T['a']",
  ])("%s is kept as text, since JSON does not carry it", (text) => {
    expect(typeOf(text)).toMatchObject({ kind: "foreign", text });
    expect(schemaOf(text)).toEqual({});
    expect(typeText(typeOf(`(${text})[]`))).toContain(text);
  });
});

describe("a schema that was not made here", () => {
  it.each<[Json, string]>([
    [{ enum: ["warm", 1, null] }, '"warm" | 1 | null'],
    [{ type: ["string", "null"] }, "string | null"],
    [{ oneOf: [{ type: "integer" }, { const: "all" }] }, 'number | "all"'],
    [{ type: "integer", minimum: 1 }, "number"],
    [{ type: "array", items: { $ref: "#/x" } }, "unknown[]"],
    [{ properties: { a: { type: "boolean" } } }, "{ a?: boolean }"],
    [{ type: "object", properties: { a: true }, anyOf: [{ required: ["a"] }] }, "{ a?: unknown }"],
    [{ type: "array", prefixItems: [{ type: "number" }, {}] }, "[number, unknown]"],
    [{ const: { a: 1 } }, "unknown"],
    [{ anyOf: [{ type: "integer" }, { type: "number" }] }, "number"],
    [true, "unknown"],
    [false, "never"],
  ])("is read as far as a type can say it: %j", (schema, text) => {
    expect(typeText(typeOfSchema(schema))).toBe(text);
  });

  it("of any depth is read to an end", () => {
    let schema: JsonSchema = {};
    for (let depth = 0; depth < 10_000; depth++) schema = { type: "array", items: schema };
    expect(typeText(typeOfSchema(schema))).toMatch(/^unknown(\[\])+$/);
  });
});

/** Values that come near: of the type, and of it but for one thing. */
function exampleOf(type: Type): Json[] {
  switch (type.kind) {
    case "any":
    case "foreign":
      return [null];
    case "primitive":
      return [{ string: "s", number: 0.5, integer: 3, boolean: false, null: null }[type.name]];
    case "literal":
      return [type.value];
    case "array":
      return [[], exampleOf(type.items), [...exampleOf(type.items), Number.MIN_VALUE]];
    case "tuple": {
      const items = type.items.map((item) => exampleOf(item)[0] ?? null);
      return [items, items.slice(0, type.least), [...items, "more"]];
    }
    case "object": {
      const all = type.fields.map(({ name, type: field }) => [name, exampleOf(field)[0] ?? null]);
      const value = Object.fromEntries(all) as Json;
      return [value, { ...(value as object), more: 1 }, Object.fromEntries(all.slice(1)) as Json];
    }
    case "union":
      return type.options.flatMap(exampleOf);
  }
}
