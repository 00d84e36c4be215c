/**
 * The questions of one call of `propose`: all random draws are made here, before the first request.
 */
import { digestJson } from "../../../core/digest.ts";
import { InputError } from "../../../core/errors.ts";
import type { PromptOverrides } from "../../prompts/prompts.ts";
import type { Parent, ProposeContext } from "../generator.ts";
import { ask, askFirst, drawMode, isBlank, LLM_MODES } from "./modes.ts";
import type { LlmMode, Question } from "./question.ts";

/** A list (equal shares) or weights. */
export type ModeShares = readonly LlmMode[] | Readonly<Partial<Record<LlmMode, number>>>;

export const DEFAULT_MODES: Readonly<Record<LlmMode, number>> = {
  "best-shot": 4,
  diff: 2,
  reflect: 2,
  rewrite: 1,
  crossover: 1,
};

export interface Sample {
  readonly question: Question;
  readonly promptGroup: string;
  readonly sampleIndex: number;
  readonly seed: number;
  /** The likeliest program is asked for first, and variety after it. Absent: the generator's. */
  readonly temperature?: number;
}

/** Before any program has a score, the kernel's seeds are the parents. */
export function seedParents({ task }: ProposeContext): Parent[] {
  return task.kernel.seeds
    .slice(0, 2)
    .map((source) => ({ digest: digestJson(source), source, fitness: 0, scores: [] }));
}

export function plan(
  parents: readonly Parent[],
  context: ProposeContext,
  {
    weights,
    samplesPerPrompt,
    overrides,
    capabilities,
    drawn,
  }: {
    readonly weights: Readonly<Partial<Record<LlmMode, number>>>;
    readonly samplesPerPrompt: number;
    readonly overrides: PromptOverrides;
    readonly capabilities: string;
    readonly drawn: Map<string, number>;
  },
): Sample[] {
  const { random } = context;
  const written = parents.filter((parent) => !isBlank(parent, context));
  const first = written.length === 0;
  // The likeliest program comes alone, so that it does not wait for the others of its call.
  const count = first && drawn.size === 0 ? 1 : context.count;
  const samples: Sample[] = [];
  while (samples.length < count) {
    const question = first
      ? askFirst(parents, context, { overrides, capabilities })
      : ask(drawMode(weights, written, context, random), written, context, {
          overrides,
          capabilities,
          random,
        });
    const promptGroup = digestJson({
      parents: question.parents,
      messages: question.prompt.messages.map(({ role, content }) => ({ role, content })),
    });
    const size = Math.min(samplesPerPrompt, count - samples.length);
    const from = drawn.get(promptGroup) ?? 0;
    drawn.set(promptGroup, from + size);
    for (let sampleIndex = from; sampleIndex < from + size; sampleIndex++) {
      // A separate seed makes each request unique: a replay finds it in any order.
      const sample = { question, promptGroup, sampleIndex, seed: random.integer(2 ** 31) };
      samples.push(first && sampleIndex === 0 ? { ...sample, temperature: 0 } : sample);
    }
  }
  return samples;
}

/** Shares that sum to 1. @throws InputError for an invalid mode or share. */
export function sharesOf(modes: ModeShares): Readonly<Partial<Record<LlmMode, number>>> {
  const entries: readonly (readonly [string, number])[] = isList(modes)
    ? modes.map((mode) => [mode, 1] as const)
    : Object.entries(modes);
  const known: readonly string[] = LLM_MODES;
  const bad = entries.find(
    ([mode, share]) => !known.includes(mode) || !(share >= 0 && share < Infinity),
  );
  const total = entries.reduce((sum, [, share]) => sum + share, 0);
  if (bad === undefined && total > 0) {
    return Object.fromEntries(entries.map(([mode, share]) => [mode, share / total]));
  }
  throw new InputError(
    "INVALID_REQUEST",
    `Expected modes of ${known.join(", ")} with shares of at least 0, one of them above 0; got ${bad?.join(": ") ?? "none above 0"}.`,
  );
}

function isList(modes: ModeShares): modes is readonly LlmMode[] {
  return Array.isArray(modes);
}
