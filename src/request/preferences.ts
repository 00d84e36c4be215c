/** Preferences out of finished requests: asked of the model, noted with their sources. */
import { asker } from "../ask/asker.ts";
import { readPrompts } from "../ask/prompts/book.ts";
import type { Config } from "../core/config.ts";
import { InputError } from "../core/errors.ts";
import type { OpenTrace } from "../core/ports.ts";
import { Request } from "../core/request.ts";
import { immediateSteps } from "../journal/immediate.ts";
import { type Memory, NOBODY_NAMED, type Preference } from "../memory/index.ts";
import { structured } from "../models/structured.ts";
import { inferPreferences } from "./infer-preferences.ts";
import { roleModels } from "./models.ts";

export interface InferPorts {
  readonly config: Config;
  readonly memory: Memory;
  readonly openTrace: OpenTrace;
  readonly newId: (kind: string) => string;
}

export interface InferOptions {
  /** The newest so many finished requests. */
  readonly requests: number;
  /** Notes nothing. */
  readonly dryRun: boolean;
}

export type Inferred = Pick<
  Preference,
  "text" | "scope" | "topic" | "confidence" | "source" | "kind"
>;

/** @throws ConfigError MODEL_MISSING, InputError USAGE */
export async function inferFrom(
  { config, memory, openTrace, newId }: InferPorts,
  user: string,
  { requests, dryRun }: InferOptions,
  signal: AbortSignal,
): Promise<readonly Inferred[]> {
  if (!Number.isInteger(requests) || requests < 1) {
    throw new InputError("USAGE", `Expected a number of requests from 1 on, got ${requests}.`);
  }
  await memory.outcomes.catchUp();
  const shown = memory.outcomes.list(user === NOBODY_NAMED ? undefined : user, requests);
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
  const modelOf = roleModels(
    { config },
    {
      request: Request.parse({ objective: "preferences" }),
      // Nobody gave it a budget.
      spending: {
        reserve: async (_, amounts) => ({ amounts, settle: async () => undefined }),
        left: () => ({}),
        since: () => ({ calls: 0, evaluations: 0, seconds: 0, tokens: 0, usd: 0 }),
      },
    },
  );
  const prompts = readPrompts(config.prompts);
  const ask = asker({ steps, modelOf, structured, prompts, seed: config.seed });
  try {
    const known = memory.preferences.inForce(user).map(({ text }) => text);
    const found = await inferPreferences(ask, shown, known, signal);
    const noted = found.map(({ requests: shownBy, ...rest }): Inferred => {
      const preference = { ...rest, kind: "inferred" as const, source: shownBy.join(", ") };
      return dryRun ? preference : memory.preferences.add({ user, ...preference });
    });
    await run.end("succeeded");
    return noted;
  } catch (error) {
    await run.end(signal.aborted ? "canceled" : "failed");
    throw error;
  }
}
