/**
 * Matches a user's regular expression with many texts. With nested repetition it may run practically
 * forever, so V8 is told to stop it after a time limit. An engine with linear time would not support
 * all JavaScript patterns, such as look-behind and back references.
 */
import { createContext, Script } from "node:vm";
import { CanceledError, InputError } from "../core/errors.ts";

/** Time limit for one batch of texts. Ordinary patterns take milliseconds. */
const LONGEST_MS = 2_000;

const SCRIPT = new Script("texts.map((text) => expression.test(text))");

/**
 * @returns A function that returns the items whose text matches.
 * @throws (the function) InputError SLOW_PATTERN, CanceledError at Ctrl-C
 */
export function matcher(
  expression: RegExp,
): <Item>(items: readonly Item[], textOf: (item: Item) => string) => readonly Item[] {
  return (items, textOf) => {
    const context = createContext({ expression, texts: items.map(textOf) });
    try {
      const found = SCRIPT.runInContext(context, {
        timeout: LONGEST_MS,
        breakOnSigint: true,
      }) as readonly boolean[];
      return items.filter((_, index) => found[index]);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
        throw new CanceledError("The search was stopped.", { cause: error });
      }
      if (code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      throw new InputError(
        "SLOW_PATTERN",
        `The pattern ${expression} took more than ${LONGEST_MS / 1_000} s over ${items.length} texts. Write it without nested repetition such as (a+)+.`,
        { cause: error },
      );
    }
  };
}
