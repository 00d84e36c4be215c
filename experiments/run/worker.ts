/**
 * The worker's side of a batch: takes cells from its input and runs them on a shared engine. It reports
 * each failure as the record of its cell. It ends when its input ends, so that it never outlives a
 * killed batch.
 */
import { createInterface } from "node:readline";
import type { Engine } from "../../src/index.ts";
import { EngineError, InputError, type Task } from "../../src/index.ts";
import type { Cell } from "../manifest/grid.ts";
import { runCell } from "./cell.ts";
import { type Answer, type CellProgress, Order } from "./messages.ts";
import type { CellRecord } from "./record.ts";
import { runStream, type Stream } from "./stream.ts";

export interface WorkerPorts {
  readonly engine: Engine;
  /** An engine with a separate home, for runs that must start without tools. */
  readonly engineAt: (home: string) => Engine;
  readonly loadTask: (name: string) => Promise<Task>;
  readonly loadStream: (name: string) => Promise<Stream>;
}

const EVERY_MS = 250;

export async function serveCells(
  ports: WorkerPorts,
  input: NodeJS.ReadableStream,
  send: (answer: Answer) => void,
): Promise<void> {
  const controller = new AbortController();
  const running = new Set<Promise<void>>();
  send({ type: "ready" });
  for await (const line of createInterface({ input })) {
    const { again, seconds, cell } = Order.parse(JSON.parse(line));
    const signal =
      seconds === undefined
        ? controller.signal
        : AbortSignal.any([controller.signal, AbortSignal.timeout(seconds * 1000)]);
    const work = recordOf(ports, cell as Cell, again, signal, throttled(send)).then((record) =>
      send({ type: "ended", record }),
    );
    running.add(work);
    void work.finally(() => running.delete(work));
  }
  controller.abort();
  await Promise.allSettled(running);
}

/** A failed cell gives a record too. */
async function recordOf(
  ports: WorkerPorts,
  cell: Cell,
  again: boolean,
  signal: AbortSignal,
  onProgress: (progress: CellProgress) => void,
): Promise<CellRecord> {
  try {
    if (cell.kind === "stream") {
      const stream = await ports.loadStream(cell.task);
      return await runStream(ports.engineAt, stream, cell, signal, onProgress);
    }
    const task = await ports.loadTask(cell.task);
    return await runCell(
      {
        engine: ports.engine,
        task,
        onProgress: ({ evaluations, seconds, best }) =>
          onProgress({ id: cell.id, evaluations, seconds, best: best?.fitness }),
      },
      cell,
      again,
      signal,
    );
  } catch (error) {
    return failureOf(cell, signal.aborted ? timeoutOr(signal.reason, error) : error);
  }
}

export function failureOf(cell: Cell, error: unknown): CellRecord {
  const finishedAt = new Date().toISOString();
  const code = error instanceof EngineError ? error.code : "UNEXPECTED";
  const message = error instanceof Error ? error.message : String(error);
  return { status: "failed", cell, finishedAt, code, message };
}

function timeoutOr(reason: unknown, error: unknown): unknown {
  if ((reason as { name?: unknown } | undefined)?.name !== "TimeoutError") return error;
  return new InputError(
    "CELL_TIMED_OUT",
    "The cell took longer than limits.cellSeconds allows. Raise it, or lower the cell's budget.",
  );
}

function throttled(send: (answer: Answer) => void): (progress: CellProgress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    if (now - last < EVERY_MS) return;
    last = now;
    send({ type: "progress", progress });
  };
}
