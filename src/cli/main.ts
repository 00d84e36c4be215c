/** The command line's entry: parses, runs, and turns what went wrong into a message and a status. */
import { CommanderError } from "commander";
import { InputError } from "../core/errors.ts";
import { EXIT, exitStatus, reportError } from "./output.ts";
import { createProgram } from "./program.ts";

const json = process.argv.includes("--json");

// A reader that goes away (`| head`) is no fault of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
});

try {
  await createProgram().parseAsync(process.argv);
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
