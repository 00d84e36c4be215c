/**
 * Who may put aside how much of a budget, first come, first served: at any time, what is spent and
 * what is put aside stay together within the limit, whoever asks side by side.
 */
import { BudgetExceededError } from "./errors.ts";
import { type Amounts, SPENDING_UNITS, type SpendingUnit } from "./spending.ts";

/** The books, kept by whoever owns the queue. */
export interface BudgetBooks {
  readonly limit: Amounts;
  spent(): Amounts;
  /** What is put aside and not yet spent. */
  reserved(): Amounts;
}

export interface BudgetQueue {
  /**
   * Waits while what others have put aside could still free enough.
   *
   * @param take Enters the reservation; runs in the moment in which the ask is admitted.
   * @throws BudgetExceededError if not even freed reservations would make room; the signal's reason.
   */
  admit<T>(ask: Amounts, take: () => T, signal: AbortSignal): Promise<T>;
  /** To be called when something was settled or freed. */
  serve(): void;
}

/** Rounding of sums of decimals must not refuse the last reservation that fits exactly. */
const CRUMB = 1e-9;

/** @param words How its refusals name the budget, and what they advise. */
export function budgetQueue(
  { limit, spent, reserved }: BudgetBooks,
  words: { readonly budget: string; readonly advice: string },
): BudgetQueue {
  /** Each decides about itself, and says whether it did. */
  const waiting: (() => boolean)[] = [];

  /** The unit in which `ask` on top of `base` would pass the limit. */
  const passes = (ask: Amounts, ...base: readonly Amounts[]): SpendingUnit | undefined =>
    SPENDING_UNITS.find((unit) => {
      const most = limit[unit] ?? Number.POSITIVE_INFINITY;
      const own = ask[unit] ?? 0;
      const sum = base.reduce((total, part) => total + (part[unit] ?? 0), own);
      return own > 0 && sum > most + CRUMB * Math.max(1, most);
    });
  const exceeded = (unit: SpendingUnit, ask: Amounts): BudgetExceededError => {
    const most = limit[unit] ?? 0;
    const gone = spent()[unit] ?? 0;
    const asked = ask[unit] ?? 0;
    // The words go into traces, so they do not say what is left: that depends on who came back first.
    return new BudgetExceededError(
      `${words.budget} of ${most} ${unit} has no room for ${asked} more. ${words.advice}`,
      { facts: { unit, limit: most, spent: gone, asked } },
    );
  };
  const serve = (): void => {
    // The head decides: a small ask behind a large one waits for its turn.
    while (waiting[0]?.() === true) waiting.shift();
  };

  return {
    serve,
    admit: (ask, take, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const leave = (): void => {
          waiting.splice(waiting.indexOf(decide), 1);
          reject(signal.reason);
          serve();
        };
        const decide = (): boolean => {
          const over = passes(ask, spent());
          if (over === undefined && passes(ask, spent(), reserved()) !== undefined) return false;
          signal.removeEventListener("abort", leave);
          if (over === undefined) resolve(take());
          else reject(exceeded(over, ask));
          return true;
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(decide);
        serve();
      }),
  };
}
