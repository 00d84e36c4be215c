/**
 * Replay: repeats an evolution run from its trace. Models answer from the record, candidates get the
 * recorded outcomes, and every new event is compared with the recorded one. It costs nothing and adds
 * nothing to the home.
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
   * `identical`: every event. `identical-search`: every event up to the point where the clock or a
   * person ended the run. `differs`: `first` is the first difference.
   */
  readonly status: "identical" | "identical-search" | "differs";
  /** Number of events of the recorded run, and how many of them the replay repeated in order. */
  readonly events: number;
  readonly matched: number;
  readonly first?: {
    readonly seq: number;
    /** null: one of the two ends here and the other continues. */
    readonly recorded: Facts | null;
    readonly replayed: Facts | null;
  };
}

type Facts = {
  readonly type: string;
  readonly data: Json;
};

/** The settings of an evolution that a replay needs. */
const Settings = z.object({
  generator: z.string(),
  strategy: z.string(),
  seed: z.number(),
  samplers: z.number().exactOptional(),
});
/** If a run did not end by its budget, the replay may use this many times its evaluations. */
const ROOM = 10;

export type Replay = (runId: string, task: Task, signal: AbortSignal) => Promise<ReplayReport>;

/** Name of the task of a run. @throws InputError RUN_NOT_FOUND, NOT_REPLAYABLE */
export async function replayedTask(
  events: EvolutionPorts["events"],
  runId: string,
): Promise<string> {
  return startOf(runId, await eventsOf(events, runId)).data.task;
}

/** @throws InputError NOT_REPLAYABLE for a run that is not an evolution, or has another task. */
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
    // A time limit does not hit the same moment twice. If time ended the search, the replay ends at
    // the last recorded candidate.
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
      // Only a replay that differs asks for something unrecorded; the comparison reports it.
      if (!isNotRecorded(error)) throw error;
    });
    return compared(runId, recorded, await eventsOf(again, runId), toTheEnd);
  };
}

/** The temperature is part of each request; the endpoint is not. */
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

/** The first readable event of a type. */
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
    `Expected an evolution run, got ${runId}, which is another kind of run. Use request resume to continue a request.`,
  );
}

function isNotRecorded(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "NOT_RECORDED";
}
