/**
 * Recipes: which examples a run gives.
 *
 *   conversations   tool use of answered requests, children that beat their parents, model calls
 *   preferences     two attempts at one prompt, the better one chosen (EvoTune, arXiv 2504.05108)
 *   labelled        every attempt, good if it beats its parents
 *   prompts         the prompts, with what a reward function compares against
 */
import { digestJson } from "../../core/digest.ts";
import type { Json } from "../../core/json.ts";
import type { RunRecord } from "../read.ts";
import { type Attempt, attemptsOf, sentMessages } from "./attempts.ts";
import { authorshipOf, groupName } from "./calls.ts";
import type {
  AssistantMessage,
  ChatMessage,
  Conversation,
  Drop,
  Example,
  Labelled,
  Prompt,
} from "./examples.ts";
import { fromRequest } from "./from-request.ts";
import { pairs } from "./pairs.ts";
import { visibleText } from "./text.ts";
import { taskName } from "./wording.ts";

export type ExampleKind = Example["kind"];

export interface RecipeOptions {
  /** Rows of a task that may be left in the end. */
  readonly maxPerTask: number;
  /** A fitness difference that counts, above 0 or 0: any difference. */
  readonly margin: number;
}

/** Of one run, so many times the cap of a task are looked at: most of the rest would go anyway. */
const LOOKED_AT = 4;
export interface Made {
  readonly examples: readonly Example[];
  readonly drops: readonly Drop[];
}

/** The examples of one kind that a run gives, in order of its events. */
export function examplesOf(record: RunRecord, kind: ExampleKind, options: RecipeOptions): Made {
  switch (kind) {
    case "conversation":
      return conversations(record, options);
    case "preference":
      return capped(
        record,
        groups(record).flatMap((group) => pairs(group, options.margin)),
        options,
      );
    case "labelled":
      return labelled(record, options);
    case "prompt":
      return capped(record, groups(record).map(prompt), options);
  }
}

function capped(record: RunRecord, all: readonly Example[], { maxPerTask }: RecipeOptions): Made {
  const examples = evenly(all, LOOKED_AT * maxPerTask);
  const count = all.length - examples.length;
  const drop = { run: record.summary.id, reason: "over the cap of its run", count };
  return { examples, drops: count === 0 ? [] : [drop] };
}

function conversations(record: RunRecord, { margin, maxPerTask }: RecipeOptions): Made {
  const { summary } = record;
  const examples: Conversation[] = [];
  const drops: Drop[] = [];
  if (summary.kind === "request") {
    const made = fromRequest(record, modelsOf(record));
    if ("kind" in made) examples.push(made);
    else drops.push(made);
  }
  const attempts = attemptsOf(record);
  const better = attempts.filter((attempt) => improves(attempt, margin) || attempt.best);
  const learned = largestGains(better, LOOKED_AT * maxPerTask);
  for (const { prompt, reply, origin } of learned) {
    // What a model said before it was told to mend it is shown, not learned.
    const shown = prompt.map((message) =>
      message.role === "assistant" ? { ...message, weight: 0 as const } : message,
    );
    examples.push({ kind: "conversation", messages: [...shown, reply], tools: [], origin });
  }
  const rest = attempts.length - better.length;
  if (rest > 0) {
    drops.push({ run: summary.id, reason: "candidate does not beat its parents", count: rest });
  }
  const over = better.length - learned.length;
  if (over > 0) drops.push({ run: summary.id, reason: "over the cap of its run", count: over });
  examples.push(...modelCalls(record));
  return { examples, drops };
}

/** The so many with the largest gains, in their order; the best program is always among them. */
function largestGains(attempts: readonly Attempt[], count: number): readonly Attempt[] {
  if (attempts.length <= count) return attempts;
  const gain = ({ best, origin }: Attempt) => (best ? Infinity : (origin.gain ?? 0));
  const chosen = new Set(attempts.toSorted((a, b) => gain(b) - gain(a)).slice(0, count));
  return attempts.filter((attempt) => chosen.has(attempt));
}

/** So many, spread evenly over the run. */
function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, index) => {
    return items[Math.floor((index * items.length) / count)] as T;
  });
}

function improves({ fitness, parentFitness }: Attempt, margin: number): boolean {
  return fitness !== undefined && parentFitness !== undefined && fitness - parentFitness > margin;
}

