/**
 * Candidates from a language model: builds prompts from parents, and reads programs from replies.
 *
 * Calls run concurrently, but the order of calls decides modes, seeds and the order of proposals and
 * events. An unusable reply or a failed call gives a proposal with the failure and without a program:
 * the search counts it and refuses it before it costs a run. A signal that is aborted with a
 * BudgetExceededError fails the calls under way in the same manner: replies that have come are used.
 */
import { BudgetExceededError, ModelError } from "../../../core/errors.ts";
import { limiter } from "../../../core/limiter.ts";
import type { LanguageModel, ModelMessage, ModelReply, ModelRequest } from "../../../core/ports.ts";
import { present } from "../../../core/present.ts";
import { withoutReasoning } from "../../../core/text/reasoning.ts";
import { checkOverrides, type PromptOverrides, renderPrompt } from "../../prompts/prompts.ts";
import type { Generator, Proposal } from "../generator.ts";
import type { Edited } from "./diff.ts";
import { type LlmCall, modelEvents } from "./events.ts";
import { thoughtIn } from "./extract.ts";
import {
  DEFAULT_MODES,
  type ModeShares,
  plan,
  type Sample,
  seedParents,
  sharesOf,
} from "./plan.ts";
import type { Question } from "./question.ts";

export interface LlmGeneratorOptions {
  readonly model: LanguageModel;
  readonly name?: string;
  /** A list (equal shares) or weights. Default: 40 best-shot, 20 diff, 20 reflect, 10 rewrite, 10 crossover. */
  readonly modes?: ModeShares;
  /** Completions per prompt. Default 4 (FunSearch). */
  readonly samplesPerPrompt?: number;
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** Concurrent calls over all pending proposals. Default 16. */
  readonly samplers?: number;
  /** Texts that replace built-in prompts. */
  readonly prompts?: PromptOverrides;
  /** The sandbox's description of its capabilities. */
  readonly capabilities?: string;
}

interface Outcome {
  readonly proposal: Proposal;
  readonly calls: readonly LlmCall[];
  readonly error?: ModelError | BudgetExceededError;
}

/**
 * Calls start in the order of the proposals, at most `samplers` at a time. Each proposal's `tag` is
 * `<promptGroup, 16 digits>/<sampleIndex>`, which identifies its call.
 *
 * `propose` rejects if every sample failed: with BudgetExceededError if one of them did, or with the
 * first ModelError if none is retryable.
 *
 * @throws InputError for an invalid mode, share or replaced prompt.
 */
