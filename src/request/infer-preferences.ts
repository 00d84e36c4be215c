/** Preferences that a person's finished requests show. A proposal: the person's own word outranks it. */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";

/** A finished request, as far as it can show a wish. */
export interface ShownRequest {
  readonly requestId: string;
  readonly words: string;
  readonly status: string;
  readonly text: string;
  /** What the person answered or changed while it ran. */
  readonly said: readonly string[];
}

export interface InferredPreference {
  readonly text: string;
  readonly scope: string;
  readonly topic: string | null;
  /** In [0, 1]. */
  readonly confidence: number;
  /** Requests that show it, at least one. */
  readonly requests: readonly string[];
}

const Inferred = z.object({
  preferences: z.array(
    z.object({
      text: z.string().min(1),
      scope: z.string().min(1).default("all"),
      topic: z.string().nullish(),
      confidence: z.number().min(0).max(1),
      requests: z.array(z.int()),
    }),
  ),
});

const CLIPPED = 400;

/** @param known Texts of preferences that need not be found again. */
export async function inferPreferences(
  ask: Ask,
  requests: readonly ShownRequest[],
  known: readonly string[],
  signal: AbortSignal,
): Promise<readonly InferredPreference[]> {
  if (requests.length === 0) return [];
  const { preferences } = await ask(
    {
      role: "planner",
      prompt: "infer-preferences",
      variables: {
        known: known.map((text) => `- ${text}`).join("\n"),
        requests: requests
          .map(({ words, status, text, said }, index) =>
            [
              `${index}: ${clip(words)}`,
              `   ${status}: ${clip(text)}`,
              ...said.map((each) => `   the person ${clip(each)}`),
            ].join("\n"),
          )
          .join("\n"),
      },
      schema: Inferred,
    },
    signal,
  );
  const had = new Set(known.map((text) => text.trim().toLowerCase()));
  return preferences.flatMap(({ text, scope, topic, confidence, requests: shown }) => {
    const sources = shown.flatMap((index) => requests[index]?.requestId ?? []);
    // What no request shows is made up.
    if (sources.length === 0 || had.has(text.trim().toLowerCase())) return [];
    return [{ text, scope, topic: topic ?? null, confidence, requests: sources }];
  });
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= CLIPPED ? line : `${line.slice(0, CLIPPED)}…`;
}
