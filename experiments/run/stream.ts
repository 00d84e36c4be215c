/**
 * A stream of related requests, each with examples and sealed checks, to measure the benefit of a
 * library of tools. With the library, every request can use the tools of earlier requests; without it,
 * each starts with an empty home. The budget per request is the same in both cases.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Case,
  digestJson,
  type Engine,
  Request,
  sameJson,
  specTask,
} from "../../src/index.ts";
import type { Cell } from "../manifest/grid.ts";
import type { CellProgress } from "./messages.ts";
import { readSearch } from "./read-run.ts";
import type { CurvePoint, DoneRecord } from "./record.ts";

export interface StreamStep {
  readonly objective: string;
  /** Name and signature of the tool. */
  readonly signature: string;
  /** Known to the user: a search trains on them, and a stored tool is used if it passes all of them. */
  readonly cases: readonly Case[];
  /** They decide if the request is answered correctly; neither search nor tool selection uses them. */
  readonly checks: readonly Case[];
  /** Index from 0 of an earlier step that asked for the same function in other words. */
  readonly repeats?: number;
}

export interface Stream {
  readonly name: string;
  readonly description: string;
  readonly steps: readonly StreamStep[];
}

interface Served {
  readonly right: boolean;
  /** Answered by a stored tool, without a search. */
  readonly reused: boolean;
  /** Answered by a stored tool that was found only after a search. */
  readonly reusedLate: boolean;
  readonly evaluations: number;
  readonly seconds: number;
}

export async function runStream(
  engineAt: (home: string) => Engine,
  stream: Stream,
  cell: Cell,
  signal: AbortSignal,
  onProgress: (progress: CellProgress) => void,
): Promise<DoneRecord> {
  const withLibrary = cell.strategy === "with-library";
  // Separate, empty homes: tools of other cells must not be available.
  const root = mkdtempSync(join(tmpdir(), "toolwright-stream-"));
  const begin = performance.now();
  const curve: CurvePoint[] = [];
  const cost = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, unpriced: 0 };
  const served: Served[] = [];
  let shared: Engine | undefined;
  try {
    for (const [index, step] of stream.steps.entries()) {
      const engine = shared ?? engineAt(join(root, String(index)));
      if (withLibrary) shared = engine;
      try {
        served.push(await serve(engine, step, cell, signal));
      } finally {
        if (!withLibrary) await engine.close();
      }
      const evaluations = sum(served.map((each) => each.evaluations));
      const fitness = share(served, ({ right }) => right, stream.steps.length);
      const seconds = (performance.now() - begin) / 1000;
      curve.push({ evaluations, fitness, seconds });
      onProgress({ id: cell.id, evaluations, seconds, best: fitness });
    }
  } finally {
    await shared?.close();
    rmSync(root, { recursive: true, force: true });
  }
  const evaluations = sum(served.map((each) => each.evaluations));
  const answered = share(served, ({ right }) => right, stream.steps.length);
  return {
    status: "done",
    cell,
    taskDigest: streamDigest(stream),
    finishedAt: new Date().toISOString(),
    outcome: {
      runId: "",
      resumed: 0,
      fitness: answered,
      sealed: answered,
      measures: {
        requests: stream.steps.length,
        answeredRight: served.filter(({ right }) => right).length,
        servedByStoredTool: served.filter(({ reused }) => reused).length,
        servedByStoredToolAfterSearch: served.filter(({ reusedLate }) => reusedLate).length,
        servedByTheWrongTool: served.filter(
          ({ reused, reusedLate, right }) => (reused || reusedLate) && !right,
        ).length,
        evaluations,
      },
      floor: 0,
      solved: answered === 1,
      evaluations,
      proposals: evaluations,
      repeats: 0,
      seconds: (performance.now() - begin) / 1000,
      failures: {},
      stopped: "target",
      cost,
      curve,
      lineage: [],
    },
  };
}

async function serve(
  engine: Engine,
  step: StreamStep,
  cell: Cell,
  signal: AbortSignal,
): Promise<Served> {
  const begin = performance.now();
  const [name = "tool"] = step.signature.replace(/^function\s+/, "").split("(");
  const task = specTask({
    name,
    description: step.objective,
    signature: step.signature,
    cases: [...step.cases],
    heldOut: [...step.checks],
  });
  const { requestId, solution } = await engine.request(
    Request.parse({ objective: step.objective }),
    {
      task,
      // Not the checks: a tool that is selected by the checks could never be wrong.
      instances: step.cases.map(({ args, expected }) => ({ input: args, expected })),
      seed: cell.seed,
      budget: cell.budget,
      generator: cell.generator,
      // A request that waits would count as a wrong answer.
      modelWaitMs: 0,
    },
    signal,
  );
  const answered = solution?.status === "answered" ? solution : undefined;
  const right = await passes(engine, answered?.answer.tool ?? undefined, step.checks, signal);
  const runs = (await engine.events.runs()).filter(
    ({ parent, kind }) => parent === requestId && kind === "evolution",
  );
  let evaluations = 0;
  for (const { id } of runs) {
    const { evaluated } = await readSearch(engine.events, id, undefined);
    evaluations += evaluated;
  }
  const stored = answered !== undefined && answered.createdBy === undefined;
  return {
    right,
    reused: stored && evaluations === 0,
    reusedLate: stored && evaluations > 0,
    evaluations,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** Whether a tool gives the expected output for every check. */
async function passes(
  { tools, sandbox }: Engine,
  tool: { readonly name: string; readonly version: number } | undefined,
  checks: readonly Case[],
  signal: AbortSignal,
): Promise<boolean> {
  if (tool === undefined) return false;
  const { language, source, entry, uses, limits } = await tools.get(tool.name, tool.version);
  const executions = await (await sandbox()).run(
    {
      program: { language, source, entry, ...(uses === undefined ? {} : { uses }) },
      inputs: checks.map(({ args }) => args),
      limits,
      seed: 0,
    },
    signal,
  );
  return checks.every(({ expected }, index) => {
    const execution = executions[index];
    return execution?.status === "returned" && sameJson(execution.output, expected);
  });
}

export function streamDigest(stream: Stream): string {
  return digestJson(JSON.parse(JSON.stringify(stream)));
}

function share<T>(list: readonly T[], holds: (item: T) => boolean, of: number): number {
  return list.filter(holds).length / of;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
