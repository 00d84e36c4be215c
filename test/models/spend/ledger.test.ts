/** The ledger's one promise: spent and reserved together never pass the limit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BudgetExceededError, ModelError } from "../../../src/core/errors.ts";
import { scriptedModel } from "../../../src/models/scripted.ts";
import { budgetedModel } from "../../../src/models/spend/budgeted.ts";
import { budgetLedger } from "../../../src/models/spend/ledger.ts";

const never = (): AbortSignal => new AbortController().signal;
const ASK = { messages: [{ role: "user" as const, content: "Hello" }], maxTokens: 100 };

describe("budget ledger", () => {
  test("never overshoots, whatever is asked, settled, released or aborted in whatever order", async () => {
    const job = fc.record({
      tokens: fc.integer({ min: 0, max: 60 }),
      usd: fc.integer({ min: 0, max: 40 }).map((cents) => cents / 100),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      turns: fc.integer({ min: 0, max: 4 }),
      end: fc.constantFrom("settle", "release", "abort"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { minLength: 1, maxLength: 25 }),
        fc.scheduler(),
        async (jobs, scheduler) => {
          const limit = { tokens: 100, usd: 1, calls: 12 };
          const ledger = budgetLedger(limit);
          const within = (): void => {
            const [spent, reserved] = [ledger.spent(), ledger.reserved()];
            for (const unit of ["tokens", "usd", "calls"] as const) {
              expect(spent[unit] + reserved[unit]).toBeLessThanOrEqual(limit[unit] + 1e-6);
            }
          };
          let refused = 0;
          const done = jobs.map(async ({ tokens, usd, share, turns, end }) => {
            const controller = new AbortController();
            if (end === "abort" && turns === 0) queueMicrotask(() => controller.abort("gone"));
            try {
              const reservation = await ledger.reserve(
                { tokens, usd, calls: 1 },
                controller.signal,
              );
              within();
              for (let i = 0; i < turns; i++) await scheduler.schedule(Promise.resolve());
              if (end === "settle") {
                reservation.settle({ tokens: tokens * share, usd: usd * share, calls: 1 });
              } else reservation.release();
            } catch (error) {
              if (error !== "gone" && !(error instanceof BudgetExceededError)) throw error;
              refused++;
            }
            within();
          });
          await scheduler.waitFor(Promise.all(done));
          expect(ledger.reserved()).toEqual({ tokens: 0, usd: 0, calls: 0 });
          expect(refused).toBeLessThanOrEqual(jobs.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("lets the last reservation that fits exactly through, decimals or not", async () => {
    const ledger = budgetLedger({ usd: 0.3 });
    for (let i = 0; i < 3; i++) (await ledger.reserve({ usd: 0.1 }, never())).settle({ usd: 0.1 });
    await expect(ledger.reserve({ usd: 0.01 }, never())).rejects.toBeInstanceOf(
      BudgetExceededError,
    );
  });

  test("waits for reservations of others instead of refusing too early, first come, first served", async () => {
    const ledger = budgetLedger({ tokens: 10 });
    const first = await ledger.reserve({ tokens: 8 }, never());
    const order: string[] = [];
    const second = ledger.reserve({ tokens: 7 }, never()).then((reservation) => {
      order.push("second");
      reservation.settle({ tokens: 2 });
    });
    const third = ledger.reserve({ tokens: 1 }, never()).then((reservation) => {
      order.push("third");
      reservation.release();
    });
    expect(order).toEqual([]);
    first.settle({ tokens: 3 });
    await Promise.all([second, third]);
    expect(order).toEqual(["second", "third"]);
    expect(ledger.spent().tokens).toBe(5);
  });

  test("names the unit, what is left and what was needed", async () => {
    const ledger = budgetLedger({ calls: 2 }, { calls: 2 });
    await expect(ledger.reserve({ calls: 1 }, never())).rejects.toMatchObject({
      code: "BUDGET_EXCEEDED",
      facts: { unit: "calls", limit: 2, spent: 2, asked: 1 },
    });
  });

  test("enters an overrun in full, so that it counts against what follows", async () => {
    const ledger = budgetLedger({ tokens: 10 });
    (await ledger.reserve({ tokens: 5 }, never())).settle({ tokens: 9 });
    expect(ledger.spent().tokens).toBe(9);
    await expect(ledger.reserve({ tokens: 2 }, never())).rejects.toBeInstanceOf(
      BudgetExceededError,
    );
  });
});

describe("budgeted model", () => {
  test("concurrent calls stay within the calls that are allowed", async () => {
    const ledger = budgetLedger({ calls: 5 });
    const inner = scriptedModel(() => ({
      content: "x",
      usage: { inputTokens: 1, outputTokens: 1 },
    }));
    const model = budgetedModel(inner, ledger);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => model.complete(ASK, never())),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(inner.requests).toHaveLength(5);
  });

  test("enters what was used, and all that was reserved where nobody says", async () => {
    const ledger = budgetLedger({ tokens: 10_000 });
    const model = budgetedModel(
      scriptedModel([{ content: "x", usage: { inputTokens: 3, outputTokens: 4 } }, "silent"]),
      ledger,
    );
    await model.complete(ASK, never());
    expect(ledger.spent()).toMatchObject({ tokens: 7, calls: 1 });
    await model.complete(ASK, never());
    expect(ledger.spent().tokens).toBeGreaterThanOrEqual(7 + 100);
  });

  test("charges nothing for what was refused, and what came for what was cut off", async () => {
    const failure = (code: string, facts: { readonly [name: string]: number | boolean } = {}) =>
      new ModelError(code, "failed", { facts });
    const charged = async (error: ModelError): Promise<number> => {
      const ledger = budgetLedger({ tokens: 10_000 });
      const model = budgetedModel(scriptedModel([error]), ledger);
      await expect(model.complete(ASK, never())).rejects.toBe(error);
      const { tokens, calls } = ledger.spent();
      expect(calls).toBe(tokens === 0 ? 0 : 1);
      return tokens;
    };
    expect(await charged(failure("MODEL_AUTH", { received: 0 }))).toBe(0);
    expect(await charged(failure("MODEL_UNAVAILABLE", { served: true, received: 0 }))).toBe(0);
    expect(await charged(failure("MODEL_UNREACHABLE", { received: 0 }))).toBe(0);
    expect(await charged(failure("MODEL_TIMEOUT", { served: false, received: 0 }))).toBe(0);
    // Nothing tells what a silent server has done.
    const most = await charged(failure("MODEL_TIMEOUT", { received: 0 }));
    expect(most).toBeGreaterThan(100);
    for (const code of ["MODEL_UNREACHABLE", "MODEL_UNAVAILABLE", "MODEL_TIMEOUT"]) {
      expect(await charged(failure(code, { received: 40 }))).toBe(most - 100 + 40);
      expect(await charged(failure(code, { received: 4_000 }))).toBe(most);
    }
  });

  test("a budget in dollars without a price is a ConfigError: it could not be kept", () => {
    expect(() => budgetedModel(scriptedModel([]), budgetLedger({ usd: 1 }))).toThrow(
      expect.objectContaining({ code: "UNKNOWN_PRICE" }),
    );
  });
});
