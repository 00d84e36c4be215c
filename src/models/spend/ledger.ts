/**
 * The budget ledger: what may be spent is put aside before it is spent.
 *
 * Concurrent callers can not overshoot together what each of them could keep to alone: at any time,
 * spent + reserved stays within the limit. A settlement above its reservation is entered in full,
 * for the money is gone; it then counts against all that follow.
 */
import { BudgetExceededError, ConfigError, InvariantError } from "../../core/errors.ts";

/** An amount. Absent counts as 0. */
export interface Spending {
  readonly tokens?: number;
  readonly usd?: number;
  readonly calls?: number;
}

/** What may be spent in all. Absent: no limit. */
export type SpendingLimit = Spending;

export interface Reservation {
  /** Enters what was really spent and frees the rest. Once. @throws InvariantError the second time. */
  settle(actual: Spending): void;
  /** Nothing was spent. After `settle` or a first `release` it does nothing. */
  release(): void;
}

export interface BudgetLedger {
  readonly limit: SpendingLimit;
  /**
   * Puts `ask` aside, waiting while reservations of others could still free enough for it; first
   * come, first served.
   *
   * @throws BudgetExceededError if not even freed reservations would make room; the signal's reason.
   */
  reserve(ask: Spending, signal: AbortSignal): Promise<Reservation>;
  spent(): Required<Spending>;
  reserved(): Required<Spending>;
}

type Amounts = { tokens: number; usd: number; calls: number };

const UNITS = ["tokens", "usd", "calls"] as const;

/** Rounding of sums of decimals must not refuse the last reservation that fits exactly. */
const CRUMB = 1e-9;

/** @param already What earlier parts of the same work have spent, e.g. before a restart. */
export function budgetLedger(limit: SpendingLimit, already: Spending = {}): BudgetLedger {
  const spent = full(already);
  /** Summed anew each time: adding and taking away decimals would leave crumbs. */
  const open = new Set<Amounts>();
  const reserved = (): Amounts => {
    const sum = full({});
    for (const ask of open) for (const unit of UNITS) sum[unit] += ask[unit];
    return sum;
  };
  /** Each decides about itself, and says whether it did. */
  const waiting: (() => boolean)[] = [];

  /** The unit in which `ask` on top of `base` would pass the limit. */
  const passes = (ask: Amounts, base: readonly Amounts[]): (typeof UNITS)[number] | undefined =>
    UNITS.find((unit) => {
      const most = limit[unit];
      const sum = base.reduce((total, part) => total + part[unit], ask[unit]);
      return most !== undefined && ask[unit] > 0 && sum > most + CRUMB * Math.max(1, most);
    });

  const serve = (): void => {
    // The head decides: a small ask behind a large one waits for its turn.
    while (waiting[0]?.() === true) waiting.shift();
  };

  const reservationOf = (ask: Amounts): Reservation => {
    open.add(ask);
    return {
      settle(actual) {
        const amounts = full(actual);
        if (!open.delete(ask)) {
          throw new InvariantError("A reservation is settled once; this one is closed.");
        }
        for (const unit of UNITS) spent[unit] += amounts[unit];
        serve();
      },
      release() {
        if (open.delete(ask)) serve();
      },
    };
  };

  return {
    limit,
    spent: () => ({ ...spent }),
    reserved,
    reserve(asked, signal) {
      const ask = full(asked);
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const leave = (): void => {
          waiting.splice(waiting.indexOf(decide), 1);
          reject(signal.reason);
          serve();
        };
        const decide = (): boolean => {
          const over = passes(ask, [spent]);
          if (over === undefined && passes(ask, [spent, reserved()]) !== undefined) return false;
          signal.removeEventListener("abort", leave);
          if (over === undefined) resolve(reservationOf(ask));
          else reject(exceeded(over, limit, spent, ask));
          return true;
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(decide);
        serve();
      });
    },
  };
}

function exceeded(
  unit: (typeof UNITS)[number],
  limit: SpendingLimit,
  spent: Amounts,
  ask: Amounts,
): BudgetExceededError {
  const most = limit[unit] ?? 0;
  return new BudgetExceededError(
    `The budget of ${most} ${unit} has ${Math.max(0, most - spent[unit])} left, and ${ask[unit]} are needed. Raise the budget or ask for less.`,
    { facts: { unit, limit: most, spent: spent[unit], asked: ask[unit] } },
  );
}

function full({ tokens = 0, usd = 0, calls = 0 }: Spending): Amounts {
  for (const amount of [tokens, usd, calls]) {
    if (!(amount >= 0 && amount < Infinity)) {
      throw new InvariantError(`An amount is 0 or more and finite, got ${amount}.`);
    }
  }
  return { tokens, usd, calls };
}

/** @throws ConfigError UNKNOWN_PRICE: a limit in dollars can not be kept without a price. */
export function needPrice(limit: SpendingLimit, known: boolean, modelId: string): void {
  if (limit.usd === undefined || known) return;
  throw new ConfigError(
    "UNKNOWN_PRICE",
    `A budget in dollars needs the price of ${modelId}, which is not known. Give its price, or a budget in tokens or calls.`,
    { facts: { model: modelId } },
  );
}