/** Calls that did not write candidates: those of the planner, the judge and the like. */
function modelCalls(record: RunRecord): Conversation[] {
  const { summary, modelCalls, candidates } = record;
  const authorship = authorshipOf(modelCalls);
  const written = new Set(candidates.map((each) => authorship(each)?.group));
  const task = taskName(record);
  const all = modelCalls.flatMap((call): Conversation[] => {
    const { reply } = call;
    if (reply === undefined) return [];
    if (call.promptGroup !== undefined && written.has(groupName(call.promptGroup))) return [];
    // A reply that was cut or refused is nothing to learn.
    if (reply.finishReason === "length" || reply.finishReason === "refused") return [];
    const content = visibleText(reply.content);
    if (content === "" && reply.toolCalls.length === 0) return [];
    const last: AssistantMessage =
      reply.toolCalls.length === 0
        ? { role: "assistant", content }
        : { role: "assistant", content, toolCalls: reply.toolCalls };
    return [
      {
        kind: "conversation",
        messages: [...sentMessages(call), last],
        tools: call.tools ?? [],
        origin: {
          run: summary.id,
          kind: summary.kind,
          recipe: "model-call",
          outcome: summary.status,
          time: call.time,
          ...(task === undefined ? {} : { task }),
          ...(record.request?.user === undefined ? {} : { user: record.request.user }),
          models: [reply.model ?? call.model ?? "unknown"],
          terms: [call.terms ?? "unknown"],
          tools: reply.toolCalls.map(({ name }) => name),
          families: [
            `${summary.kind === "request" ? "request" : "run"}:${summary.id}`,
            ...(task === undefined ? [] : [`task:${task}`]),
          ],
        },
      },
    ];
  }); // A dialogue is sent anew with each of its turns: the longest form holds the others.
  const held = new Set(all.flatMap(({ messages }) => beginnings(messages)));
  return all.filter(({ messages }) => !held.has(digestJson(messages as unknown as Json)));
}

/** Digests of every shorter dialogue that a dialogue begins with. */
function beginnings(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap(({ role }, index) =>
    role === "assistant" && index < messages.length - 1
      ? [digestJson(messages.slice(0, index + 1) as unknown as Json)]
      : [],
  );
}

function modelsOf({ modelCalls }: RunRecord) {
  const ids = new Set(modelCalls.flatMap(({ model }) => model ?? []));
  const terms = new Set(modelCalls.map((call) => call.terms ?? "unknown"));
  return { ids: [...ids].sort(), terms: [...terms].sort() };
}

/** Attempts that answer one prompt, in order; prompts in order of their first attempt. */
function groups(record: RunRecord): readonly (readonly Attempt[])[] {
  return [...Map.groupBy(attemptsOf(record), ({ group }) => group).values()];
}

function labelled(record: RunRecord, { margin, maxPerTask }: RecipeOptions): Made {
  const all = attemptsOf(record);
  const attempts = evenly(all, 2 * LOOKED_AT * maxPerTask);
  const examples = attempts.flatMap((attempt): Labelled[] => {
    // Without parents there is nothing that a first program could have beaten.
    if (attempt.candidate.parents.length === 0) return [];
    if (attempt.parentFitness === undefined && attempt.fitness !== undefined) return [];
    return [
      {
        kind: "labelled",
        prompt: attempt.prompt,
        completion: attempt.reply,
        label: improves(attempt, margin),
        origin: attempt.origin,
      },
    ];
  });
  const drops = [
    { reason: "candidate without scored parents", count: attempts.length - examples.length },
    { reason: "over the cap of its run", count: all.length - attempts.length },
  ];
  const run = record.summary.id;
  return { examples, drops: drops.flatMap((each) => (each.count === 0 ? [] : { run, ...each })) };
}

function prompt(group: readonly Attempt[]): Prompt {
  const [first] = group;
  if (first === undefined) throw new RangeError("a group holds at least one attempt");
  const scores = group.flatMap(({ fitness }) => fitness ?? []);
  return {
    kind: "prompt",
    prompt: first.prompt,
    fields: {
      task: first.origin.task ?? first.origin.run,
      parent_score: first.parentFitness ?? null,
      best_score: scores.length === 0 ? null : scores.reduce((a, b) => Math.max(a, b)),
      attempts: group.length,
    },
    origin: first.origin,
  };
}
