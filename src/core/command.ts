/**
 * A command line as a tool: its executor, how it receives arguments, and how its result is read.
 *
 * Arguments, by parameter name: as one JSON object on standard input, as environment variables (text
 * as it is, anything else as JSON), and for `python` and `local_nodejs` as variables of the program.
 * An omitted argument is absent everywhere.
 * Result: the last line of standard output that is not empty. It is JSON if it parses as JSON, else
 * text; `output` can fix one of the two. An exit status other than 0 is a failure.
 */
import { z } from "zod";

/** `python`, `docker`: in a container. `local_nodejs`, `local_bash`: in a confined local process. */
export const EXECUTORS = ["python", "docker", "local_nodejs", "local_bash"] as const;

export const Command = z.object({
  executor: z.enum(EXECUTORS),
  /** An image that the container engine has. */
  image: z.string().min(1).exactOptional(),
  command: z.string().min(1),
  /** For `python` and `local_nodejs`: the program in the command, and the words after it. */
  program: z.strictObject({ code: z.string(), words: z.array(z.string()) }).exactOptional(),
  /** Python packages that the image must have; nothing is installed. */
  requirements: z.array(z.string()),
  /** Variable name -> name of the engine's environment variable that holds its value. */
  env: z.record(z.string(), z.string()),
  output: z.enum(["auto", "json", "text"]),
  /** Parameter names in order. */
  parameters: z.array(z.string()),
});
export type Command = z.output<typeof Command>;

/** The command in a stored tool's source; undefined if the source is not a command. */
export function commandIn(source: string): Command | undefined {
  try {
    return Command.parse(JSON.parse(source));
  } catch {
    return undefined;
  }
}
