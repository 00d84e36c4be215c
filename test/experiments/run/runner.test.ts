import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Cell } from "../../../experiments/manifest/grid.ts";
import { Manifest } from "../../../experiments/manifest/schema.ts";
import { type Journal, openJournal, readBatch } from "../../../experiments/run/journal.ts";
import type { CellWorker } from "../../../experiments/run/process-worker.ts";
import { type BatchProgress, runBatch } from "../../../experiments/run/runner.ts";
import { failureOf } from "../../../experiments/run/worker.ts";
import { InputError, ModelConfig } from "../../../src/index.ts";
import { cell, done } from "../records.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "toolwright-batch-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const batch = (cells: readonly Cell[]) => ({
  format: 1 as const,
  createdAt: "2026-01-01T00:00:00.000Z",
  manifest: Manifest.parse({ name: "test", tasks: ["toy"] }),
  cells: [...cells],
});

/** Does what `run` says for each cell; keeps the contract of a worker. */
function worker(run: CellWorker["run"]): CellWorker {
  return { run, close: async () => undefined };
}

async function runAll(
  cells: readonly Cell[],
  startWorker: () => CellWorker,
  options: Partial<Parameters<typeof runBatch>[0]> = {},
) {
  const journal = await openJournal(folder, batch(cells), { resume: true });
  const seen: BatchProgress[] = [];
  try {
    const outcome = await runBatch(
      {
        cells,
        journal,
        kept: new Set(),
        again: false,
        startWorker,
        workers: 2,
        cellsAtOnce: 2,
        onProgress: (progress) => seen.push(progress),
        ...options,
      },
      new AbortController().signal,
    );
    return { outcome, seen };
  } finally {
    journal.close();
  }
}

const four = [1, 2, 3, 4].map((seed) => cell("funsearch", seed));

describe("a batch", () => {
  test("runs every cell; one that fails stops no other", async () => {
    const { outcome } = await runAll(four, () =>
      worker(async ({ cell: of }) =>
        of.seed === 2 ? failureOf(of, new InputError("NO", "not this one")) : done(of, of.seed),
      ),
    );
    expect(outcome).toEqual({ done: 3, failed: 1, skipped: 0 });
    const { records } = readBatch(folder);
    expect(records.map(({ status }) => status).sort()).toEqual(["done", "done", "done", "failed"]);
    expect(records.find(({ status }) => status === "failed")).toMatchObject({ code: "NO" });
  });

  test("never has more cells under way than it may, nor fewer while there are some", async () => {
    let running = 0;
    let most = 0;
    await runAll(
      Array.from({ length: 12 }, (_, seed) => cell("funsearch", seed)),
      () =>
        worker(async ({ cell: of }) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running--;
          return done(of, 1);
        }),
      { workers: 2, cellsAtOnce: 5 },
    );
    expect(most).toBe(5);
  });

  test("replaces a worker that is lost and tries its cell once more, as one that was begun", async () => {
    const orders: (readonly [seed: number, again: boolean])[] = [];
    let started = 0;
    const { outcome } = await runAll(
      four,
      () => {
        const number = ++started;
        return worker(async ({ cell: of, again }) => {
          orders.push([of.seed, again]);
          if (number === 1) throw new Error("the process has gone");
          return done(of, 1);
        });
      },
      { workers: 1, cellsAtOnce: 1 },
    );
    expect(outcome).toEqual({ done: 4, failed: 0, skipped: 0 });
    expect(orders.slice(0, 2)).toEqual([
      [1, false],
      [1, true],
    ]);
    expect(started).toBe(2);
  });

  test("gives a cell up that kills two workers, and goes on", async () => {
    const { outcome } = await runAll(
      four,
      () =>
        worker(async ({ cell: of }) => {
          if (of.seed === 3) throw new Error("the process has gone");
          return done(of, 1);
        }),
      { workers: 1, cellsAtOnce: 1 },
    );
    expect(outcome).toEqual({ done: 3, failed: 1, skipped: 0 });
  });

  test("begins no cell that could carry the spending over limits.usd", async () => {
    const settings = ModelConfig.parse({ model: "m", budgetUsd: 1 });
    const priced = four.map((each) => ({ ...each, settings }));
    const cost = { calls: 1, inputTokens: 1, outputTokens: 1, usd: 0.9, unpriced: 0 };
    const { outcome, seen } = await runAll(
      priced,
      () => worker(async ({ cell: of }) => done(of, 1, { cost })),
      { limitUsd: 2.5 },
    );
    // Two at once reserve 2 of 2.5; 1.8 spent leaves room for no third.
    expect(outcome).toEqual({ done: 2, failed: 0, skipped: 2 });
    expect(seen.at(-1)?.spentUsd).toBeCloseTo(1.8);
  });

  test("keeps what is done already and says how far it is", async () => {
    const kept = new Set([four[0]?.id ?? "", four[1]?.id ?? ""]);
    const ran: number[] = [];
    const { outcome, seen } = await runAll(
      four,
      () =>
        worker(async ({ cell: of }, onProgress) => {
          ran.push(of.seed);
          onProgress({ id: of.id, evaluations: 50, seconds: 1, best: 3 });
          return done(of, 1);
        }),
      { kept },
    );
    expect(ran.sort()).toEqual([3, 4]);
    expect(outcome.done).toBe(4);
    expect(seen.some(({ running }) => running.some(({ share }) => share === 0.5))).toBe(true);
    expect(seen.at(-1)).toMatchObject({ done: 4, total: 4, leftSeconds: 0 });
  });
});

describe("the journal", () => {
  const open = (resume: boolean): Promise<Journal> => openJournal(folder, batch(four), { resume });

  test("refuses a folder with results unless they are to be kept", async () => {
    (await open(false)).close();
    await expect(open(false)).rejects.toThrow(/--resume/);
    (await open(true)).close();
  });

  test("reads over half a line, as a killed process leaves it, and writes after it", async () => {
    const first = await open(false);
    first.add(done(four[0] as Cell, 1));
    first.close();
    appendFileSync(join(folder, "cells.jsonl"), '{"status":"done","cell":{"id":"to');
    const second = await open(true);
    expect([...second.records.keys()]).toEqual([four[0]?.id]);
    second.add(done(four[1] as Cell, 2));
    second.close();
    expect(readBatch(folder).records).toHaveLength(2);
  });

  test("names file and line of a record that is none", async () => {
    (await open(false)).close();
    writeFileSync(join(folder, "cells.jsonl"), '{"status":"done"}\n');
    expect(() => readBatch(folder)).toThrow(/cells\.jsonl:1: expected a cell's record/);
  });

  test("says of another folder that it is none", () => {
    expect(() => readBatch(folder)).toThrow(/has no manifest\.json/);
  });
});
