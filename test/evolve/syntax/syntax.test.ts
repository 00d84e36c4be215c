import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalise } from "../../../src/evolve/syntax/normalise.ts";
import { freeNames } from "../../../src/evolve/syntax/scope.ts";
import { parseProgram, printProgram } from "../../../src/evolve/syntax/tree.ts";

/** Numeric expressions over the given names, as source. */
function expressions(names: readonly string[]): fc.Arbitrary<string> {
  return fc.letrec<{ number: string; test: string }>((tie) => ({
    number: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(...names),
      fc.integer({ min: -99, max: 99 }).map((value) => (value < 0 ? `(${value})` : `${value}`)),
      fc
        .tuple(tie("number"), fc.constantFrom("+", "-", "*", "/", "%"), tie("number"))
        .map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc.tuple(tie("number"), tie("number")).map(([a, b]) => `((${a}) ** ${b})`),
      fc.tuple(tie("number"), tie("number")).map(([a, b]) => `Math.min(${a}, ${b})`),
      fc
        .tuple(tie("test"), tie("number"), tie("number"))
        .map(([t, a, b]) => `(${t} ? ${a} : ${b})`),
      tie("number").map((a) => `(-${a})`),
    ),
    test: fc.oneof(
      { depthSize: "small" },
      fc
        .tuple(tie("number"), fc.constantFrom("<", "<=", ">", ">=", "==="), tie("number"))
        .map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc
        .tuple(tie("test"), fc.constantFrom("&&", "||"), tie("test"))
        .map(([a, o, b]) => `(${a} ${o} ${b})`),
      tie("test").map((a) => `!${a}`),
    ),
  })).number;
}

const program = (body: string, [a, b] = ["a", "b"]) =>
  `function f(${a}, ${b}) { const sum = ${a} + ${b}; for (let i = 0; i < 2; i++) { if (i > ${b}) return sum; } return ${body}; }`;

const run = (source: string, a: number, b: number): unknown =>
  (new Function(`${source}; return f;`)() as (a: number, b: number) => unknown)(a, b);

const numbers = fc.integer({ min: -20, max: 20 });
const bodies = expressions(["a", "b", "sum"]);

function must(source: string, numeric = false): { source: string; digest: string } {
  const normalised = normalise(source, "f", { numeric });
  if (normalised === undefined) throw new Error(`does not parse: ${source}`);
  return normalised;
}

describe("syntax trees", () => {
  it("print to source that does the same and prints the same again", () => {
    fc.assert(
      fc.property(bodies, numbers, numbers, (body, a, b) => {
        const tree = parseProgram(program(body));
        if (tree === undefined) throw new Error(body);
        const printed = printProgram(tree);
        expect(run(printed, a, b)).toEqual(run(program(body), a, b));
        const again = parseProgram(`${printed} `);
        expect(again && printProgram(again)).toBe(printed);
      }),
    );
  });

  it("read TypeScript as the JavaScript below its types", () => {
    const tree = parseProgram(
      "function f(a: number, b: number): number { return (a as number) + b; }",
    );
    expect(tree && run(printProgram(tree), 2, 3)).toBe(5);
  });

  it("are undefined for what does not parse", () => {
    expect(parseProgram("function f( {")).toBeUndefined();
    expect(normalise("function f( {", "f")).toBeUndefined();
  });
});

describe("normalise", () => {
  it("gives a program that does the same", () => {
    fc.assert(
      fc.property(bodies, numbers, numbers, (body, a, b) => {
        const source = program(body);
        expect(run(must(source, true).source, a, b)).toEqual(run(source, a, b));
      }),
    );
  });

  it("is idempotent", () => {
    fc.assert(
      fc.property(bodies, fc.boolean(), (body, numeric) => {
        const once = must(program(body), numeric);
        expect(must(once.source, numeric)).toEqual(once);
      }),
    );
  });

  it("does not see the names of locals and parameters", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const renamed = program(body, ["first", "second"])
          .replaceAll(/\bsum\b/g, "all")
          .replaceAll(/\bi\b/g, "index")
          .replaceAll(/\ba\b/g, "first")
          .replaceAll(/\bb\b/g, "second");
        expect(must(renamed)).toEqual(must(program(body)));
      }),
    );
  });

  it("does not see formatting, comments and types", () => {
    const plain = must("function f(a, b) { return a * b; }");
    expect(
      must("// doc\nfunction f(a: number,\n  b: number): number {\n  return (a * b) /* x */;\n}"),
    ).toEqual(plain);
  });

  it.each([
    ["a * b", "b * a"],
    ["Math.max(a, b, 1)", "Math.max(1, b, a)"],
    ["a > b", "b < a"],
    ["a >= b ? 1 : 2", "b <= a ? 1 : 2"],
    ["a === b", "b === a"],
    ["(a * 2) + (b * 3)", "(b * 3) + (a * 2)"],
    ["[a].map((x) => x * a)", "[a].map((y) => a * y)"],
  ])("takes %s and %s for one", (left, right) => {
    expect(must(program(left)).digest).toBe(must(program(right)).digest);
  });

  it.each([
    ["a - b", "b - a"],
    ["a + 1", "a + 2"],
    ["a + b", "b + a"], // They may be texts.
    ["a && b", "b && a"],
    ["Math.random() * a", "Math.random() * b"],
    ["g() * h()", "h() * g()"], // Either may change what the other sees.
    ["'a'", "a"],
  ])("tells %s from %s", (left, right) => {
    expect(must(program(left)).digest).not.toBe(must(program(right)).digest);
  });

  it("takes sums in any order where all values are numbers", () => {
    expect(must(program("a + b"), true).digest).toBe(must(program("b + a"), true).digest);
  });

  it("keeps given names apart from names of the outside", () => {
    const { source } = must("function f(a, b) { return a + v0 + v1; }");
    expect([...freeNames(parseProgram(source) ?? fail())]).toEqual(["v0", "v1"]);
  });
});

describe("free names", () => {
  it("are those that no scope around them declares", () => {
    const source = `const { top, ...others } = source;
      function f(a, { b = c }, ...d) {
        var inner = () => hoisted + a + own;
        if (a) { var hoisted = 1; let own2 = own2Source; }
        try { g(); } catch (error) { return error; }
        return others[d] + top.name + inner + { a, key: value };
      }`;
    const tree = parseProgram(source) ?? fail();
    expect([...freeNames(tree)].sort()).toEqual(["c", "g", "own", "own2Source", "source", "value"]);
  });
});

function fail(): never {
  throw new Error("does not parse");
}
