/**
 * A tool may answer that its result is still to come: `{ "$pending": "what it waits for" }`. The
 * call is then completed from outside, by whoever holds the callback's token, in any later life.
 */
import type { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";

const PENDING = "$pending";

export function isPending(value: Json): value is { readonly [PENDING]: Json } {
  return value !== null && typeof value === "object" && Object.hasOwn(value, PENDING);
}

/** What was sent back by callback for one pending result. */
export async function completed(
  steps: Pick<Steps, "waitFor">,
  tool: string,
  { [PENDING]: details }: { readonly [PENDING]: Json },
): Promise<Json> {
  const said = await steps.waitFor(`callback:${tool}`, {
    question: {
      kind: "callback",
      text: `${tool} waits for its result from outside.`,
      tool,
      details,
    },
  });
  const payload = (said?.payload ?? {}) as { readonly result?: Json };
  return payload.result ?? null;
}
