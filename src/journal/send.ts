/** Sends signals to a request from any process, whether or not a process is working on it. */
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";

export interface SentSignal {
  /** Chosen by the sender: a second signal with the same id changes nothing. */
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
}

/**
 * The signal is on disk when it resolves; from then on, a request that waits for it is due.
 *
 * @throws InputError RUN_NOT_FOUND, StoreError RUN_ENDED
 */
export async function sendSignal(
  store: EventStore,
  requestId: string,
  { id, name, payload }: SentSignal,
): Promise<"accepted" | "duplicate"> {
  const answer = await store.append(
    requestId,
    [{ type: "signal-received", data: { id, name, payload } }],
    { once: `signal ${id}`, wakes: true },
  );
  return answer === "appended" ? "accepted" : "duplicate";
}
