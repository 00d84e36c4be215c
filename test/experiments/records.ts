/** Cells and records for the tests: as the runner writes them, with figures of the test's choice. */
import type { Cell } from "../../experiments/manifest/grid.ts";
import type { DoneRecord, Outcome } from "../../experiments/run/record.ts";

export function cell(strategy: string, seed: number, changes: Partial<Cell> = {}): Cell {
  const task = changes.task ?? "toy";
  return {
    id: `${task}~${strategy}~mutation~e100~s${seed}`,
    task,
    kind: "task",
    strategy,
    generator: "mutation",
    model: undefined,
    baseline: strategy === "random",
    budget: { evaluations: 100 },
    seed,
    settings: undefined,
    ...changes,
  };
}

export function done(of: Cell, sealed: number, changes: Partial<Outcome> = {}): DoneRecord {
  return {
    status: "done",
    cell: of,
    taskDigest: "digest",
    finishedAt: "2026-01-01T00:00:00.000Z",
    outcome: {
      runId: `run-${of.id}`,
      resumed: 0,
      fitness: sealed,
      sealed,
      measures: {},
      floor: 0,
      evaluations: 100,
      proposals: 120,
      repeats: 20,
      seconds: 2,
      failures: { threw: 3 },
      stopped: "budget",
      cost: { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, unpriced: 0 },
      curve: [
        { evaluations: 1, fitness: 0, seconds: 0.1, costUsd: 0 },
        { evaluations: 40, fitness: sealed, seconds: 1, costUsd: 0 },
      ],
      best: { source: "function f() { return 1; }", published: "f", seed: "function f() {}" },
      lineage: [],
      ...changes,
    },
  };
}
