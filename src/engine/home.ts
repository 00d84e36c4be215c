/** A home's folder, and its event store with what a user attached to it. */
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
import { withTelemetry } from "../trace/index.ts";

/**
 * Its owner alone reads it: what others could read of an earlier home is closed to them.
 *
 * @returns What was changed, in sentences.
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

/** Databases, with what SQLite puts beside them, and keys. */
const PRIVATE_FILE = /\.(?:db|db-wal|db-shm|key)$/;

function tighten(home: string): readonly string[] {
  // Without a record it is no home yet, and may be anybody's folder.
  if (!existsSync(join(home, "trace.db"))) return [];
  const files = readdirSync(home).filter((name) => PRIVATE_FILE.test(name));
  // The folder that a user works in stays open to whoever it was open to.
  const folders = realpathSync(home) === realpathSync(process.cwd()) ? [] : [home];
  const closed = [
    ...folders.filter((path) => close(path, 0o700)),
    ...files.filter((name) => close(join(home, name), 0o600)),
  ];
  return closed.length === 0
    ? []
    : [`Other users of this machine could read ${closed.join(", ")}; now its owner alone can.`];
}

/** @returns Whether it was open to others and is no more. */
function close(path: string, mode: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  const own = found !== undefined && found.uid === process.getuid?.();
  const shared = found !== undefined && (found.mode & 0o1000) !== 0;
  if (!own || shared || (found.mode & 0o077) === 0) return false;
  chmodSync(path, mode);
  return true;
}

/** One folder after the other: Node's own recursion never ends where none can be made, as in /proc. */
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
