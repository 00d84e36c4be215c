/**
 * A user's regular expression over many texts. One with nested repetition may need longer than anybody
 * lives: V8 can be told to stop it, so the patterns stay those of JavaScript, look-behind and back
 * references among them, which an engine of linear time does not have.
 */
import { createContext, Script } from "node:vm";
import { CanceledError, InputError } from "../core/errors.ts";

/** For one batch of texts. Plain patterns take milliseconds. */
const LONGEST_MS = 2_000;

const SCRIPT = new Script("texts.map((text) => expression.test(text))");

/**
 * @returns Gives the items whose text matches.
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
        `The pattern ${expression} took more than ${LONGEST_MS / 1_000} s over ${items.length} texts. Write it without a repetition inside of another, as (a+)+ has it.`,
        { cause: error },
      );
    }
  };
}
