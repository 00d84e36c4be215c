/**
 * The budget ledger: what may be spent is put aside before it is spent.
 *
 * A settlement above its reservation is entered in full, for the money is gone; it then counts
 * against all that follow.
 */
import { budgetQueue } from "../../core/budget-queue.ts";
import { ConfigError, InvariantError } from "../../core/errors.ts";

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

/** What calls are paid from: a ledger, or whatever reserves before it is spent. */
export interface ModelBudget {
  readonly limit: SpendingLimit;
  reserve(
    ask: Spending,
    signal: AbortSignal,
  ): Promise<{
    /** @param lost The call has no reply. */
    settle(actual: Spending, lost: boolean): void | Promise<void>;
  }>;
}

type Amounts = { tokens: number; usd: number; calls: number };

const UNITS = ["tokens", "usd", "calls"] as const;

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
  const queue = budgetQueue(
    { limit, spent: () => spent, reserved },
    { budget: "The budget", advice: "Raise the budget or ask for less." },
  );

  const reservationOf = (ask: Amounts): Reservation => {
    open.add(ask);
    return {
      settle(actual) {
        const amounts = full(actual);
        if (!open.delete(ask)) {
          throw new InvariantError("A reservation is settled once; this one is closed.");
        }
        for (const unit of UNITS) spent[unit] += amounts[unit];
        queue.serve();
      },
      release() {
        if (open.delete(ask)) queue.serve();
      },
    };
  };

  return {
    limit,
    spent: () => ({ ...spent }),
    reserved,
    reserve(asked, signal) {
      const ask = full(asked);
      return queue.admit(ask, () => reservationOf(ask), signal);
    },
  };
}

function full({ tokens = 0, usd = 0, calls = 0 }: Spending): Amounts {
  for (const amount of [tokens, usd, calls]) {
    if (!(amount >= 0 && amount < Infinity)) {
      throw new InvariantError(`An amount is 0 or more and finite, got ${amount}.`);
    }
  }
  return { tokens, usd, calls };
}

/** @throws ConfigError UNKNOWN_PRICE: a limit in dollars needs a price. */
export function needPrice(limit: SpendingLimit, known: boolean, modelId: string): void {
  if (limit.usd === undefined || known) return;
  throw new ConfigError(
    "UNKNOWN_PRICE",
    `A budget in dollars needs the price of ${modelId}, which is not known. Set model.price, or give a budget in tokens or calls.`,
    { facts: { model: modelId } },
  );
}
