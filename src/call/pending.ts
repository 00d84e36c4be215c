/**
 * A tool may return a pending result: `{ "$pending": "what it waits for" }`. Another system then
 * completes the call with the callback's token, during any later attempt.
 */
import type { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";

const PENDING = "$pending";

export function isPending(value: Json): value is { readonly [PENDING]: Json } {
  return value !== null && typeof value === "object" && Object.hasOwn(value, PENDING);
}

/** The result that a callback delivered for one pending call. */
export async function completed(
  steps: Pick<Steps, "waitFor">,
  tool: string,
  { [PENDING]: details }: { readonly [PENDING]: Json },
): Promise<Json> {
  const callback = await steps.waitFor(`callback:${tool}`, {
    question: {
      kind: "callback",
      text: `${tool} waits for its result from another system.`,
      tool,
      details,
    },
  });
  const payload = (callback?.payload ?? {}) as { readonly result?: Json };
  return payload.result ?? null;
}
