/**
 * A command line as a tool: what runs it, how its arguments arrive, and how its result is read.
 *
 * Arguments, by the names of the parameters: as JSON of one object on standard input, as variables of
 * the environment (text as it is, anything else as JSON), and for `python` and `local_nodejs` as
 * variables of the program. An argument that is left out is absent everywhere.
 * Result: the last line of standard output that is not empty; as JSON where it parses as such, else
 * as text. `output` declares one of the two. An exit status other than 0 is a failure.
 */
import { z } from "zod";

/** `python`, `docker`: in a container. `local_nodejs`, `local_bash`: in a confined process here. */
export const EXECUTORS = ["python", "docker", "local_nodejs", "local_bash"] as const;

export const Command = z.object({
  executor: z.enum(EXECUTORS),
  /** An image that the container engine has. */
  image: z.string().min(1).exactOptional(),
  command: z.string().min(1),
  /** Of `python` and `local_nodejs`: the program in the command, and the words after it. */
  program: z.strictObject({ code: z.string(), words: z.array(z.string()) }).exactOptional(),
  /** Python packages that have to be there; nothing is installed. */
  requirements: z.array(z.string()),
  /** Variables with the names of those of the engine's environment that hold their values. */
  env: z.record(z.string(), z.string()),
  output: z.enum(["auto", "json", "text"]),
  /** Names of the parameters in their order. */
  parameters: z.array(z.string()),
});
export type Command = z.output<typeof Command>;

/** The command of a stored tool's source; undefined if it is no such source. */
export function commandIn(source: string): Command | undefined {
  try {
    return Command.parse(JSON.parse(source));
  } catch {
    return undefined;
  }
}
