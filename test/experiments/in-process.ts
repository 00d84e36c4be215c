/**
 * Runs trusted test programs beside a harness in this process, as a sandbox would, without a wall.
 *
 * Holds the harness's contract (numbers and Float64Array in, copied; numbers or arrays out; badOutput
 * ends the run) and nothing else: the candidates here are the tests' own.
 */
import type { Execution, Harness, Json } from "../../src/index.ts";

class BadOutput extends Error {}

type Callable = (...args: readonly unknown[]) => unknown;

export interface Runner {
  run(input: readonly Json[]): Execution;
  /** How often the candidate was called. */
  calls(): number;
}

export function load(source: string, entry: string): Callable {
  return new Function(`${source}\nreturn ${entry};`)() as Callable;
}

/** One program, any number of inputs: they share the harness's state, as in one sandbox run. */
export function runner(harness: Harness, source: string, entry: string): Runner {
  const badOutput = (reason: string): never => {
    throw new BadOutput(reason);
  };
  const body = new Function("badOutput", `${harness.source}\nreturn harness;`);
  const harnessed = body(badOutput) as Callable;
  const program = load(source, entry);
  let calls = 0;
  const candidate = (...values: readonly unknown[]): unknown => {
    calls++;
    return program(
      ...values.map((value) => (value instanceof Float64Array ? value.slice() : value)),
    );
  };
  return {
    run: (input) => {
      try {
        const output = harnessed(candidate, ...input) as Json;
        return { status: "returned", output: JSON.parse(JSON.stringify(output)), wallMs: 0 };
      } catch (error) {
        if (error instanceof BadOutput) return { status: "bad-output", reason: error.message };
        return { status: "threw", message: String(error), wallMs: 0 };
      }
    },
    calls: () => calls,
  };
}
