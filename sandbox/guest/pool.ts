/**
 * Guests started in advance, each used for one program and then discarded: nothing remains from an
 * earlier program, and no program waits for its confinement to be set up.
 */
import type { LiveGuest } from "./run-program.ts";

export interface GuestPool {
  /** A guest for one program; its replacement starts immediately. The caller kills it. */
  take(key: string): LiveGuest;
  /** Resolves when every guest that the pool started has ended. */
  close(): Promise<void>;
}

// Keys are kinds of guests (runtime and memory). Idle guests are kept for at most this many kinds.
const MAX_WARM_KEYS = 3;

/** @param size Idle guests for each recently used key; with 0, guests start on demand. */
export function guestPool(size: number, start: (key: string) => LiveGuest): GuestPool {
  // In order of last use.
  const idle = new Map<string, LiveGuest[]>();
  const running = new Set<LiveGuest>();
  let closed = false;

  const begin = (key: string): LiveGuest => {
    const guest = start(key);
    running.add(guest);
    guest.ended.then(() => {
      running.delete(guest);
      const waiting = idle.get(key);
      const at = waiting?.indexOf(guest) ?? -1;
      if (at !== -1) waiting?.splice(at, 1);
    });
    return guest;
  };
  const fill = (key: string): void => {
    const waiting = idle.get(key) ?? [];
    idle.delete(key);
    idle.set(key, waiting);
    while (!closed && waiting.length < size) waiting.push(begin(key));
    for (const [old, guests] of idle) {
      if (idle.size <= MAX_WARM_KEYS) break;
      idle.delete(old);
      for (const guest of guests) discard(guest);
    }
  };
  const discard = (guest: LiveGuest): void => {
    guest.kill().catch(() => undefined); // close() waits for its end.
  };

  return {
    take: (key) => {
      const guest = idle.get(key)?.shift() ?? begin(key);
      // Not before this one is ready: starting several at once would make the caller wait longer.
      guest.ready.then(
        () => fill(key),
        () => undefined,
      );
      return guest;
    },
    close: async () => {
      closed = true;
      idle.clear();
      const all = [...running];
      await Promise.allSettled(all.map((guest) => guest.kill()));
    },
  };
}

/** Starts one guest of that kind and returns its data; closes the pool if that fails. */
export async function probed(pool: GuestPool, key: string): Promise<{ readonly sealed: boolean }> {
  const probe = pool.take(key);
  try {
    const facts = await probe.ready;
    await probe.kill();
    return facts;
  } catch (error) {
    await pool.close();
    throw error;
  }
}
