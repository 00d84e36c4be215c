/** No text breaks the type stripper for what comes after it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stripTypes } from "../../src/core/strip-types.ts";

const PLAIN = "const a: number = 1;";

/** Constructs that nest, each by itself; n is the depth. */
const NESTS: Readonly<Record<string, (n: number) => string>> = {
  parentheses: (n) => `const a: number = ${"(".repeat(n)}1${")".repeat(n)}`,
  brackets: (n) => `const a: number = ${"[".repeat(n)}${"]".repeat(n)}`,
  blocks: (n) => `let a: number; ${"{".repeat(n)}${"}".repeat(n)}`,
  "if blocks": (n) => `let a: number; ${"if(1){".repeat(n)}${"}".repeat(n)}`,
  ifs: (n) => `let a: number; ${"if(1)".repeat(n)};`,
  dos: (n) => `let a: number; ${"do ".repeat(n)};${"while(1)".repeat(n)}`,
  fors: (n) => `let a: number; ${"for(;;)".repeat(n)};`,
  elses: (n) => `let a: number; ${"if(1);else ".repeat(n)};`,
  arrows: (n) => `const a: number = ${"x=>".repeat(n)}1`,
  "arrows with commas": (n) => `const a: number = ${"(x,y)=>".repeat(n)}1`,
  generics: (n) => `const a: ${"A<".repeat(n)}x${">".repeat(n)} = 1`,
  "generics with commas": (n) => `const a: ${"A<b,".repeat(n)}x${">".repeat(n)} = 1`,
  "function types": (n) => `let a: ${"()=>".repeat(n)}b`,
  templates: (n) => `const a: number = ${"`$".concat("{").repeat(n)}1${"}`".repeat(n)}`,
  sums: (n) => `const a: number = ${"a+".repeat(n)}1`,
  "sums of calls": (n) => `const a: number = ${"f(a,b)+".repeat(n)}1`,
  nots: (n) => `const a: number = ${"!".repeat(n)}1`,
  assignments: (n) => `let a: number; ${"a=".repeat(n)}1`,
  "pattern assignments": (n) => `let a: number; (${"{}=".repeat(n)}1)`,
  ternaries: (n) => `const a: number = ${"a?b:".repeat(n)}1`,
  members: (n) => `const a: number = a${".b".repeat(n)}`,
  calls: (n) => `const a: number = a${"()".repeat(n)}`,
  "calls with commas": (n) => `const a: number = a${"(b,c)".repeat(n)}`,
  news: (n) => `const a: number = ${"new ".repeat(n)}a`,
  typeofs: (n) => `let a: number; ${"typeof ".repeat(n)}1`,
  casts: (n) => `const a = 1${" as number".repeat(n)}`,
  "conditional types": (n) => `type A<T> = ${"T extends 1 ? 2 : ".repeat(n)}3`,
  "non-null marks": (n) => `let a: number = a${"!".repeat(n)}`,
  objects: (n) => `let a: number = ${"{a:".repeat(n)}1${"}".repeat(n)}`,
  labels: (n) => `let a: number; ${Array.from({ length: n }, (_, i) => `l${i}:`).join("")};`,
};

describe("stripping types", () => {
  test.each(Object.entries(NESTS))("survives %s at every depth", (_, nest) => {
    for (const depth of [100, 250, 390, 600, 1_000, 2_000, 2_900, 6_000]) {
      stripTypes(nest(depth));
      expect(stripTypes(PLAIN)).toEqual({ status: "stripped", text: "const a         = 1;" });
    }
  });

  test("survives several constructs within each other", () => {
    const pieces = fc.constantFrom(
      ..."([{!+=.:?<",
      "x=>",
      "a",
      "if(1)",
      "for(;;)",
      "new ",
      ",",
      "`${",
      "A<",
      "else ",
      "do ",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(pieces, fc.integer({ min: 1, max: 500 })), { maxLength: 12 }),
        (parts) => {
          stripTypes(
            `let a: number; ${parts.map(([piece, times]) => piece.repeat(times)).join("")}`,
          );
          expect(stripTypes(PLAIN).status).toBe("stripped");
        },
      ),
      { numRuns: 150 },
    );
  });

  test("says where a text does not parse", () => {
    expect(stripTypes("const a = 1;\nconst b: = 2;")).toEqual({
      status: "failed",
      reason: expect.stringMatching(/^SyntaxError: .*\(line 2\)$/),
    });
  });

  test("takes programs of ordinary size and shape", () => {
    const lines = Array.from(
      { length: 400 },
      (_, i) =>
        `  if (a < ${i} && b[${i}] !== undefined) { s += (a * ${i} - 1) / (b[${i}] as number); }`,
    );
    const bounded = lines.slice(0, 300).join("\n");
    expect(
      stripTypes(
        `function f(a: number, b: number[]): number {\n  let s = 0;\n${bounded}\n  return s;\n}`,
      ).status,
    ).toBe("stripped");
  });
});
