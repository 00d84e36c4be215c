/**
 * Infers a person's preferences from their finished requests with a model and stores them with their
 * sources. They are proposals: an explicit preference of the person takes precedence.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { asker } from "../ask/asker.ts";
import { readPrompts } from "../ask/prompts/book.ts";
import type { Config } from "../core/config.ts";
import { InputError } from "../core/errors.ts";
import type { OpenTrace } from "../core/ports.ts";
import { Request } from "../core/request.ts";
import { immediateSteps } from "../journal/immediate.ts";
import { DEFAULT_USER, type Memory, type Preference } from "../memory/index.ts";
import { structured } from "../models/structured.ts";
import { roleModels } from "./models.ts";

export interface InferPorts {
  readonly config: Pick<Config, "model" | "roles" | "prompts" | "seed">;
  readonly memory: Memory;
  readonly openTrace: OpenTrace;
  readonly newId: (kind: string) => string;
}

export interface InferOptions {
  /** Number of newest finished requests to read. */
  readonly requests: number;
  /** Stores nothing. */
  readonly dryRun: boolean;
}

export type InferredPreference = Pick<
  Preference,
  "text" | "scope" | "topic" | "confidence" | "source" | "kind"
>;

/** @throws ConfigError MODEL_MISSING, InputError USAGE */
export async function inferPreferences(
  { config, memory, openTrace, newId }: InferPorts,
  user: string,
  { requests, dryRun }: InferOptions,
  signal: AbortSignal,
): Promise<readonly InferredPreference[]> {
  if (!Number.isInteger(requests) || requests < 1) {
    throw new InputError("USAGE", `Expected a number of requests of at least 1, got ${requests}.`);
  }
  await memory.outcomes.catchUp();
  const shown = memory.outcomes.list(user === DEFAULT_USER ? undefined : user, requests);
  if (shown.length === 0) return [];

  const run = await openTrace({
    id: newId("infer"),
    kind: "calls",
    title: `preferences of ${user}`,
  });
  const steps = {
    ...immediateSteps(undefined, { signal }),
    trace: (_: string, events: Parameters<typeof run.events>[0]) => run.events(events),
  };
  const modelOf = roleModels(config, {
    request: Request.parse({ objective: "preferences" }),
    // No budget is set for this command.
    spending: {
      reserve: async (_, amounts) => ({ amounts, settle: async () => undefined }),
      left: () => ({}),
      since: () => ({ calls: 0, evaluations: 0, seconds: 0, tokens: 0, usd: 0 }),
    },
  });
  const prompts = readPrompts(config.prompts);
  const ask = asker({ steps, modelOf, structured, prompts, seed: config.seed });
  try {
    const known = memory.preferences.inForce(user).map(({ text }) => text);
    const found = await shownBy(ask, shown, known, signal);
    const noted = dryRun
      ? found
      : found.map((preference) => memory.preferences.add({ user, ...preference }));
    await run.end("succeeded");
    return noted;
  } catch (error) {
    await run.end(signal.aborted ? "canceled" : "failed");
    throw error;
  }
}

/** The parts of a finished request that can show a preference. */
interface ShownRequest {
  readonly requestId: string;
  readonly words: string;
  readonly status: string;
  readonly text: string;
  /** What the person answered or changed during the run. */
  readonly said: readonly string[];
}

const Inferred = asked(
  "infer-preferences",
  z.object({
    preferences: z
      .array(
        z.object({
          text: z.string().min(1).meta({ maxLength: 300 }),
          scope: z.string().min(1).meta({ maxLength: 80 }).default("all"),
          topic: z.string().meta({ maxLength: 80 }).nullish(),
          confidence: z.number().min(0).max(1),
          requests: z.array(z.int()),
        }),
      )
      .meta({ maxItems: 20 }),
  }),
);

const CLIPPED = 400;

/** @param known Texts of preferences that are already stored. */
async function shownBy(
  ask: Ask,
  requests: readonly ShownRequest[],
  known: readonly string[],
  signal: AbortSignal,
): Promise<readonly InferredPreference[]> {
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
    // A preference without a source request is invented.
    if (sources.length === 0 || had.has(text.trim().toLowerCase())) return [];
    const source = sources.join(", ");
    return [{ text, scope, topic: topic ?? null, confidence, kind: "inferred", source }];
  });
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= CLIPPED ? line : `${line.slice(0, CLIPPED)}…`;
}
