import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noneBelow } from "../../../toolstore/index.ts";
import { clauses } from "../../../toolstore/retrieval/clauses.ts";
import type { SearchDocument } from "../../../toolstore/retrieval/document.ts";
import { toolIndex } from "../../../toolstore/retrieval/tool-index.ts";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { sampleTool } from "../sample.ts";

const described = (name: string, description: string): SearchDocument => ({
  name,
  description,
  parameterNames: [],
  parameterTexts: [],
  examples: [],
  identifiers: [],
  queries: [],
});

describe("clauses", () => {
  it("splits what asks for several things, and nothing else", () => {
    expect(clauses("Book a flight to Rome. Then convert 100 dollars to euro")).toHaveLength(2);
    expect(clauses("convert dollars to euro")).toEqual([]);
  });
});

describe("ranking", () => {
  it("finds a word by another spelling of it", () => {
    const index = toolIndex();
    index.put("a", described("recommendation", "Draws values."));
    index.put("b", described("stock_quote", "Tells values."));
    expect(index.search({ text: "reccomendations", limit: 1 })[0]?.key).toBe("a");
  });

  it("finds a word by one that people use for it", () => {
    const index = toolIndex();
    index.put("a", described("airline_schedule", "Departures of an airline."));
    index.put("b", described("recipes", "Dishes by ingredient."));
    expect(index.search({ text: "flights tonight", limit: 1 })[0]?.key).toBe("a");
  });

  it("gives every part of a long request one of the first places", () => {
    const index = toolIndex();
    const weather = described("weather_report", "Forecast of rain, wind and snow for a city.");
    for (let i = 0; i < 8; i++) index.put(`weather${i}`, weather);
    index.put("poem", described("compose_poem", "Composes a rhyming poem about a subject."));
    const text =
      "Report the weather of the city of Oslo with rain, wind, snow and sunshine over the coming weekend. " +
      "Afterwards, compose a rhyming poem about mountain railways for my grandmother.";
    const found = index.search({ text, limit: 3 }).map(({ key }) => key);
    expect(found).toContain("poem");
  });

  it("does not depend on the order in which tools came, nor on tools that came and went", () => {
    const documents = ["pack bins", "sort numbers", "pack boxes", "date format", "bin search"];
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
        fc.array(fc.nat(4), { maxLength: 200 }),
        (order, churn) => {
          const plain = toolIndex();
          for (const [i, text] of documents.entries()) plain.put(`${i}`, described(text, text));
          const other = toolIndex();
          for (const i of order) other.put(`${i}`, described("old", "other words"));
          for (const i of churn) other.remove(`${i}`);
          for (const i of order)
            other.put(`${i}`, described(documents[i] ?? "", documents[i] ?? ""));
          const query = { text: "pack into bins", limit: 5 };
          const left = plain.search(query);
          const right = other.search(query).filter(({ score }) => score > 1e-12);
          expect(right.map(({ key }) => key)).toEqual(left.map(({ key }) => key));
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it("keeps scores in [0, 1], falling, at most `limit`, for any request", () => {
    const index = toolIndex();
    for (let i = 0; i < 20; i++)
      index.put(`${i}`, described(`tool_${i}`, "packs sorts and formats dates"));
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.array(fc.lorem(), { maxLength: 3 }),
        (text, hypotheses) => {
          const scores = index
            .search({ text: `${text} pack`, hypotheses, limit: 7 })
            .map(({ score }) => score);
          expect(scores.length).toBeLessThanOrEqual(7);
          expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
          expect(scores).toEqual([...scores].sort((a, z) => z - a));
        },
      ),
    );
  });
});

describe("abstention in small stores", () => {
  const packing = sampleTool({
    name: "pack_items_online",
    description:
      "Packs items that arrive one by one into bins of equal capacity, choosing a bin for each item so that few bins are used.",
    signature: "function pack_items_online(items: number[], capacity: number): number[]",
    parameters: {
      type: "object",
      properties: {
        items: {
          type: "array",
          items: { type: "number" },
          description: "Sizes, in order of arrival.",
        },
        capacity: { type: "number", description: "What one bin holds." },
      },
    },
    source: "function pack_items_online(items, capacity) { return items.map(() => capacity); }",
  });
  const others = [
    sampleTool({ name: "roman_numeral", description: "Writes a whole number in Roman numerals." }),
    sampleTool({ name: "is_palindrome", description: "Whether a word reads the same backwards." }),
    sampleTool({ name: "body_mass_index", description: "Body mass index from weight and height." }),
    sampleTool({ name: "slugify", description: "Turns a title into a slug for web addresses." }),
  ];

  describe.each([1, 3, 5])("of %i tools", (size) => {
    const best = async (text: string) => {
      const store = memoryToolStore();
      for (const tool of [packing, ...others].slice(0, size)) await store.put(tool);
      return (await store.search({ text, limit: 1 }))[0];
    };

    it.each([
      "convert a date to ISO format",
      "What is the capital of France?",
      "sum a list of numbers",
      "find the shortest path in a graph",
      "convert miles to kilometers",
      "translate a sentence into German",
      "compute the n-th Fibonacci number",
    ])("answers none to: %s", async (text) => {
      expect((await best(text))?.score ?? 0).toBeLessThan(noneBelow);
    });

    it.each([
      "pack items that arrive one by one into as few bins as possible",
      "online bin packing",
      "Pack a stream of items into bins of capacity 150, wasting as little as possible",
      "assign each arriving item to a bin",
    ])("finds the packing tool for: %s", async (text) => {
      const match = await best(text);
      expect(match?.tool.name).toBe("pack_items_online");
      expect(match?.score).toBeGreaterThanOrEqual(noneBelow);
    });
  });
});
