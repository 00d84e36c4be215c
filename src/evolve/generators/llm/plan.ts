/**
 * What is asked in one call of `propose`: every draw is made here, before the first request goes out.
 */
import { digestJson } from "../../../core/digest.ts";
import { InputError } from "../../../core/errors.ts";
import type { PromptOverrides } from "../../prompts/prompts.ts";
import type { Parent, ProposeContext } from "../generator.ts";
import { ask, drawMode, LLM_MODES } from "./modes.ts";
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
}

/** Before anything is scored, the kernel's own seeds stand in for parents. */
export function seedParents({ task }: ProposeContext): Parent[] {
  return task.kernel.seeds
    .slice(0, 2)
    .map((source) => ({ digest: digestJson(source), source, fitness: 0, scores: [] }));
}

/** All draws of a call, before the first request goes out. */
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
  const { random, count } = context;
  const samples: Sample[] = [];
  while (samples.length < count) {
    const mode = drawMode(weights, parents, context, random);
    const question = ask(mode, parents, context, { overrides, capabilities, random });
    const promptGroup = digestJson({
      parents: question.parents,
      messages: question.prompt.messages.map(({ role, content }) => ({ role, content })),
    });
    const room = Math.min(samplesPerPrompt, count - samples.length);
    const first = drawn.get(promptGroup) ?? 0;
    drawn.set(promptGroup, first + room);
    for (let sampleIndex = first; sampleIndex < first + room; sampleIndex++) {
      // A seed of its own makes each request unlike all others: a replay finds it in any order.
      samples.push({ question, promptGroup, sampleIndex, seed: random.integer(2 ** 31) });
    }
  }
  return samples;
}

/** Shares that sum to 1. @throws InputError for a mode or a share that can not be. */
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
    `Modes are some of ${known.join(", ")} with shares of 0 or more, one above 0; got ${bad?.join(": ") ?? "none above 0"}.`,
  );
}

function isList(modes: ModeShares): modes is readonly LlmMode[] {
  return Array.isArray(modes);
}
