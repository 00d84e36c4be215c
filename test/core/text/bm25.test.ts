import { expect, it } from "vitest";
import { inverseFrequency, saturation } from "../../../src/core/text/bm25.ts";

const BM25 = { k1: 1.2, b: 0.75 };

it("gives a term half of its weight at k1 times in a document of average length", () => {
  expect(saturation(1.2, 10, 10, BM25)).toBeCloseTo(0.5, 12);
  expect(saturation(0, 10, 10, BM25)).toBe(0);
});

it("counts length against a document by the share b", () => {
  // k1 (1 - b + b * 2) = 2.1 for a document of twice the average length.
  expect(saturation(2.1, 20, 10, BM25)).toBeCloseTo(0.5, 12);
  expect(saturation(1.2, 20, 10, { k1: 1.2, b: 0 })).toBeCloseTo(0.5, 12);
});

it("finds a rare term telling, and one that all documents hold nearly nothing, never less", () => {
  // ln(1 + (N - n + 1/2) / (n + 1/2)): ln 2 where half of 100 documents hold it.
  expect(inverseFrequency(50, 100)).toBeCloseTo(Math.LN2, 12);
  expect(inverseFrequency(1, 100)).toBeGreaterThan(inverseFrequency(2, 100));
  expect(inverseFrequency(100, 100)).toBeGreaterThan(0);
});
