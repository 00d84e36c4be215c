/**
 * Guests started before they are needed, each used for one program and thrown away: a program meets
 * nothing of the one before it, and does not wait for its wall to be built.
 */
import type { LiveGuest } from "./run-program.ts";

export interface GuestPool {
  /** A guest for one program; its replacement starts at once. The taker kills it. */
  take(key: string): LiveGuest;
  /** Resolves when every guest that the pool ever started is gone. */
  close(): Promise<void>;
}

// Keys are kinds of guest (runtime and memory); more kinds than this are not kept warm.
const MAX_WARM_KEYS = 3;

/** @param size Guests kept waiting for each recent key; 0 starts each on demand. */
export function guestPool(size: number, start: (key: string) => LiveGuest): GuestPool {
  // Insertion order is recency.
  const idle = new Map<string, LiveGuest[]>();
  const living = new Set<LiveGuest>();
  let closed = false;

  const begin = (key: string): LiveGuest => {
    const guest = start(key);
    living.add(guest);
    guest.ended.then(() => {
      living.delete(guest);
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
    guest.kill().catch(() => undefined); // close() waits for its end, however it comes.
  };

  return {
    take: (key) => {
      const guest = idle.get(key)?.shift() ?? begin(key);
      // Not before this one is there: starting several at once makes the caller wait for all.
      guest.ready.then(
        () => fill(key),
        () => undefined,
      );
      return guest;
    },
    close: async () => {
      closed = true;
      idle.clear();
      const all = [...living];
      await Promise.allSettled(all.map((guest) => guest.kill()));
    },
  };
}

/** Whether any guest of that kind can start, and what it says of itself. The pool is closed where none can. */
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
