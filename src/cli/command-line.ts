/** Runs one command line, from its arguments to its exit status; errors become messages. */
import { CommanderError } from "commander";
import { InputError } from "../core/errors.ts";
import { EXIT, exitStatus, reportError } from "./output.ts";
import { createProgram } from "./program.ts";

/**
 * Runs the command. The status is set in `process.exitCode`, unless the command has set it.
 *
 * @param args The arguments after the program's name.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  // `--help` loads the command that it describes; the word `help` would not.
  const words = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  try {
    await createProgram().parseAsync([...words], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed the error, or the requested help.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      if (json && error.exitCode !== 0) reportError(new InputError("USAGE", error.message), true);
    } else {
      reportError(error, json);
      process.exitCode = exitStatus(error);
    }
  }
}
