/**
 * Reservations of a budget, first come, first served. At any time the sum of spent and reserved
 * amounts is within the limit, also when several callers reserve at the same time.
 */
import { BudgetExceededError } from "./errors.ts";
import { type Amounts, SPENDING_UNITS, type SpendingUnit } from "./spending.ts";

/** The state of a budget. The owner of the queue updates it. */
export interface BudgetState {
  readonly limit: Amounts;
  spent(): Amounts;
  /** Reserved and not yet spent. */
  reserved(): Amounts;
}

export interface BudgetQueue {
  /**
   * Waits while the release of other reservations could make enough room.
   *
   * @param commit Enters the reservation in the state; called synchronously on admission.
   * @throws BudgetExceededError if the request does not fit even without other reservations; the
   * signal's reason.
   */
  admit<T>(request: Amounts, commit: () => T, signal: AbortSignal): Promise<T>;
  /** The owner calls this after it settled or released a reservation. */
  serve(): void;
}

/** Rounding of sums of decimals must not refuse the last reservation that fits exactly. */
const ROUNDING = 1e-9;

/** @param text How its error messages name the budget, and what they advise. */
export function budgetQueue(
  { limit, spent, reserved }: BudgetState,
  text: { readonly budget: string; readonly advice: string },
): BudgetQueue {
  /** Each entry resolves or rejects its request if it can; it returns whether it did. */
  const waiting: (() => boolean)[] = [];

  /** The first unit in which `request` on top of `base` would exceed the limit. */
  const exceededUnit = (request: Amounts, ...base: readonly Amounts[]): SpendingUnit | undefined =>
    SPENDING_UNITS.find((unit) => {
      const max = limit[unit] ?? Number.POSITIVE_INFINITY;
      const requested = request[unit] ?? 0;
      const sum = base.reduce((total, part) => total + (part[unit] ?? 0), requested);
      return requested > 0 && sum > max + ROUNDING * Math.max(1, max);
    });
  const exceeded = (unit: SpendingUnit, request: Amounts): BudgetExceededError => {
    const max = limit[unit] ?? 0;
    const used = spent()[unit] ?? 0;
    const asked = request[unit] ?? 0;
    // The text goes into traces, so it does not say what is left: that depends on timing.
    return new BudgetExceededError(
      `${text.budget} of ${max} ${unit} has no room for ${asked} more. ${text.advice}`,
      { facts: { unit, limit: max, spent: used, asked } },
    );
  };
  const serve = (): void => {
    // Strictly in order: a small request behind a large one waits.
    while (waiting[0]?.() === true) waiting.shift();
  };

  return {
    serve,
    admit: (request, commit, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(decide), 1);
          reject(signal.reason);
          serve();
        };
        const decide = (): boolean => {
          const unit = exceededUnit(request, spent());
          if (unit === undefined && exceededUnit(request, spent(), reserved()) !== undefined) {
            return false;
          }
          signal.removeEventListener("abort", onAbort);
          if (unit === undefined) resolve(commit());
          else reject(exceeded(unit, request));
          return true;
        };
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.push(decide);
        serve();
      }),
  };
}
