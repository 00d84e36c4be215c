/**
 * Recipes: the examples that a run provides.
 *
 *   conversations   tool use of answered requests, children that beat their parents, repairs of
 *                   failures, model calls, and hindsight if requested
 *   preferences     two attempts at one prompt, the better one chosen (EvoTune, arXiv 2504.05108);
 *                   calls that a person changed
 *   labelled        every attempt, good if it beats its parents
 *   prompts         the prompts, with the data that a reward function needs
 */
import type { EventStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { type ReadOptions, type RunRecord, readRun } from "../trace/read/read.ts";
import { type Attempt, attemptsOf } from "./attempts.ts";
import type { Conversation, Drop, Example, Labelled, Prompt } from "./examples.ts";
import { fromRequest } from "./from-request.ts";
import { type Execute, hindsight } from "./hindsight.ts";
import { humanEdits } from "./human-edits.ts";
import { modelCalls } from "./model-calls.ts";
import { pairs } from "./pairs.ts";
import { repaired, repairs } from "./repairs.ts";
import { notedPrograms, readPrograms } from "./texts.ts";
import { REPAIR_SYSTEM, repairPrompt, taskSpec } from "./wording.ts";

export type ExampleKind = Example["kind"];

export interface RecipeOptions {
  /** Maximum number of rows per task in the export. */
  readonly maxPerTask: number;
  /** Minimum fitness difference that counts; 0: any difference. */
  readonly margin: number;
  /** If set, wrong programs are run again and taught as right for their actual outputs. */
  readonly hindsight?: Execute;
  /** Stores the bytes of images. */
  readonly setAside?: NonNullable<ReadOptions["setAside"]>;
}

interface Source {
  /** The run, read lean. */
  readonly record: RunRecord;
  readonly attempts: readonly Attempt[];
}

/** Per run, at most this many times the cap of a task is examined; most of the rest would be dropped anyway. */
const LOOKED_AT = 4;
export interface Made {
  readonly examples: readonly Example[];
  readonly drops: readonly Drop[];
}

/** The examples of one kind that a run provides, in order of its events. @param runId Id in the store. */
export async function examplesOf(
  store: EventStore,
  runId: string,
  kind: ExampleKind,
  options: RecipeOptions,
): Promise<Made & { readonly record: RunRecord }> {
  const { setAside } = options;
  const record = await readRun(store, runId, {
    lean: true,
    ...present({ setAside }),
  });
  const wanted = new Set<string>();
  const none: Execute = async () => [];
  const looking = options.hindsight === undefined ? options : { ...options, hindsight: none };
  let programs = notedPrograms(wanted);
  const attempts = attemptsOf(record, (digest) => programs(digest));
  await madeOf({ record, attempts }, kind, looking);
  programs = await readPrograms(store, runId, wanted);
  return { ...(await madeOf({ record, attempts }, kind, options)), record };
}

async function madeOf(
  { record, attempts }: Source,
  kind: ExampleKind,
  options: RecipeOptions,
): Promise<Made> {
  switch (kind) {
    case "conversation":
      return await conversations(record, attempts, options);
    case "preference": {
      // Edits by people count more than measurements: they come first and are never capped.
      const edits = humanEdits(record, modelsOf(record));
      const measured = groups(attempts).flatMap((group) => pairs(group, options.margin));
      const made = capped(record, measured, options);
      return { ...made, examples: [...edits, ...made.examples] };
    }
    case "labelled":
      return labelled(record, attempts, options);
    case "prompt":
      return capped(
        record,
        groups(attempts).map((group) => () => prompt(group)),
        options,
      );
  }
}

/** @param all Each makes one example when called; dropped ones are never called. */
function capped(
  record: RunRecord,
  all: readonly (() => Example)[],
  { maxPerTask }: RecipeOptions,
): Made {
  const examples = evenly(all, LOOKED_AT * maxPerTask).map((make) => make());
  const count = all.length - examples.length;
  const drop = { run: record.summary.id, reason: "over the cap of its run", count };
  return { examples, drops: count === 0 ? [] : [drop] };
}

async function conversations(
  record: RunRecord,
  attempts: readonly Attempt[],
  { margin, maxPerTask, hindsight: execute }: RecipeOptions,
): Promise<Made> {
  const { summary, start } = record;
  const examples: Conversation[] = [];
  const drops: Drop[] = [];
  if (summary.kind === "request") {
    const made = fromRequest(record, modelsOf(record));
    if ("kind" in made) examples.push(made);
    else drops.push(made);
  }
  const better = attempts.filter((attempt) => improves(attempt, margin) || attempt.best);
  const learned = largestGains(better, LOOKED_AT * maxPerTask);
  for (const { prompt, reply, origin } of learned) {
    // Replies that the model had to correct are shown, not learned.
    const shown = prompt.map((message) =>
      message.role === "assistant" ? { ...message, weight: 0 as const } : message,
    );
    examples.push({ kind: "conversation", messages: [...shown, reply], tools: [], origin });
  }
  const spec = taskSpec(record);
  const language = start?.language ?? "javascript";
  const gained = better.filter((attempt) => improves(attempt, margin));
  for (const mended of evenly(repairs(attempts, gained), maxPerTask)) {
    examples.push(
      repaired(mended, (broken, reason) => [
        { role: "system", content: REPAIR_SYSTEM },
        { role: "user", content: repairPrompt(spec, broken, reason, language) },
      ]),
    );
  }
  if (execute !== undefined && start?.entry !== undefined && start.inputs !== undefined) {
    const { entry, inputs } = start;
    const task = { entry, inputs, language, signature: spec.signature };
    examples.push(...(await hindsight(attempts, task, execute)));
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

/** The given number with the largest gains, in the original order; always includes the best program. */
function largestGains(attempts: readonly Attempt[], count: number): readonly Attempt[] {
  if (attempts.length <= count) return attempts;
  const gain = ({ best, gain: own }: Attempt) => (best ? Infinity : (own ?? 0));
  const chosen = new Set(attempts.toSorted((a, b) => gain(b) - gain(a)).slice(0, count));
  return attempts.filter((attempt) => chosen.has(attempt));
}

/** The given number, spread evenly over the run. */
function evenly<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, index) => {
    return items[Math.floor((index * items.length) / count)] as T;
  });
}

function improves({ fitness, parentFitness }: Attempt, margin: number): boolean {
  return fitness !== undefined && parentFitness !== undefined && fitness - parentFitness > margin;
}

function modelsOf({ modelCalls }: RunRecord) {
  const ids = new Set(modelCalls.flatMap(({ model }) => model ?? []));
  const terms = new Set(modelCalls.map((call) => call.terms ?? "unknown"));
  return { ids: [...ids].sort(), terms: [...terms].sort() };
}

/** Attempts that answer the same prompt, in order; prompts in order of their first attempt. */
function groups(attempts: readonly Attempt[]): readonly (readonly Attempt[])[] {
  return [...Map.groupBy(attempts, ({ group }) => group).values()];
}

function labelled(
  record: RunRecord,
  all: readonly Attempt[],
  { margin, maxPerTask }: RecipeOptions,
): Made {
  const attempts = evenly(all, 2 * LOOKED_AT * maxPerTask);
  const examples = attempts.flatMap((attempt): Labelled[] => {
    // A first program without parents has nothing to beat.
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
