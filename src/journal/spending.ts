/**
 * The budget of one request, in its journal: what may be spent is put aside, on disk, before it is
 * spent, so that neither parallel steps nor a crash between the two can overshoot together.
 */
import { BudgetExceededError } from "../core/errors.ts";
import {
  type Amounts,
  SPENDING_UNITS,
  type Spending,
  type SpendingUnit,
} from "../core/spending.ts";
import type { Spent } from "./journal.ts";
import type { Life } from "./life.ts";

/** Rounding of sums of decimals must not refuse the last reservation that fits exactly. */
const CRUMB = 1e-9;

export function journaledSpending(
  life: Pick<Life, "journal" | "write" | "scopes" | "controller" | "clock">,
  limit: Amounts,
): Spending {
  const { journal, write, controller } = life;
  /** Each decides about itself, and says whether it did. */
  const waiting: (() => boolean)[] = [];
  const entries = (): readonly Spent[] => [...journal.spent.values()];
  const sum = (unit: SpendingUnit, list: readonly Spent[]): number =>
    list.reduce((total, { amounts }) => total + (amounts[unit] ?? 0), 0);
  const passes = (most: Amounts, list: readonly Spent[]): SpendingUnit | undefined =>
    SPENDING_UNITS.find((unit) => {
      const { [unit]: bound } = limit;
      const ask = most[unit] ?? 0;
      return bound !== undefined && ask > 0 && sum(unit, list) + ask > bound * (1 + CRUMB);
    });
  const serve = (): void => {
    while (waiting[0]?.() === true) waiting.shift();
  };

  /** Waits for room and takes it, in the order of asking. */
  function admitted(key: string, most: Amounts): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { signal } = controller;
    const decide = (): boolean => {
      if (signal.aborted) {
        reject(signal.reason);
        return true;
      }
      const over = passes(
        most,
        entries().filter(({ settled }) => settled),
      );
      if (over === undefined && passes(most, entries()) !== undefined) return false;
      if (over !== undefined) reject(exceeded(over, limit, sum(over, entries()), most));
      else {
        // Taken here and now: the record follows, and until it is on disk nothing is spent.
        const time = new Date(life.clock.now()).toISOString();
        journal.spent.set(key, { time, amounts: { ...most }, settled: false });
        resolve();
      }
      return true;
    };
    signal.addEventListener("abort", serve, { once: true });
    waiting.push(decide);
    serve();
    return promise;
  }

  return {
    async reserve(what, most) {
      const key = openKey(life.scopes.key(what, "budget"), journal.spent);
      if (!journal.spent.has(key)) {
        await admitted(key, most);
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
          serve();
        },
      };
    },
    left() {
      const left: Partial<Record<SpendingUnit, number>> = {};
      for (const unit of SPENDING_UNITS) {
        const bound = limit[unit];
        if (bound !== undefined) left[unit] = Math.max(0, bound - sum(unit, entries()));
      }
      return left;
    },
    since(time) {
      const from = Date.parse(time);
      const list = entries().filter((spent) => !(Date.parse(spent.time) < from));
      return {
        evaluations: sum("evaluations", list),
        tokens: sum("tokens", list),
        usd: sum("usd", list),
        seconds: sum("seconds", list),
        calls: sum("calls", list),
      };
    },
  };
}

/**
 * The reservation that a key stands for: one that an earlier life left open is taken up; beside a
 * settled one, which was spent, the step spends anew.
 */
function openKey(key: string, spent: ReadonlyMap<string, Spent>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? key : `${key}/${count}`;
    if (spent.get(name)?.settled !== true) return name;
  }
}

function exceeded(
  unit: SpendingUnit,
  limit: Amounts,
  spent: number,
  most: Amounts,
): BudgetExceededError {
  const bound = limit[unit] ?? 0;
  const ask = most[unit] ?? 0;
  return new BudgetExceededError(
    `The request's budget of ${bound} ${unit} has ${Math.max(0, bound - spent)} left, and ${ask} are needed. Submit it again with a larger budget, or ask for less.`,
    { facts: { unit, limit: bound, spent, asked: ask } },
  );
}
