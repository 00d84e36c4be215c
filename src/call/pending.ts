/**
 * A tool may answer that its result is still to come: `{ "$pending": "what it waits for" }`. The
 * call is then completed from outside, by whoever holds the callback's token, in any later life.
 */
import type { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";
import type { Observation } from "../work/stages.ts";

const PENDING = "$pending";

/** Waits for what is still to come, one callback per result. */
export async function pendingResults(steps: Steps, seen: Observation): Promise<Observation> {
  if (seen.kind !== "tool-called" || seen.trial.status !== "serves") return seen;
  const { outputs } = seen.trial;
  if (!outputs.some(isPending)) return seen;
  const whole = await Promise.all(
    outputs.map((output) =>
      isPending(output) ? completed(steps, seen.tool.name, output[PENDING]) : output,
    ),
  );
  return { ...seen, trial: { ...seen.trial, outputs: whole } };
}

export function isPending(value: Json): value is { readonly [PENDING]: Json } {
  return value !== null && typeof value === "object" && Object.hasOwn(value, PENDING);
}

/** What was sent back by callback for one pending result. */
export async function completed(steps: Steps, tool: string, details: Json): Promise<Json> {
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
