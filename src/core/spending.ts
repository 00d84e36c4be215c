/**
 * What a request may spend and has spent, over everything that is done for it.
 */

export const SPENDING_UNITS = ["evaluations", "tokens", "usd", "seconds", "calls"] as const;
export type SpendingUnit = (typeof SPENDING_UNITS)[number];

/** Absent counts as 0 where it is an amount, and as no limit where it is a limit. */
export type Amounts = Readonly<Partial<Record<SpendingUnit, number>>>;

export interface Reserved {
  /** What was put aside; what is taken up again keeps what an earlier life put aside. */
  readonly amounts: Amounts;
  /** Enters what was really spent and frees the rest. */
  settle(actual: Amounts): Promise<void>;
}

/**
 * Contract, checked by test/journal/spending.test.ts:
 * - At any time, what is spent and what is put aside stay together within the limit.
 * - What is put aside is on disk before it is spent. Of a life that ends between the two nobody knows
 *   what it paid: all that it had put aside counts as spent, and a later attempt puts aside anew.
 */
export interface Spending {
  /**
   * Waits while others may still free enough.
   *
   * @param what Names it in the trace; with the step around it, it is the key.
   * @throws BudgetExceededError if not even freed reservations would make room.
   */
  reserve(
    what: string,
    most: Amounts,
    options?: {
      /**
       * For work that keeps its own record and goes on from it: an attempt takes up what an earlier
       * life put aside, as the bound of both together.
       */
      readonly goesOn?: boolean;
    },
  ): Promise<Reserved>;
  /** What may still be put aside; a unit without a limit is absent. */
  left(): Amounts;
  /** Spent and put aside since a time (ISO 8601, UTC). */
  since(time: string): Required<Amounts>;
}
