/**
 * The budget of one request, in its journal: an amount is reserved on disk before it is spent, so that
 * neither parallel steps nor a crash in between can exceed the budget.
 */
import { budgetQueue } from "../core/budget-queue.ts";
import {
  type Amounts,
  SPENDING_UNITS,
  type Spending,
  type SpendingUnit,
  sumOfAmounts,
} from "../core/spending.ts";
import type { Attempt } from "./attempt.ts";
import type { Spent } from "./journal.ts";

export function journaledSpending(
  attempt: Pick<Attempt, "journal" | "write" | "scopes" | "controller" | "clock">,
  limit: Amounts,
): Spending {
  const { journal, write, controller } = attempt;
  /** Keys that this attempt has reserved or reused: the unspent part may still be released. */
  const own = new Set<string>();
  const entries = (open?: boolean): readonly Spent[] =>
    [...journal.spent]
      .filter(([key, { settled }]) => open === undefined || open === (!settled && own.has(key)))
      .map(([, entry]) => entry);
  const queue = budgetQueue(
    { limit, spent: () => sumOf(entries(false)), reserved: () => sumOf(entries(true)) },
    {
      budget: "The request's budget",
      advice: "Submit it again with a larger budget, or ask for less.",
    },
  );

  /** Reserves in memory immediately; nothing is spent before the record is on disk. */
  const take = (key: string, most: Amounts): void => {
    const time = new Date(attempt.clock.now()).toISOString();
    journal.spent.set(key, { time, amounts: { ...most }, settled: false });
    own.add(key);
  };

  return {
    async reserve(what, most, { resumable = false } = {}) {
      const key = freeKey(attempt.scopes.key(what, "budget"), journal.spent, resumable);
      if (journal.spent.has(key)) own.add(key);
      else {
        await queue.admit(most, () => take(key, most), controller.signal);
        await write([
          { type: "budget-reserved", data: { key }, volatile: { amounts: { ...most } } },
        ]);
      }
      return {
        amounts: journal.spent.get(key)?.amounts ?? most,
        async settle(actual) {
          await write([
            { type: "budget-settled", data: { key }, volatile: { amounts: { ...actual } } },
          ]);
          queue.serve();
        },
      };
    },
    left() {
      const left: Partial<Record<SpendingUnit, number>> = {};
      const gone = sumOf(entries());
      for (const unit of SPENDING_UNITS) {
        const bound = limit[unit];
        if (bound !== undefined) left[unit] = Math.max(0, bound - gone[unit]);
      }
      return left;
    },
    since(time) {
      const from = Date.parse(time);
      return sumOf(entries().filter((spent) => !(Date.parse(spent.time) < from)));
    },
  };
}

/** A new key, different from those of earlier attempts; with `resumable`, the key that one left open. */
function freeKey(key: string, spent: ReadonlyMap<string, Spent>, resumable: boolean): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? key : `${key}/${count}`;
    const known = spent.get(name);
    if (known === undefined || (resumable && !known.settled)) return name;
  }
}

function sumOf(list: readonly Spent[]): Required<Amounts> {
  return sumOfAmounts(list.map(({ amounts }) => amounts));
}
