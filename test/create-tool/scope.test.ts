/** The deterministic half of the scope reasoner: literals, tables, and what examples say of arguments. */
import { describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { literalsInName, literalsInSource, literalsOf } from "../../src/create-tool/literals.ts";
import { scopeByRule } from "../../src/create-tool/scope-by-rule.ts";
import { isTable } from "../../src/create-tool/scope-check.ts";
import { specFromExamples } from "../../src/create-tool/spec-from-examples.ts";

const texts = (words: string): string[] => literalsOf(words).map(({ text }) => text);

describe("the literals of a request", () => {
  it("are numbers, quoted texts, names, addresses and dates", () => {
    expect(texts('Search for "Bill Gates" on https://example.org/q?x=1 after 2026-01-31')).toEqual([
      "Bill Gates",
      "https://example.org/q?x=1",
      "2026-01-31",
    ]);
    expect(texts("Convert MCMXCIV and -12.5 for Alice Smith, mail a.b@example.org")).toEqual([
      "MCMXCIV",
      "-12.5",
      "Alice Smith",
      "a.b@example.org",
    ]);
  });

  it("are not the words for kinds of things, nor the first word of a sentence", () => {
    expect(
      texts("Parse JSON or CSV. Convert a Roman numeral to a number; don't use base64."),
    ).toEqual([]);
  });

  it("are found in a name as whole words, and in code as values", () => {
    const literals = literalsOf("Who is richer than Elon Musk by 300 dollars?");
    expect(literalsInName("find_elon_musk", literals).map(({ text }) => text)).toEqual([
      "Elon Musk",
    ]);
    expect(literalsInName("findRicherThan300", literals)).toEqual([]);
    expect(literalsInName("muskrat_count", literals)).toEqual([]);
    const source = "function f(who) { /* 300 */ return who === `Elon Musk` ? 300 : 2; }";
    expect(literalsInSource(source, literals).map(({ text }) => text)).toEqual([
      "Elon Musk",
      "300",
    ]);
    expect(literalsInSource("function f(a) { return a * 2 + '300'.length; }", literals)).toEqual(
      [],
    );
    expect(literalsInSource("no program (", literals)).toEqual([]);
  });

  it("stay out of the name that is made by rule", () => {
    const spec = specFromExamples('Find the rows of "Acme Corp" with more than 3 orders', [
      { args: [1], expected: 1 },
    ]);
    expect(spec.name).toBe("find_rows_more_than_3");
  });
});

describe("a table of the examples", () => {
  const examples = [
    { input: ["Austria"], expected: "Vienna" },
    { input: ["France"], expected: "Paris" },
    { input: ["Japan"], expected: "Tokyo" },
  ];
  it("is told from a rule", () => {
    expect(
      isTable(
        'function f(c) { return { Austria: "Vienna", France: "Paris", Japan: "Tokyo" }[c]; }',
        examples,
      ),
    ).toBe(true);
    expect(
      isTable(
        'function f(c) { return c === "Austria" ? "Vienna" : c === "France" ? "Paris" : c; }',
        examples,
      ),
    ).toBe(true);
    expect(isTable('function f(c) { return c === "Austria" ? "Vienna" : c; }', examples)).toBe(
      false,
    );
    // Kinds of answers are no table: the arguments do not stand in the code.
    const grades = [95, 85, 70].map((points, index) => ({
      input: [points],
      expected: ["best", "good", "fair"][index] ?? "",
    }));
    expect(
      isTable('function f(p) { return p > 90 ? "best" : p > 80 ? "good" : "fair"; }', grades),
    ).toBe(false);
  });
});

describe("the scope by rule", () => {
  it("says why each parameter is an argument, and flags the request's values in the name", () => {
    const task = specTask({
      name: "sum_for_alice",
      description: "Sums.",
      signature: "function sum_for_alice(a: number, rate: number): number",
      cases: [1, 2, 3].map((a) => ({ args: [a, 7], expected: a + 7 })),
    });
    expect(scopeByRule(task, "How much does Peter owe Alice?", 1).data).toMatchObject({
      by: "rule",
      arguments: [
        { name: "a", why: "it differs between the examples" },
        { name: "rate", why: expect.stringContaining("7 in every example") },
      ],
      flags: [expect.stringContaining('"Alice"')],
    });
  });
});
