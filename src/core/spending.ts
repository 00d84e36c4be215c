/**
 * What a request may spend and has spent, over all work that is done for it.
 */

export const SPENDING_UNITS = ["evaluations", "tokens", "usd", "seconds", "calls"] as const;
export type SpendingUnit = (typeof SPENDING_UNITS)[number];

/** An absent unit means 0 in an amount, and no limit in a limit. */
export type Amounts = Readonly<Partial<Record<SpendingUnit, number>>>;

export function sumOfAmounts(list: Iterable<Amounts>): Required<Amounts> {
  const sum = { evaluations: 0, tokens: 0, usd: 0, seconds: 0, calls: 0 };
  for (const amounts of list) {
    for (const unit of SPENDING_UNITS) sum[unit] += amounts[unit] ?? 0;
  }
  return sum;
}

export interface Reserved {
  /** The reserved amounts; a reservation of an earlier process keeps its own amounts. */
  readonly amounts: Amounts;
  /** Enters the actual spending and releases the rest. */
  settle(actual: Amounts): Promise<void>;
}

/**
 * Contract, checked by test/journal/spending.test.ts:
 * - At any time the sum of spent and reserved amounts is within the limit.
 * - A reservation is on disk before it is spent. If the process dies in between, the actual spending is
 *   unknown: the whole reservation counts as spent, and a later attempt reserves again.
 */
export interface Spending {
  /**
   * Waits while the release of other reservations could make enough room.
   *
   * @param what Its name in the trace. The key is this name together with the enclosing step.
   * @throws BudgetExceededError if `most` does not fit even without other reservations.
   */
  reserve(
    what: string,
    most: Amounts,
    options?: {
      /**
       * For work that can resume from its own records: a later attempt takes over the reservation of an
       * earlier one, as the limit of both together.
       */
      readonly resumable?: boolean;
    },
  ): Promise<Reserved>;
  /** The amounts that can still be reserved; a unit without a limit is absent. */
  left(): Amounts;
  /** Spent and reserved since a time (ISO 8601, UTC). */
  since(time: string): Required<Amounts>;
}

/** Key of what an earlier run has spent, in the record of the one that resumes it. */
export const EARLIER = "earlier";
