import { describe, expect, it } from "vitest";
import { rivalPrograms, simplerPrograms } from "../../../src/evolve/syntax/near.ts";

const program = (expression: string): string => `function f(a, b) { return ${expression}; }`;
const bodies = (sources: readonly string[]): readonly string[] =>
  sources.map((source) => source.replace(/\s+/g, " ").replace(/^.*return (.*); }\s*$/, "$1"));

describe("simpler programs", () => {
  it("have a part in place of the whole, and simpler constants", () => {
    const found = bodies(simplerPrograms(program("Math.round(a.charAt(0.03753) + b)")));
    expect(found).toContain("a.charAt(0.03753) + b");
    expect(found).toContain("Math.round(b)");
    expect(found).toContain("Math.round(a.charAt(0) + b)");
    expect(found).toContain("Math.round(a.charAt() + b)");
    expect(found).not.toContain("Math.round(a.charAt(0.03753) + b)");
  });

  it("are none for a text that does not parse", () => {
    expect(simplerPrograms("def f(a):")).toEqual([]);
  });
});

describe("rivals", () => {
  it("differ in one comparison, constant, function or class of characters", () => {
    const found = bodies(rivalPrograms(program("a >= 50 ? Math.floor(b) : 0"), [49]));
    expect(found).toContain("a > 50 ? Math.floor(b) : 0");
    expect(found).toContain("a >= 49 ? Math.floor(b) : 0");
    expect(found).toContain("a >= 50 ? Math.ceil(b) : 0");
    expect(bodies(rivalPrograms(program("a.match(/[a-z]+/g)"), []))).toContain(
      "a.match(/[A-Za-z]+/g)",
    );
  });
});
