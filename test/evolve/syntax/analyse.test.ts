import { describe, expect, it } from "vitest";
import type { Kernel } from "../../../src/core/task.ts";
import { type Analysis, analyse } from "../../../src/evolve/syntax/analyse.ts";
import { literal, numberOf } from "../../../src/evolve/syntax/build.ts";
import {
  parseProgram,
  printNode,
  printProgram,
  replaceAll,
  replaceAt,
} from "../../../src/evolve/syntax/tree.ts";
import { lists, packing, texts } from "../generators/kernels.ts";

function read(source: string, kernel: Kernel): Analysis {
  const program = parseProgram(source);
  const analysis = program && analyse(program, kernel);
  if (analysis === undefined) throw new Error(`nothing to analyse in ${source}`);
  return analysis;
}

function typesOf(source: string, kernel: Kernel): Record<string, string> {
  const { sites } = read(source, kernel);
  return Object.fromEntries(sites.map(({ node, type }) => [printNode(node), type]));
}

describe("the analysis of a program", () => {
  it("infers types from parameters, literals and methods", () => {
    const types = typesOf(
      `function shout(text) {
         const words = text.split(" ");
         const longest = words.reduce((best, word) => word.length > best.length ? word : best, "");
         return words.map((w) => w.length + 1).length > 2 ? longest.toUpperCase() : text + words[0];
       }`,
      texts,
    );
    expect(types).toMatchObject({
      text: "string",
      'text.split(" ")': "string[]",
      "word.length > best.length": "boolean",
      "w.length + 1": "number",
      "words.map(w => w.length + 1)": "number[]",
      "longest.toUpperCase()": "string",
      "text + words[0]": "string",
    });
  });

  it("gives what the entry returns the kernel's type where nothing else tells", () => {
    const types = typesOf("function solve(values, limit) { return magic(values); }", lists);
    expect(types["magic(values)"]).toBe("number");
  });

  it("reads entries written as arrow functions", () => {
    const types = typesOf("const solve = (values, limit) => values.length * limit;", lists);
    expect(types).toMatchObject({ "values.length * limit": "number", limit: "number" });
  });

  it("knows the names in scope at a place, and no others", () => {
    const { sites } = read(
      `const K = [1, 2];
       function score(item, room, capacity) {
         if (item > 3) { const inner = 1; return inner; }
         const later = 2;
         return later + K[0];
       }`,
      packing,
    );
    const names = (text: string) => {
      const found: string[] = [];
      const site = sites.find(({ node }) => printNode(node) === text);
      for (let at = site?.scope; at !== undefined; at = at.up) found.push(at.binding.name);
      return found.sort();
    };
    expect(names("item > 3")).toEqual(["K", "capacity", "item", "room"]);
    expect(names("inner")).toEqual(["K", "capacity", "inner", "item", "room"]);
    expect(names("later + K[0]")).toEqual(["K", "capacity", "item", "later", "room"]);
  });

  it("keeps out of loop headers, assignment targets and indices of tables", () => {
    const { sites } = read(
      `const K = [1, 2];
       function score(item, room, capacity) {
         let total = 0;
         for (let i = 0; i < 2; i++) { total = total + K[i]; }
         return total;
       }`,
      packing,
    );
    const places = sites.map(({ node }) => printNode(node)).sort();
    expect(places).toEqual(["0", "K[i]", "total", "total", "total + K[i]"]);
  });

  it("leaves helpers that read tables as they are, but for the tables' numbers", () => {
    const { sites, constants } = read(
      `const K = [1, -2];
       function look(x) { return K[0] * x + 7; }
       function score(item, room, capacity) { return look(item) + 5; }`,
      packing,
    );
    expect(constants.map(({ value, table }) => [value, table])).toEqual([
      [1, true],
      [-2, true],
      [5, false],
    ]);
    expect(sites.every(({ inEntry }) => inEntry)).toBe(true);
  });

  it("counts a declared feature as one node", () => {
    expect(read("function score(item, room, capacity) { return room - item; }", packing).size).toBe(
      1,
    );
    expect(read("function score(item, room, capacity) { return item - room; }", packing).size).toBe(
      3,
    );
    expect(
      read("function score(item, room, capacity) { return Math.min(-(room - item), 2); }", packing)
        .size,
    ).toBe(4);
  });

  it("is undefined where the entry is missing", () => {
    const program = parseProgram("function other() { return 1; }");
    expect(program && analyse(program, packing)).toBeUndefined();
  });
});

describe("edits of a tree", () => {
  const source = "function score(item, room, capacity) { return item * 2 + room * 3; }";

  it("change one place and leave the given tree alone", () => {
    const { program, sites } = read(source, packing);
    const before = printProgram(program);
    for (const { place, node } of sites) {
      const child = printProgram(replaceAt(place, literal(9)));
      expect(child).toContain("9");
      expect(child).not.toBe(before);
      expect(printProgram(replaceAt(place, node))).toBe(before);
    }
    expect(printProgram(program)).toBe(before);
  });

  it("change several places at once", () => {
    const { program, constants } = read(source, packing);
    const edits = constants.map(({ place, value }) => ({ place, node: literal(value * 10) }));
    expect(printProgram(replaceAll(program, edits))).toContain("item * 20 + room * 30");
  });

  it("read negative numbers as one constant", () => {
    const { constants } = read(
      "function score(item, room, capacity) { return -5 * item; }",
      packing,
    );
    expect(constants.map(({ node }) => numberOf(node))).toEqual([-5]);
  });
});
