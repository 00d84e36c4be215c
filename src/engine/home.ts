/** A home's folder, and its event store with what a user attached to it. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Config } from "../core/config.ts";
import { ConfigError } from "../core/errors.ts";
import type { EventStore } from "../core/ports.ts";
import { withTelemetry } from "../trace/index.ts";

/** @throws ConfigError HOME_NOT_WRITABLE */
export function prepareHome(home: string): void {
  try {
    makeFolder(resolve(home));
    if (!statSync(home).isDirectory()) throw new Error("it is a file");
    accessSync(home, constants.W_OK);
  } catch (error) {
    throw new ConfigError(
      "HOME_NOT_WRITABLE",
      `Expected a writable folder for state, got ${home} (${(error as Error).message}). ` +
        "Make it writable, or choose another with --home or TOOLWRIGHT_HOME.",
      { cause: error },
    );
  }
}

/** One folder after the other: Node's own recursion never ends where none can be made, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** The store as it is, or with a collector that sees its events as spans. */
export function observed(store: EventStore, { telemetry }: Config): EventStore {
  if (telemetry === undefined) return store;
  const { endpoint, content, headersEnv } = telemetry;
  const headers = headersEnv === undefined ? undefined : headersOf(process.env[headersEnv] ?? "");
  return withTelemetry(store, { endpoint, content, ...(headers === undefined ? {} : { headers }) });
}

/** `name=value,name=value`, as OpenTelemetry's own variable has it. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name = "", value = ""]) =>
      name.trim() === "" ? [] : [[name.trim(), value.trim()]],
    ),
  );
}
