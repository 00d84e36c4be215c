/**
 * Equal work that is requested several times at once is done once: the first caller does it, and the
 * others wait for its result. Between processes a claim in the home does the same.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { CanceledError } from "../core/errors.ts";
import { isAlive, isLocal, thisOwner } from "../core/owner.ts";

export interface Flights<T> {
  /**
   * @returns The first caller's result; `shared` is true if another caller did the work.
   * @throws What the work throws. If the first caller cancels, one of the others takes over.
   */
  once(
    key: string,
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly value: T; readonly shared: boolean }>;
}

export function singleFlight<T>(): Flights<T> {
  const underWay = new Map<string, Promise<T>>();
  return {
    async once(key, work, signal) {
      for (;;) {
        signal.throwIfAborted();
        const known = underWay.get(key);
        if (known === undefined) break;
        try {
          return { value: await untilAborted(known, signal), shared: true };
        } catch (error) {
          if (signal.aborted || !isCancel(error)) throw error;
        }
      }
      const own = work();
      underWay.set(key, own);
      try {
        return { value: await own, shared: false };
      } finally {
        underWay.delete(key);
      }
    },
  };
}

/** Holds a key across the processes of one home until `release`. */
export type Claim = (key: string, signal: AbortSignal) => Promise<() => Promise<void>>;

const RENEW_MS = 2_000;
/** A holder that has not renewed its claim for this long counts as gone. */
const STALE_MS = 10_000;
const LOOK_MS = 100;

/**
 * One file per key, created by the first holder and renewed while it works. If a holder on this machine
 * dies, the next one takes over at once; on another machine, after ten seconds without renewal.
 */
export function fileClaims(folder: string): Claim {
  return async (key, signal) => {
    await mkdir(folder, { recursive: true });
    const file = join(folder, key);
    const owner = thisOwner();
    const mine = JSON.stringify({ ...owner, claim: randomUUID() });
    for (;;) {
      signal.throwIfAborted();
      try {
        await writeFile(file, mine, { flag: "wx" });
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      if (await isGone(file)) await rm(file, { force: true });
      else await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    const renewal = setInterval(() => {
      const now = new Date();
      // Another process took the claim as stale; then the store's compare-and-swap decides.
      utimes(file, now, now).catch(() => undefined);
    }, RENEW_MS);
    renewal.unref();
    return async () => {
      clearInterval(renewal);
      const holder = await readFile(file, "utf8").catch(() => undefined);
      if (holder === mine) await rm(file, { force: true });
    };
  };
}

const Holder = z.object({ pid: z.int(), start: z.string(), place: z.string() });

async function isGone(file: string): Promise<boolean> {
  try {
    const holder = Holder.safeParse(JSON.parse(await readFile(file, "utf8"))).data;
    if (holder !== undefined && isLocal(holder)) return !isAlive(holder);
    return Date.now() - (await stat(file)).mtimeMs > STALE_MS;
  } catch {
    // Released, or just being written: the caller checks again.
    return false;
  }
}

function isCancel(error: unknown): boolean {
  return error instanceof CanceledError || (error as Error | null)?.name === "AbortError";
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
