/** What does not fit a schema is said with its field, what was expected, what came, and what is known. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkSchema, faultText } from "../../src/core/schema-check.ts";
import { didYouMean } from "../../src/core/text/near-miss.ts";

const Server = z.union([
  z.strictObject({ command: z.string(), args: z.array(z.string()).default([]) }),
  z.strictObject({ url: z.url() }),
]);
const Schema = z.strictObject({
  name: z.string().regex(/^[a-z]+$/, "a name of small letters"),
  seeds: z.int().min(1).max(9).default(1),
  colour: z.enum(["red", "green"]).default("red"),
  servers: z.record(z.string(), Server).default({}),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Z_]+$/, "a variable's name")
    .default("KEY"),
});

function said(value: unknown): string {
  const checked = checkSchema(Schema, value);
  return checked.ok ? "" : faultText(checked.faults);
}

describe("a value is told", () => {
  it("nothing when it fits, and defaults are in place", () => {
    expect(checkSchema(Schema, { name: "a" })).toMatchObject({ ok: true, data: { seeds: 1 } });
  });

  it.each([
    [
      "each unknown key with the known ones",
      { name: "a", seed: 3, zzz: 1 },
      'seed: expected a known key, got "seed" (did you mean "seeds"?); known keys: name, seeds, colour, servers, apiKeyEnv\n' +
        'zzz: expected a known key, got "zzz"; known keys: name, seeds, colour, servers, apiKeyEnv',
    ],
    ["what is missing", {}, "name: expected text, got nothing"],
    [
      "a schema's own words and the value",
      { name: "A" },
      'name: expected a name of small letters, got "A"',
    ],
    ["a bound", { name: "a", seeds: 0 }, "seeds: expected a number of at least 1, got 0"],
    ["a whole number", { name: "a", seeds: 1.5 }, "seeds: expected a whole number, got 1.5"],
    [
      "the known values",
      { name: "a", colour: "gren" },
      'colour: expected one of red, green, got "gren" (did you mean "green"?)',
    ],
    [
      "of alternatives the one that was meant",
      { name: "a", servers: { x: { command: "ls", arg: [] } } },
      'servers.x.arg: expected a known key, got "arg" (did you mean "args"?); known keys: command, args',
    ],
    [
      "all alternatives where none was meant",
      { name: "a", servers: { x: 3 } },
      "servers.x: expected a mapping, got 3",
    ],
  ])("%s", (_, value, text) => {
    expect(said(value)).toBe(text);
  });

  it("nothing of what may be a secret", () => {
    const text = said({ name: "a", apiKeyEnv: "sk-live-123456" });
    expect(text).toBe("apiKeyEnv: expected a variable's name, got another text");
    const shaped = said({ name: `sk-ant-api03-${"A1b2".repeat(12)}` });
    expect(shaped).toBe("name: expected a name of small letters, got another text");
    expect(said({ name: `A${"x".repeat(100)}` })).toContain("got a longer text");
  });

  it("its place, and how many faults are left out", () => {
    const checked = checkSchema(Schema, { a: 1, b: 2, c: 3 });
    const faults = checked.ok ? [] : checked.faults;
    const lines = faultText(faults, { locate: (path) => `f:${path.length}`, most: 2 }).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^f:1: name: expected text/);
    expect(lines[2]).toBe("and 2 more");
  });
});

it.each([
  ["seedz", ["seed", "home"], ' (did you mean "seed"?)'],
  ["modle", ["model", "module"], ' (did you mean "model"?)'],
  ["Workers", ["workers"], ' (did you mean "workers"?)'],
  ["zebra", ["seed", "home"], ""],
  ["ab", ["abc"], ""],
])("a slip of a few letters is seen: %s among %j", (word, known, text) => {
  expect(didYouMean(word, known)).toBe(text);
});
