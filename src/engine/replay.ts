/**
 * Replay: an evolution run done again out of its trace. Its models answer from the record, its
 * candidates get the outcomes that are written down, and every event that comes of it is held
 * against the recorded one. Nothing is paid, and nothing is added to the home.
 */
import { z } from "zod";
import { ModelConfig } from "../core/config.ts";
import { InputError } from "../core/errors.ts";
import type { TraceEvent } from "../core/event.ts";
import { readOneOf } from "../core/events/read.ts";
import type { EventOf, KnownType } from "../core/events/schemas.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import type { Task } from "../core/task.ts";
import type { Redactor } from "../trace/index.ts";
import { memoryEventStore, openTrace } from "../trace/index.ts";
import { createEvolve, type EvolutionPorts } from "./evolution.ts";

export interface ReplayReport {
  readonly run: string;
  /**
   * `identical`: every event. `identical-search`: every event up to where the clock, or whoever ended
   * the run, decided. `differs`: `first` is where.
   */
  readonly status: "identical" | "identical-search" | "differs";
  /** Of the recorded run, and how many of them came again in their order. */
  readonly events: number;
  readonly matched: number;
  readonly first?: {
    readonly seq: number;
    /** null: the replay went on where the record ends, or ended where the record goes on. */
    readonly recorded: Facts | null;
    readonly replayed: Facts | null;
  };
}

type Facts = {
  readonly type: string;
  readonly data: Json;
};

/** What decides an evolution, as far as a replay has to ask for it. */
const Settings = z.object({
  generator: z.string(),
  strategy: z.string(),
  seed: z.number(),
  samplers: z.number().exactOptional(),
});
/** Of a run that ended for another reason than its budget, so many times its evaluations. */
const ROOM = 10;

export type Replay = (runId: string, task: Task, signal: AbortSignal) => Promise<ReplayReport>;

/** The task that a run was about: its name. @throws InputError RUN_NOT_FOUND, NOT_REPLAYABLE */
export async function replayedTask(
  events: EvolutionPorts["events"],
  runId: string,
): Promise<string> {
  return startOf(runId, await eventsOf(events, runId)).data.task;
}

/** @throws InputError NOT_REPLAYABLE for a run that is no evolution, or of another task. */
export function createReplay(
  ports: Omit<EvolutionPorts, "openTrace" | "newId">,
  redactor: Redactor,
): Replay {
  return async (runId, task, signal) => {
    const recorded = await eventsOf(ports.events, runId);
    const start = startOf(runId, recorded);
    if (start.data.task !== task.name) {
      throw new InputError(
        "NOT_REPLAYABLE",
        `Expected the task "${start.data.task}" of run ${runId}, got "${task.name}".`,
      );
    }
    const { generator, strategy, seed, samplers } = start.settings;
    const asked = firstOf(recorded, "model-call")?.data;
    const ended = firstOf(recorded, "run-result");
    const searched = recorded.filter(({ type }) => type === "candidate-result").length;
    const { budget } = start.volatile;
    const done = ended?.data.evaluations || searched;
    const byData = ended !== undefined && ended.volatile.stopped !== "budget";
    const counted = Object.keys(budget).join() === "evaluations";
    const toTheEnd = byData || counted;
    const evaluations = counted ? budget.evaluations : ROOM * done;

    const again = memoryEventStore({ clock: ports.clock });
    // A clock does not strike twice at the same moment: where it ended the search, the record's
    // last candidate ends the replay.
    const enough = new AbortController();
    let left = searched;
    const watched: EventStore = {
      ...again,
      async append(id, events, options) {
        if (id === runId) left -= events.filter(({ type }) => type === "candidate-result").length;
        if (left <= 0 && !toTheEnd) enough.abort();
        return await again.append(id, events, options);
      },
    };
    const evolve = createEvolve({
      ...ports,
      openTrace: (run) => openTrace(watched, run, redactor),
      newId: () => runId,
      replayed: asked ?? { model: "none", terms: "unknown" },
    });
    await evolve(
      task,
      {
        id: runId,
        seed,
        generator,
        strategy,
        resume: runId,
        ...(evaluations === undefined ? {} : { budget: { evaluations } }),
        ...(samplers === undefined ? { model: null } : { samplers, model: modelOf(ports.config) }),
      },
      AbortSignal.any([signal, enough.signal]),
    ).catch((error: unknown) => {
      if (enough.signal.aborted && !signal.aborted) return;
      // Where the replay leaves the record, it asks for what was never said: the comparison shows it.
      if (!isNotRecorded(error)) throw error;
    });
    return compared(runId, recorded, await eventsOf(again, runId), toTheEnd);
  };
}

/** Its temperature is part of each request; where it answers from, is not. */
function modelOf(config: EvolutionPorts["config"]): ModelConfig {
  return config.model ?? ModelConfig.parse({ model: "recorded" });
}

function compared(
  run: string,
  recorded: readonly TraceEvent[],
  replayed: readonly TraceEvent[],
  toTheEnd: boolean,
): ReplayReport {
  const facts = (event: TraceEvent | undefined): Facts | null =>
    event === undefined ? null : { type: event.type, data: event.data };
  const same = (index: number) =>
    canonicalJson(facts(recorded[index])) === canonicalJson(facts(replayed[index]));
  const length = Math.max(recorded.length, replayed.length);
  let matched = 0;
  while (matched < length && same(matched)) matched++;
  const report = { run, events: recorded.length, matched: Math.min(matched, recorded.length) };
  if (matched === length) return { ...report, status: "identical" };
  const searched = recorded.findLastIndex(({ type }) => type === "candidate-result");
  if (!toTheEnd && matched > searched) return { ...report, status: "identical-search" };
  return {
    ...report,
    status: "differs",
    first: {
      seq: matched + 1,
      recorded: facts(recorded[matched]),
      replayed: facts(replayed[matched]),
    },
  };
}

async function eventsOf(
  store: EvolutionPorts["events"],
  runId: string,
): Promise<readonly TraceEvent[]> {
  const list: TraceEvent[] = [];
  for await (const event of store.events(runId)) list.push(event);
  return list;
}

/** The first event of a type, if there is one that can be read. */
function firstOf<Type extends KnownType>(
  events: readonly TraceEvent[],
  type: Type,
): EventOf<Type> | undefined {
  const found = events.find((event) => event.type === type);
  const read = found === undefined ? undefined : readOneOf(found, [type]);
  return read?.type === "unread" ? undefined : (read as EventOf<Type> | undefined);
}

function startOf(
  runId: string,
  events: readonly TraceEvent[],
): EventOf<"run-start"> & { readonly settings: z.output<typeof Settings> } {
  const start = firstOf(events, "run-start");
  const settings = Settings.safeParse(start?.data.config);
  if (start !== undefined && settings.success) return { ...start, settings: settings.data };
  throw new InputError(
    "NOT_REPLAYABLE",
    `Expected an evolution run, got ${runId}, which begins otherwise. A request's journal is replayed by request resume.`,
  );
}

function isNotRecorded(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "NOT_RECORDED";
}
