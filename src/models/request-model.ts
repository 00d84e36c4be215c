/** A configured model for the calls of one request: within its budget, with its text piece by piece if asked for. */
import type { LanguageModel } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Amounts, Spending } from "../core/spending.ts";
import { type DriverSettings, driverOf } from "./configured.ts";
import { budgetedModel } from "./spend/budgeted.ts";
import type { ModelBudget } from "./spend/ledger.ts";
import { spokenText } from "./spoken-text.ts";

export type RequestModelSettings = DriverSettings & {
  /** Of the request and everything below it. */
  readonly spending: Spending;
  readonly limit: Amounts;
  /** Names reservations in the trace. */
  readonly name: string;
  /** What is meant for a person, as it comes in. */
  readonly onText?: (text: string) => void;
};

/** @throws ConfigError UNKNOWN_PRICE for a budget in dollars without a known price. */
export function requestModel(settings: RequestModelSettings): LanguageModel {
  const { spending, limit, name, onText, ...rest } = settings;
  const { driver, bounds } = driverOf(rest);
  const said: LanguageModel =
    onText === undefined
      ? driver
      : {
          ...driver,
          complete(request, signal) {
            const spoken = spokenText(onText);
            return driver.stream(
              request,
              (delta) => {
                if (delta.kind === "text") spoken(delta.text);
              },
              signal,
            );
          },
        };
  return budgetedModel(said, budgetOf(spending, limit, name), bounds);
}

/** The request's budget in the shape that models reserve from. */
function budgetOf(spending: Spending, { tokens, usd, calls }: Amounts, name: string): ModelBudget {
  return {
    limit: {
      ...present({ tokens, usd, calls }),
    },
    reserve: (ask) => spending.reserve(name, { ...ask }),
  };
}
