/** A home's folder, and its event store with the configured telemetry. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../core/config.ts";
import { ConfigError } from "../core/errors.ts";
import type { EventStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { withTelemetry } from "../trace/telemetry/telemetry.ts";

/**
 * Prepares a folder that only its owner can read. Files of an earlier home that others could read are
 * closed to them.
 *
 * @returns The changes, as sentences.
 * @throws ConfigError HOME_NOT_WRITABLE
 */
export function prepareHome(home: string): readonly string[] {
  try {
    const isNew = makeFolder(resolve(home));
    if (!statSync(home).isDirectory()) throw new Error("it is a file");
    accessSync(home, constants.W_OK);
    return isNew ? [] : tighten(home);
  } catch (error) {
    throw new ConfigError(
      "HOME_NOT_WRITABLE",
      `Expected a writable folder for state, got ${home} (${(error as Error).message}). ` +
        "Make it writable, or choose another with --home or TOOLWRIGHT_HOME.",
      { cause: error },
    );
  }
}

/** Databases, the files that SQLite adds to them, and keys. */
const PRIVATE_FILE = /\.(?:db|db-wal|db-shm|key)$/;

function tighten(home: string): readonly string[] {
  // Without a record it is not a home yet, and may be any other folder.
  if (!existsSync(join(home, "trace.db"))) return [];
  const files = readdirSync(home).filter((name) => PRIVATE_FILE.test(name));
  // The user's working folder keeps its permissions.
  const folders = realpathSync(home) === realpathSync(process.cwd()) ? [] : [home];
  const closed = [
    ...folders.filter((path) => close(path, 0o700)),
    ...files.filter((name) => close(join(home, name), 0o600)),
  ];
  return closed.length === 0
    ? []
    : [`Other users of this machine could read ${closed.join(", ")}; now only its owner can.`];
}

/** @returns Whether it was open to others and is now closed. */
function close(path: string, mode: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  const own = found !== undefined && found.uid === process.getuid?.();
  const shared = found !== undefined && (found.mode & 0o1000) !== 0;
  if (!own || shared || (found.mode & 0o077) === 0) return false;
  chmodSync(path, mode);
  return true;
}

/** Creates one folder at a time: Node's recursive mode never returns where none can be created, as in /proc. */
function makeFolder(path: string): boolean {
  if (existsSync(path)) return false;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    // Another process may have created it first.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** The store itself, or wrapped so that a collector gets its events as spans. */
export function observed(store: EventStore, { telemetry }: Config): EventStore {
  if (telemetry === undefined) return store;
  const { endpoint, content, headersEnv } = telemetry;
  const headers = headersEnv === undefined ? undefined : headersOf(process.env[headersEnv] ?? "");
  return withTelemetry(store, { endpoint, content, ...present({ headers }) });
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
