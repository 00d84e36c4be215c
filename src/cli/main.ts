/** The entry point of the command line. */
import { runCommandLine } from "./command-line.ts";
import { EXIT } from "./output.ts";

// A reader that closes the pipe (`| head`) is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  process.stderr.write(`STDOUT_UNWRITABLE: Cannot write the result: ${error.message}.\n`);
  process.exit(EXIT.failed);
});

await runCommandLine(process.argv.slice(2));
