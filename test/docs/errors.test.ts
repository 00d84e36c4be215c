/** The table of error codes has every code that the source gives, and none besides. */
import { glob, readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { RequestStatus } from "../../src/core/request.ts";
import { DOCUMENTED_VARIABLES } from "./reference-pages.ts";

/** Words in capitals that are no codes of ours. */
const OTHERS: readonly string[] = [
  ...RequestStatus.options,
  ...DOCUMENTED_VARIABLES,
  "ERR_MODULE_NOT_FOUND",
  "ERR_SCRIPT_EXECUTION_INTERRUPTED",
  "ERR_SCRIPT_EXECUTION_TIMEOUT",
  "ERR_OUT_OF_RANGE",
  "ERR_SCRIPT_EXECUTION_INTERRUPTED",
  "ERR_SCRIPT_EXECUTION_TIMEOUT",
  "TOOLWRIGHT_INPUT",
];

/** Class of an error -> the section in which its codes stand. */
const SECTIONS: Readonly<Record<string, string>> = {
  InputError: "What you asked for",
  ConfigError: "What is configured",
  ModelError: "Models",
  StoreError: "Stores and traces",
};

const given = new Set<string>();
const words = new Set<string>();
/** Code -> classes of the errors that it was given to. */
const classes = new Map<string, Set<string>>();
const table = new Map<string, readonly string[]>();
let section = "";

beforeAll(async () => {
  for await (const file of glob("{src,sandbox,toolstore,evaluators,experiments}/**/*.ts")) {
    const source = await readFile(file, "utf8");
    for (const [, word = ""] of source.matchAll(/"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"/g)) {
      words.add(word);
      if (word.includes("_") && !OTHERS.includes(word)) given.add(word);
    }
    for (const [, name = "", code = ""] of source.matchAll(/new (\w+Error)\(\s*"([A-Z_]+)"/g)) {
      given.add(code);
      classes.set(code, (classes.get(code) ?? new Set()).add(name));
    }
  }
  for (const line of (await readFile("docs/reference/errors.md", "utf8")).split("\n")) {
    if (line.startsWith("## ")) section = line.slice(3);
    const [, code = "", meaning = "", act = ""] = line.split("|").map((cell) => cell.trim());
    if (/^`[A-Z_]+`$/.test(code)) {
      const name = code.slice(1, -1);
      expect(table.has(name), `${name} stands twice`).toBe(false);
      table.set(name, [section, meaning, act]);
    }
  }
});

describe("the table of error codes", () => {
  it("has every code that the source gives", () => {
    expect(given.size).toBeGreaterThan(100);
    expect([...given].filter((code) => !table.has(code)).sort()).toEqual([]);
  });

  it("has no code that nothing gives", () => {
    expect([...table.keys()].filter((code) => !words.has(code))).toEqual([]);
  });

  it("says of each what it means and what to do, in the section of its error", () => {
    for (const [code, [where = "", meaning, act]] of table) {
      expect(meaning, code).toMatch(/\.$/);
      expect(act, code).toMatch(/\.$/);
      const sections = [...(classes.get(code) ?? [])].map((name) => SECTIONS[name]);
      const ofErrors = Object.values(SECTIONS).includes(where) && sections.length > 0;
      if (ofErrors) expect(sections, code).toContain(where);
    }
  });
});
