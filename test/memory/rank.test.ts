import { expect, test } from "vitest";
import { scoreTexts } from "../../src/memory/rank.ts";

test("a text scores by the terms that it shares with a query, whatever their endings", () => {
  const [packing, sorting] = scoreTexts(["pack the boxes"], ["packing a box", "sorted numbers"]);
  expect(packing).toBeGreaterThan(0);
  expect(sorting).toBe(0);
});

test("a term that few texts hold counts more than one that most hold", () => {
  const texts = ["report weather", "report stocks", "report taxes", "weather"];
  const [both, common, , rare] = scoreTexts(["weather report"], texts);
  expect(rare).toBeGreaterThan(common ?? 0);
  expect(both).toBeGreaterThan(rare ?? 0);
});

test("the best of several queries decides", () => {
  const texts = ["weather in Oslo"];
  expect(scoreTexts(["nothing alike", "weather"], texts)).toEqual(scoreTexts(["weather"], texts));
});

test("nothing is asked, nothing is there", () => {
  expect(scoreTexts([], ["text"])).toEqual([0]);
  expect(scoreTexts(["what is the"], ["what is the"])).toEqual([0]);
  expect(scoreTexts(["query"], [])).toEqual([]);
});
