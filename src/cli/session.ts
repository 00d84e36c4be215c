/**
 * What every command shares: the common flags, the chosen home, which is always closed, and a signal
 * that Ctrl-C, SIGTERM and SIGHUP abort.
 */
import { type Command, InvalidArgumentError } from "commander";
import type { Config } from "../core/config.ts";
import { CanceledError } from "../core/errors.ts";
import type { Engine, Home } from "../engine/engine.ts";
import { loadConfig } from "../engine/load-config.ts";
import { createOutput, type Output, type StopSignal, stopStatus } from "./output.ts";

const STOP_SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

export interface CommonFlags {
  readonly home?: string;
  readonly json?: boolean;
  readonly seed?: number;
  readonly workers?: number;
  readonly sandbox?: string;
  readonly sandboxes?: string;
}

export interface Session<E extends Home = Engine> {
  readonly engine: E;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Whether a person reads what is printed, and can be asked at once. */
  readonly interactive: boolean;
}

export function withCommonFlags(command: Command): Command {
  return command
    .optionsGroup("Common options:")
    .option("--home <folder>", "where state lives (default: .toolwright, or TOOLWRIGHT_HOME)")
    .option("--seed <number>", "seed of all random choices (default: 1)", integer)
    .option("--workers <number>", "concurrent programs (default: one per core)", integer)
    .option(
      "--sandbox <driver>",
      "auto, isolate, container or the path of a module (default: auto)",
    )
    .option("--sandboxes <list>", "drivers of languages, as in python=container,shell=process")
    .option("--json", "print only one JSON document on stdout")
    .optionsGroup("Options:");
}

/** A flag's number. The schema checks if it is an integer and in range. */
export function integer(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

/** A flag's integer of at least 0. */
export function count(text: string): number {
  const value = integer(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("Expected an integer of at least 0.");
}

/** For a flag that may be repeated. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

export async function withSession<T>(
  flags: CommonFlags,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { openEngine } = await import("../engine/open-engine.ts");
  return opened(flags, openEngine, work);
}

/** For commands that need no more than the stores of a home: they start sooner. */
export async function withHome<T>(
  flags: CommonFlags,
  work: (session: Session<Home>) => Promise<T>,
): Promise<T> {
  const { openHome } = await import("../engine/open-home.ts");
  return opened(flags, (config) => openHome(config).home, work);
}

async function opened<E extends Home, T>(
  flags: CommonFlags,
  open: (config: Config) => E,
  work: (session: Session<E>) => Promise<T>,
): Promise<T> {
  const { home, seed, workers, sandbox, sandboxes } = flags;
  const config = loadConfig({
    flags: { home, seed, workers, sandbox, sandboxes },
    environment: process.env,
  });
  const output = createOutput(flags.json === true);
  const engine = open(config);
  for (const remark of engine.remarks) output.note(remark);
  const controller = new AbortController();
  let stoppedBy: StopSignal | undefined;
  const interrupt = (name: StopSignal): void => {
    if (stoppedBy !== undefined) process.exit(stopStatus(name)); // Asked twice: now.
    stoppedBy = name;
    output.note("\nStopping. Finished work is stored. Press Ctrl-C again to stop at once.");
    controller.abort(new CanceledError("Stopped by a signal.", { facts: { signal: name } }));
  };
  for (const name of STOP_SIGNALS) process.on(name, interrupt);
  try {
    const interactive =
      !output.json && process.stdin.isTTY === true && process.stderr.isTTY === true;
    return await work({ engine, output, signal: controller.signal, interactive });
  } finally {
    for (const name of STOP_SIGNALS) process.off(name, interrupt);
    await engine.close();
  }
}