export function llmGenerator({
  model,
  name = "llm",
  modes = DEFAULT_MODES,
  samplesPerPrompt = 4,
  temperature: usualTemperature = 0.8,
  maxTokens = 2_000,
  samplers = 16,
  prompts: overrides = {},
  capabilities = "",
}: LlmGeneratorOptions): Generator {
  const weights = sharesOf(modes);
  checkOverrides(overrides);
  /** Number of samples of each prompt group so far: group and index identify a call. */
  const drawn = new Map<string, number>();
  const limit = limiter(samplers);

  const call = async (
    sample: Sample,
    messages: readonly ModelMessage[],
    turn: number,
    stopping: boolean,
    signal: AbortSignal,
  ): Promise<{
    fact: Omit<LlmCall, "outcome">;
    reply?: ModelReply;
    error?: ModelError | BudgetExceededError;
  }> => {
    const { question, promptGroup, sampleIndex, seed } = sample;
    const { prompt } = question;
    const { temperature = usualTemperature } = sample;
    const stop = stopping ? question.stop : undefined;
    const request: ModelRequest = {
      ...{ messages, temperature, maxTokens, seed },
      ...present({ stop }),
    };
    const fact = {
      promptName: prompt.name,
      promptVersion: prompt.version,
      promptDigest: prompt.digest,
      promptGroup,
      sampleIndex,
      turn,
      parents: question.parents,
      messages,
      seed,
      temperature,
      model: model.id,
      terms: model.terms,
    };
    try {
      const reply = await model.complete(request, signal);
      return { fact: { ...fact, answer: { reply } }, reply };
    } catch (thrown) {
      const error: unknown = signal.aborted ? signal.reason : thrown;
      if (!(error instanceof ModelError) && !(error instanceof BudgetExceededError)) throw error;
      const { code, message, retryable } = error;
      return { fact: { ...fact, answer: { error: { code, message, retryable } } }, error };
    }
  };

  const run = async (sample: Sample, entry: string, signal: AbortSignal): Promise<Outcome> => {
    const { question } = sample;
    const calls: LlmCall[] = [];
    let messages = question.prompt.messages;
    let stopping = true;
    for (let turn = 0; ; turn++) {
      const { fact, reply, error } = await call(sample, messages, turn, stopping, signal);
      const read =
        reply === undefined ? failed(error?.message ?? "no reply") : readReply(question, reply);
      if (read.status === "edited") {
        calls.push({ ...fact, outcome: { status: "proposed", source: read.source } });
        return { calls, proposal: proposed(sample, read.source, reply?.content ?? "") };
      }
      calls.push({ ...fact, outcome: { status: "failed", reason: read.reason } });
      if (stopping && reply !== undefined && stoppedEarly(question, reply)) {
        stopping = false;
        continue;
      }
      const again =
        question.mode === "diff" &&
        turn === 0 &&
        reply !== undefined &&
        reply.finishReason === "stop";
      if (!again) {
        return {
          calls,
          proposal: unusable(sample, read.reason),
          ...present({ error }),
        };
      }
      const repair = renderPrompt("repair", { entry, reason: read.reason }, overrides);
      messages = [...messages, { role: "assistant", content: reply.content }, ...repair.messages];
    }
  };

  return {
    name,
    parents: 2,
    async propose(parents, context, signal) {
      const shown = parents.length > 0 ? parents : seedParents(context);
      const samples = plan(shown, context, {
        weights,
        samplesPerPrompt,
        overrides,
        capabilities,
        drawn,
      });
      const { entry } = context.task.kernel;
      const settled = await Promise.allSettled(
        samples.map((sample) => limit(() => run(sample, entry, signal))),
      );
      // All calls have ended here: none continues after `propose` returns.
      const outcomes = settled.map((end) => {
        if (end.status === "rejected") throw end.reason;
        return end.value;
      });
      const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
      if (errors.length > 0 && errors.length === outcomes.length) {
        const spent = errors.find((error) => error instanceof BudgetExceededError);
        if (spent !== undefined) throw spent;
        if (errors[0] !== undefined && errors.every((error) => !error.retryable)) throw errors[0];
      }
      return outcomes.map(({ proposal, calls }) => ({
        ...proposal,
        trace: calls.flatMap(modelEvents),
      }));
    },
    weights: () => weights,
  };
}

/** A fence without a language, or one among the model's thoughts, has ended the reply before its code. */
function stoppedEarly({ stop }: Question, { content, finishReason }: ModelReply): boolean {
  const code = withoutReasoning(content).includes("```");
  return stop !== undefined && finishReason === "stop" && !code;
}

function readReply(question: Question, reply: ModelReply): Edited {
  if (reply.finishReason === "refused") return failed("the model refused to answer");
  if (reply.content.trim() === "") return failed("the reply is empty");
  return question.read(reply.content);
}

function proposed({ question, ...sample }: Sample, source: string, reply: string): Proposal {
  const thought = thoughtIn(reply);
  return {
    source,
    operator: question.mode,
    parents: question.parents,
    tag: tagOf(sample),
    prompt: { group: sample.promptGroup, sample: sample.sampleIndex },
    ...present({ thought }),
  };
}

/** Defines no function, so that every parser refuses it; the reason is in the source for people. */
function unusable({ question, ...sample }: Sample, reason: string): Proposal {
  const text = reason.replaceAll("*/", "* /").replace(/\s+/g, " ");
  return {
    source: `/* no candidate: ${text} */\n`,
    operator: question.mode,
    parents: question.parents,
    tag: tagOf(sample),
    prompt: { group: sample.promptGroup, sample: sample.sampleIndex },
    failure: text,
  };
}

function tagOf({ promptGroup, sampleIndex }: Omit<Sample, "question">): string {
  return `${promptGroup.slice(0, 16)}/${sampleIndex}`;
}

function failed(reason: string): Edited {
  return { status: "refused", reason };
}
