/** The batch's side of a worker in a separate process. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { StoreError } from "../../src/index.ts";
import type { Cell } from "../manifest/grid.ts";
import { Answer, type CellProgress, type Order } from "./messages.ts";
import type { CellRecord } from "./record.ts";

/**
 * Runs cells.
 *
 * Contract:
 * - `run` resolves with the record of the cell, failed or done. It rejects only if the worker itself
 *   fails; then every later call rejects too.
 * - Several cells may run at the same time.
 */
export interface CellWorker {
  run(
    order: Omit<Order, "cell"> & { readonly cell: Cell },
    onProgress: (progress: CellProgress) => void,
  ): Promise<CellRecord>;
  /** Ends running cells. */
  close(): Promise<void>;
}

interface RunningCell {
  readonly resolve: (record: CellRecord) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: CellProgress) => void;
}

/** A worker has this time to close its traces before it is killed. */
const GRACE_MS = 3_000;

/** @param command Starts a process that calls `serveCells`. */
export function processWorker(command: readonly string[]): CellWorker {
  const [file = process.execPath, ...args] = command;
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
  const running = new Map<string, RunningCell>();
  let lost: Error | undefined;
  let stderr = "";

  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + String(chunk)).slice(-2_000);
  });
  // The exit event below reports a dead worker.
  child.stdin.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    const end = (reason: string): void => {
      lost ??= new StoreError(
        "WORKER_LOST",
        `A worker of the batch ended by itself (${reason}). ${stderr.trim().split("\n").at(-1) ?? ""}`.trim(),
        { retryable: true },
      );
      for (const { reject } of running.values()) reject(lost);
      running.clear();
      resolve();
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) => end(signal ?? `status ${code}`));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = Answer.parse(JSON.parse(line));
    if (answer.type === "progress") {
      running.get(answer.progress.id)?.onProgress(answer.progress);
    } else if (answer.type === "ended") {
      const { id } = answer.record.cell;
      running.get(id)?.resolve(answer.record);
      running.delete(id);
    }
  });

  return {
    run(order, onProgress) {
      return new Promise((resolve, reject) => {
        if (lost !== undefined) {
          reject(lost);
          return;
        }
        running.set(order.cell.id, { resolve, reject, onProgress });
        child.stdin.write(`${JSON.stringify(order)}\n`);
      });
    },
    close: () => endChild(child, closed),
  };
}

async function endChild(child: ChildProcess, closed: Promise<void>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await closed;
  clearTimeout(timer);
}
