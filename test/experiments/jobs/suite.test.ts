import { describe, expect, test } from "vitest";
import { jobs } from "../../../experiments/jobs/suite.ts";
import { canonicalJson } from "../../../src/index.ts";

const answersOf = (cases: readonly { readonly expected: unknown }[]) =>
  new Set(cases.map(({ expected }) => JSON.stringify(expected)));
const booleans = jobs.filter(({ examples }) => typeof examples[0]?.expected === "boolean");

describe("the everyday jobs", () => {
  test("are at least 120 under names of their own, a third of them held out", () => {
    expect(jobs.length).toBeGreaterThanOrEqual(120);
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
    const share = jobs.filter(({ part }) => part === "holdout").length / jobs.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.37);
  });

  test("have as many examples as a person gives, and more unseen inputs than that", () => {
    for (const { name, examples, unseen } of jobs) {
      const counts = { name, examples: examples.length, unseen: unseen.length };
      expect(counts).toSatisfy(() => examples.length >= 8 && examples.length <= 12);
      expect(counts).toSatisfy(() => unseen.length >= 30);
    }
  });

  test("keep the unseen inputs out of the examples", () => {
    for (const { name, examples, unseen } of jobs) {
      const given = new Set(examples.map(({ args }) => canonicalJson(args)));
      expect(given.size).toBe(examples.length);
      const leaked = unseen.filter(({ args }) => given.has(canonicalJson(args)));
      expect({ name, leaked }).toEqual({ name, leaked: [] });
    }
  });

  test("have a result for every input, and never the same for all", () => {
    for (const { name, examples, unseen } of jobs) {
      for (const { args, expected } of [...examples, ...unseen]) {
        expect({ name, args, expected }).not.toEqual({ name, args, expected: null });
      }
      expect(answersOf(examples).size).toBeGreaterThan(1);
    }
  });

  test("ask at least twenty yes/no questions, with both answers given and unseen", () => {
    expect(booleans.length).toBeGreaterThanOrEqual(20);
    for (const { name, examples, unseen } of booleans) {
      expect({ name, given: answersOf(examples).size }).toEqual({ name, given: 2 });
      expect({ name, unseen: answersOf(unseen).size }).toEqual({ name, unseen: 2 });
    }
  });

  test("expect what people would: a few by hand", () => {
    const expected = (name: string, ...args: unknown[]) => {
      const job = jobs.find((each) => each.name === name);
      const all = [...(job?.examples ?? []), ...(job?.unseen ?? [])];
      return all.find((each) => JSON.stringify(each.args) === JSON.stringify(args))?.expected;
    };
    expect(expected("numbers/fahrenheit-to-celsius", 98.6)).toBe(37);
    expect(expected("checks/leap-year", 1700)).toBe(false);
    expect(expected("prices/shipping", 49.99, true)).toBe(10.9);
    expect(expected("formats/to-roman", 1994)).toBe("MCMXCIV");
    expect(expected("formats/ordinal", 113)).toBe("113th");
    expect(expected("dates/business-days", "2024-06-07", 1)).toBe("2024-06-10");
    expect(expected("dates/end-of-month", "1900-02-10")).toBe("1900-02-28");
    expect(expected("records/csv-line", 'x,"y,z"')).toEqual(["x", "y,z"]);
    expect(expected("lists/semver-sort", ["1.0.100", "1.0.20"])).toEqual(["1.0.20", "1.0.100"]);
    expect(expected("lists/nested-depth", [[[[[1]]]]])).toBe(5);
  });
});
