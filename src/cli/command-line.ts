/** One command line, from its words to its exit status; what went wrong becomes a message. */
import { CommanderError } from "commander";
import { InputError } from "../core/errors.ts";
import { EXIT, exitStatus, reportError } from "./output.ts";
import { createProgram } from "./program.ts";

/**
 * Runs it. The status is left in `process.exitCode`, which a command may have set by itself.
 *
 * @param args What stands behind the program's name.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  // The flag loads the command that it is about, which the word alone would not.
  const words = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  try {
    await createProgram().parseAsync([...words], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed what was wrong, or the help that was asked for.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      if (json && error.exitCode !== 0) reportError(new InputError("USAGE", error.message), true);
    } else {
      reportError(error, json);
      process.exitCode = exitStatus(error);
    }
  }
}
