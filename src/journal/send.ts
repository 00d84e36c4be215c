/** What is sent to a request from outside, by any process, whether or not one is at it. */
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";

export interface SentSignal {
  /** Chosen by the sender: the same one again changes nothing. */
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
}

/**
 * On disk when it resolves; whoever waits for it is due from then on.
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
