/**
 * What calls without a reply have cost. When a run is resumed, its replies are entered again from their
 * record; these calls have none.
 */
import type { BudgetLedger, ModelBudget, Spending } from "./ledger.ts";

export interface Charge {
  readonly type: "budget-reserved" | "budget-settled";
  readonly key: string;
  readonly amounts: Spending;
}

/**
 * The ledger as a budget that notes such calls. With a limit, each call is noted before it is made: then
 * also a call that a killed process has left counts, with all that was reserved.
 *
 * @param note Durable when it resolves.
 */
export function notingLostCalls(
  ledger: BudgetLedger,
  note: (charge: Charge) => Promise<void>,
): ModelBudget {
  const limited = Object.keys(ledger.limit).length > 0;
  let calls = 0;
  return {
    limit: ledger.limit,
    async reserve(ask, signal) {
      const reservation = await ledger.reserve(ask, signal);
      const key = `call#${++calls}`;
      if (limited) await note({ type: "budget-reserved", key, amounts: ask });
      return {
        async settle(actual, lost) {
          reservation.settle(actual);
          const amounts = lost ? actual : {};
          if (limited || Object.keys(amounts).length > 0) {
            await note({ type: "budget-settled", key, amounts });
          }
        },
      };
    },
  };
}
