/**
 * The reference says what the code says. `npm run docs` is this file with `--update`: it writes the
 * pages that are compared here.
 */
import { glob, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { jsonSchemaOf, SCHEMA_NAMES } from "../../src/cli/schemas.ts";
import { EVENT_SCHEMAS } from "../../src/core/events/schemas.ts";
import { DOCUMENTED_VARIABLES, referencePages } from "./reference-pages.ts";
import { rowsBelow } from "./schema-table.ts";

describe("generated pages", () => {
  it.each([...referencePages()])("%s is what the code gives", async (path, text) => {
    await expect(text).toMatchFileSnapshot(`../../${path}`);
  });

  it.each(SCHEMA_NAMES)("every key of a %s has a meaning", (name) => {
    const silent = rowsBelow(jsonSchemaOf(name)).filter(({ meaning }) => meaning === "");
    expect(silent.map(({ key }) => key)).toEqual([]);
  });
});

it("every known event stands on its page, with its meaning", () => {
  const page = referencePages().get("docs/reference/events.md") ?? "";
  for (const [type, schema] of Object.entries(EVENT_SCHEMAS)) {
    expect(page, type).toContain(`### \`${type}\`\n\n${schema.description}`);
    expect(schema.description, type).toMatch(/\.$/);
  }
});

it("every environment variable that the source reads is documented, and none that it does not", async () => {
  const read = new Set<string>();
  let text = "";
  for await (const file of glob("{src,sandbox,evaluators,toolstore,experiments}/**/*.{ts,mjs}")) {
    const source = await readFile(file, "utf8");
    text += source;
    for (const [, name = ""] of source.matchAll(/process\.env\.([A-Z_]+)/g)) read.add(name);
  }
  // The system's own.
  read.delete("PATH");
  expect([...read].filter((name) => !DOCUMENTED_VARIABLES.includes(name))).toEqual([]);
  expect(DOCUMENTED_VARIABLES.filter((name) => !text.includes(name))).toEqual([]);
});
