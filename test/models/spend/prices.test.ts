/** Prices are data with a date; an unknown one stays unknown. */
import { describe, expect, test } from "vitest";
import { costUsd, listPrice, PRICES } from "../../../src/models/spend/prices.ts";

describe("prices", () => {
  test("every table carries the date of its prices", () => {
    for (const { date, models } of PRICES) {
      expect(Date.parse(date)).not.toBeNaN();
      expect(
        Object.values(models).every(
          ({ inputPerMillion, outputPerMillion }) => outputPerMillion >= inputPerMillion,
        ),
      ).toBe(true);
    }
  });

  test("a price belongs to a host: the same name elsewhere has none", () => {
    // As OpenAI's page of prices says, per million tokens.
    expect(listPrice("https://api.openai.com/v1", "gpt-4.1")).toMatchObject({
      inputPerMillion: 2,
      outputPerMillion: 8,
    });
    expect(listPrice("http://127.0.0.1:8000/v1", "gpt-4.1")).toBeUndefined();
    expect(listPrice("https://api.openai.com/v1", "toString")).toBeUndefined();
  });

  test("a dated snapshot costs what its name costs", () => {
    const price = listPrice("https://api.openai.com/v1", "gpt-4.1-2025-04-14");
    expect(price).toMatchObject({ inputPerMillion: 2, outputPerMillion: 8 });
  });

  test("cost is undefined without usage or price, and exact with both", () => {
    const price = { inputPerMillion: 2, outputPerMillion: 8, cachedInputPerMillion: 0.5 };
    const usage = { inputTokens: 1_000_000, outputTokens: 500_000 };
    expect(costUsd(undefined, price)).toBeUndefined();
    expect(costUsd(usage, undefined)).toBeUndefined();
    expect(costUsd(usage, price)).toBe(6);
    // 0.75 M fresh at 2, 0.25 M cached at 0.5, 0.5 M out at 8.
    expect(costUsd(usage, price, 250_000)).toBe(1.5 + 0.125 + 4);
  });
});
