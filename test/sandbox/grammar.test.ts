/** The total grammar lets through what is total and nothing else, and means the same by it. */
import { type Node, parse } from "acorn";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGrammar } from "../../sandbox/grammar/grammar.ts";
import { memoizedCheck } from "../../sandbox/grammar/memo.ts";
import {
  DANGEROUS_EXPRESSIONS,
  DANGEROUS_STATEMENTS,
  DANGEROUS_TOPS,
  totalProgram,
} from "./grammar-programs.ts";

interface Made {
  readonly call: (...values: unknown[]) => unknown;
  readonly refuel: (amount: number) => void;
  readonly left: () => number;
  /** What is thrown when the fuel is gone. */
  readonly tank: object;
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const hosts = `const LIMIT = 3; const flat = [1, 2, 3]; const nested = [[1], [2]];\nfunction g(x) { return x + 1; }\n`;

function instrumented(source: string): string {
  const check = checkGrammar(source, "f");
  if (!check.ok) throw new Error(`${check.reason}\n${source}`);
  return check.instrumented;
}

function made(source: string): Made {
  const tank = { left: 0 };
  // What passes the check is safe to run here: that is the claim under test.
  const program = new Function(`return ${instrumented(source)}`)() as (
    tank: object,
  ) => Made["call"];
  return {
    call: program(tank),
    refuel: (amount) => {
      tank.left = amount;
    },
    left: () => tank.left,
    tank,
  };
}

function refuses(source: string): boolean {
  return !checkGrammar(source, "f").ok;
}

/** Names that a text uses and does not declare; properties have no names here but after a dot. */
function freeNames(code: string): string[] {
  const declared = new Set<string>();
  const used = new Set<string>();
  const walk = (value: unknown, parent?: Node, key?: string): void => {
    if (Array.isArray(value)) for (const item of value) walk(item, parent, key);
    else if (typeof value === "object" && value !== null && "type" in value) {
      const node = value as Node & { name: string; computed?: boolean; params?: Node[] };
      if (node.type === "Identifier") {
        const owner = parent as Node & { computed?: boolean; shorthand?: boolean };
        const isKey = (key === "property" || key === "key") && !owner.computed;
        const isOwn = key === "id" || key === "params";
        if (isOwn) declared.add(node.name);
        else if (!isKey) used.add(node.name);
        return;
      }
      for (const [field, child] of Object.entries(node)) walk(child, node, field);
    }
  };
  walk(parse(`(${code})`, { ecmaVersion: "latest" }));
  return [...used].filter((name) => !declared.has(name));
}

describe("the total grammar", () => {
  it.each([
    [
      "a kernel",
      "function f(item, room) { return room - item < 3 ? -1 : item - room; }",
      [5, 9],
      -4,
    ],
    [
      "a table",
      "const t = [[1, 2], [3, 4]]; function f(i, j) { return t[i][j] + t.length + t[0].length; }",
      [1, 0],
      7,
    ],
    [
      "a bounded loop",
      "function f(n) { let s = 0; for (let i = 1; i <= n; i++) { s += i; } return s; }",
      [10],
      55,
    ],
    [
      "a call of an earlier function",
      "function g(x) { return x * x; } function f(a, b) { return g(a) + g(b); }",
      [3, 4],
      25,
    ],
    [
      "a table that stands below the function that reads it",
      "function g(i) { return t[i]; } const t = [4, 6]; function f(a) { return g(a); }",
      [1],
      6,
    ],
    ["powers and signs", "function f(a) { return (-a) ** 2 - -a; }", [3], 12],
    [
      "shadowing in blocks",
      "function f(a) { let x = 1; if (a > 0) { let x = 2; x += a; } return x; }",
      [5],
      1,
    ],
    ["a negative list", "const t = [-1.5, +2]; function f() { return t[0]; }", [], -1.5],
    ["nullish", "const t = [1]; function f(i) { return t[i] ?? 9; }", [4], 9],
    [
      "an else that belongs to the outer if",
      "function f(a) { if (a > 0) { if (a > 5) return 1; } else return 2; return 3; }",
      [1],
      3,
    ],
    [
      "a dangling else",
      "function f(a) { if (a > 0) if (a > 5) return 1; else return 2; return 3; }",
      [1],
      2,
    ],
  ])("takes %s and gives its value", (_, source, values, expected) => {
    const program = made(source);
    program.refuel(10_000);
    expect(program.call(...values)).toBe(expected);
  });

  it("means by a program what JavaScript means by it", () => {
    fc.assert(
      fc.property(seeds, fc.double(), fc.integer({ min: -3, max: 12 }), (seed, a, b) => {
        const source = totalProgram(seed);
        const program = made(source);
        const plain = new Function(`${source}\nreturn f;`)() as Made["call"];
        const told = (call: () => unknown): unknown => {
          try {
            return call();
          } catch (error) {
            return String(error);
          }
        };
        program.refuel(1e7);
        // Names differ in the text of an error; that there is one must not.
        const mine = told(() => program.call(a, b));
        const right = told(() => plain(a, b));
        expect(typeof mine === "string").toBe(typeof right === "string");
        if (typeof right !== "string") expect(mine).toBe(right);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves no name from outside but Math, and values that are numbers, booleans or nothing", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const source = totalProgram(seed);
        expect(freeNames(instrumented(source)).filter((name) => name !== "Math")).toEqual([]);
        const program = made(source);
        program.refuel(1e7);
        const value = program.call(1.5, 3);
        expect(["number", "boolean", "undefined"]).toContain(typeof value);
      }),
      { numRuns: 300 },
    );
  });

  it.each(DANGEROUS_EXPRESSIONS)("refuses the expression %s", (danger) => {
    expect(refuses(`${hosts}function f(a, b) { return ${danger}; }`)).toBe(true);
    expect(refuses(`${hosts}function f(a, b) { let x = 1; x = 2 + (${danger}); return x; }`)).toBe(
      true,
    );
  });

  it.each(DANGEROUS_STATEMENTS)("refuses the statement %s", (danger) => {
    expect(refuses(`${hosts}function f(a, b) { ${danger} return 1; }`)).toBe(true);
    expect(refuses(`${hosts}function f(a, b) { if (a) { ${danger} } return 1; }`)).toBe(true);
  });

  it.each(DANGEROUS_TOPS)("refuses at the top %s", (danger) => {
    expect(refuses(`${hosts}function f(a, b) { return 1; }\n${danger}`)).toBe(true);
  });

  it("refuses a random program as soon as one dangerous construct stands anywhere in it", () => {
    const wrong = fc.oneof(
      fc
        .constantFrom(...DANGEROUS_EXPRESSIONS)
        .map((text) => ({ at: /\b(?:1e3|2\.5|0\.1|Math\.PI)\b/g, text: `(${text})` })),
      fc
        .constantFrom(...DANGEROUS_STATEMENTS)
        .map((text) => ({ at: /^return /gm, text: `${text} return ` })),
      fc
        .constantFrom(...DANGEROUS_TOPS)
        .map((text) => ({ at: /^function f/gm, text: `${text}\nfunction f` })),
    );
    fc.assert(
      fc.property(seeds, wrong, fc.nat(), (seed, { at, text }, where) => {
        const source = totalProgram(seed);
        const places = [...source.matchAll(at)];
        fc.pre(places.length > 0);
        const place = places[where % places.length];
        if (place === undefined) return;
        const spoiled =
          source.slice(0, place.index) + text + source.slice(place.index + place[0].length);
        expect(refuses(spoiled), spoiled).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  it.each([
    ["no test", "for (;;) {}"],
    ["a test that always holds", "for (let i = 0; i < 1; i *= 2) {}"],
    ["nested", "for (let i = 0; i < 1e9; i++) { for (let j = 0; j < 1e9; j++) {} }"],
    ["NaN", "for (let i = 0; !(i > a); i = 0 / 0) {}"],
  ])("ends a loop with %s when the fuel is gone", (_, loop) => {
    const program = made(`function f(a) { ${loop} return 1; }`);
    program.refuel(1e6);
    let thrown: unknown;
    try {
      program.call(1);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(program.tank);
    expect(program.left()).toBeLessThan(0);
  });

  it("makes calls pay, so that a pyramid of functions ends too", () => {
    const layers = Array.from(
      { length: 40 },
      (_, i) => `function h${i + 1}(x) { return h${i}(x) + h${i}(x); }`,
    );
    const source = `function h0(x) { return x; }\n${layers.join("\n")}\nfunction f(a) { return h40(a); }`;
    const program = made(source);
    program.refuel(1e6);
    expect(() => program.call(1)).toThrow();
    expect(program.left()).toBeLessThan(0);
  });

  it("answers, and never throws, for any text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."(){}[];=+-*/f1 ".split("")) })),
        (text) => {
          expect(typeof checkGrammar(text, "f").ok).toBe("boolean");
        },
      ),
    );
    for (const deep of [
      "(".repeat(9_000),
      "-".repeat(9_000),
      "[".repeat(9_000),
      "if(1)".repeat(3_000),
    ]) {
      expect(refuses(`function f() { return ${deep}1; }`)).toBe(true);
      expect(refuses(`function f() { ${deep} return 1; }`)).toBe(true);
    }
    expect(refuses(`function f() { return ${"1+".repeat(400)}1; }`)).toBe(true);
    expect(refuses(`function f() { return 1; } ${" ".repeat(30_000)}`)).toBe(true);
  });

  it("says the same of a program whose shape it remembers, whatever its numbers are", () => {
    const remembering = memoizedCheck(50);
    const forms = [
      "0",
      "7",
      "1.5",
      ".5",
      "5.",
      "1e3",
      "2E-7",
      "1e400",
      "0x1F",
      "010",
      "1_000",
      "10n",
      "0.1",
      "5..x",
      "08",
    ];
    fc.assert(
      fc.property(seeds, fc.array(fc.constantFrom(...forms), { minLength: 1 }), (seed, numbers) => {
        let next = 0;
        // Few shapes, many numbers; some of the forms are outside the grammar or no JavaScript.
        const source = totalProgram(seed % 20).replace(
          /\b\d+(?:\.\d+)?\b/g,
          () => numbers[next++ % numbers.length] ?? "1",
        );
        expect(remembering(source, "f")).toEqual(checkGrammar(source, "f"));
      }),
      { numRuns: 1_000 },
    );
    for (const source of [
      "function f() { return 1; } // 5",
      "function f() { return 1; } // 6",
      "function f() { return '5'; }",
      "function f() { return \u0061; }",
      "function f(é5) { return é5; }",
      "function f(a1, a2) { return a1 - a2; }",
      "function f(a1, a2) { return a2 - a1; }",
    ]) {
      expect(remembering(source, "f"), source).toEqual(checkGrammar(source, "f"));
    }
  });
});
