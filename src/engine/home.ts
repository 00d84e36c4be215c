/** A home's folder, and its event store with the configured telemetry. */
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

/** Creates one folder at a time: Node's recursive mode never returns where none can be created, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have created it first.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** The store itself, or wrapped so that a collector gets its events as spans. */
export function observed(store: EventStore, { telemetry }: Config): EventStore {
  if (telemetry === undefined) return store;
  const { endpoint, content, headersEnv } = telemetry;
  const headers = headersEnv === undefined ? undefined : headersOf(process.env[headersEnv] ?? "");
  return withTelemetry(store, { endpoint, content, ...(headers === undefined ? {} : { headers }) });
}

/** `name=value,name=value`, the format of OpenTelemetry's own variable. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name = "", value = ""]) =>
      name.trim() === "" ? [] : [[name.trim(), value.trim()]],
    ),
  );
}
