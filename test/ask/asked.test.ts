/** Every schema that goes out to a model, looked at on the wire. */
import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { askedSchemas } from "../../src/ask/asked.ts";
import type { Json } from "../../src/core/json.ts";
import { structured } from "../../src/models/structured.ts";
import { planReply } from "../../src/work/plan.ts";
import { served } from "../models/served.ts";

const sources: { readonly path: string; readonly text: string }[] = [];
for await (const path of glob("src/**/*.ts")) {
  const text = readFileSync(path, "utf8");
  if (!path.endsWith("asked.ts")) sources.push({ path, text });
}
for (const { path, text } of sources) {
  if (/\basked\(/.test(text)) await import(resolve(path));
}

/** Its schema is made of the types that a program declares. */
const MADE_AT_RUN_TIME = "simulate-call";

/** What the grammars of llama.cpp, xgrammar and outlines, OpenAI's strict mode and Ollama share. */
const KEYWORDS = new Set([
  ...["type", "enum", "const", "properties", "required", "additionalProperties", "items"],
  ...["prefixItems", "anyOf", "$ref", "$defs", "description", "pattern"],
  ...["minItems", "maxItems", "minLength", "maxLength"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
]);

function faults(schema: Json, path: string): string[] {
  if (schema === null || typeof schema !== "object" || Array.isArray(schema)) return [];
  const own: { readonly [key: string]: Json } = schema as { readonly [key: string]: Json };
  const is = (type: string): boolean => [own.type].flat().includes(type);
  const fixed = own.enum !== undefined || own.const !== undefined;
  const below = (key: string): string[] =>
    Object.entries(own[key] ?? {}).flatMap(([name, value]) => faults(value, `${path}.${name}`));
  return [
    ...Object.keys(own)
      .filter((key) => !KEYWORDS.has(key))
      .map((key) => `${path} says ${key}`),
    ...(is("string") && !fixed && !(Number(own.maxLength) < 2_000)
      ? [`${path}: no maxLength`]
      : []),
    ...(is("array") && !(Number(own.maxItems) < 2_000) ? [`${path}: no maxItems`] : []),
    ...(typeof own.pattern === "string" && !/^\^(?!.*(?:\\[A-Za-z]|\(\?)).*\$$/.test(own.pattern)
      ? [`${path}: the pattern ${own.pattern}`]
      : []),
    ...["properties", "$defs", "anyOf", "prefixItems"].flatMap(below),
    ...["items", "additionalProperties"].flatMap((key) =>
      faults(own[key] ?? null, `${path}.${key}`),
    ),
  ];
}

async function sentFor(schema: z.ZodType): Promise<Json> {
  const { model, server, close } = await served()(() => ({ status: 401 }));
  const ask = { messages: [{ role: "user" as const, content: "?" }] };
  await structured(model, ask, schema, {}, new AbortController().signal).catch(() => undefined);
  await close();
  return server.requests[0]?.body.response_format.json_schema.schema as Json;
}

describe("schemas that models are asked to answer in", () => {
  test("are all declared: each question with a schema is known by its prompt", () => {
    const prompts = sources.flatMap(({ text }) =>
      [...text.matchAll(/\bprompt: "([\w-]+)",(?=[^;]{0,1600}?\bschema\b)/g)].map(
        (match) => match[1],
      ),
    );
    expect(prompts.length).toBeGreaterThanOrEqual(10);
    expect([...new Set(prompts)].sort()).toEqual(
      [...askedSchemas().keys(), MADE_AT_RUN_TIME].sort(),
    );
  });

  test.each([...askedSchemas()])(
    "%s says what all grammars know, and no more than so much",
    async (name, schema) => {
      expect(faults(await sentFor(schema), name)).toEqual([]);
    },
  );

  test("hold for types that a program declares as well", async () => {
    const value = z.fromJSONSchema({
      type: "object",
      properties: { list: { type: "array", items: { type: "string", pattern: "^\\d+$" } } },
      patternProperties: { "^x": { type: "string" } },
      required: ["list"],
    });
    expect(faults(await sentFor(z.object({ value })), "value")).toEqual([]);
  });

  test("hold for a plan that is held to the names of a request", async () => {
    const scope = {
      callable: new Set(["double"]),
      agents: new Set(["clerk"]),
      finished: new Set<string>(),
      complete: false,
      argumentFaults: () => [],
    };
    const names = { callable: ["double"], agents: ["clerk"], creatable: ["halve"] };
    const sent = await sentFor(planReply(scope, names, () => {}));
    expect(faults(sent, "plan")).toEqual([]);
    expect(JSON.stringify(sent)).toContain('"enum":["double","halve"]');
  });

  test("are told from ones that break a grammar by this walk", () => {
    expect(
      faults({ type: "array", items: { type: "string", pattern: "^\\w$" } }, "a"),
    ).toHaveLength(3);
    expect(faults({ oneOf: [], $schema: "x" }, "a")).toHaveLength(2);
  });
});
