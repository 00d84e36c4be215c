/** The batch's side of a worker in a process of its own. */
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
 * - `run` resolves with the record of the cell, failed or done; it rejects only when the worker
 *   itself is lost, and then every later call rejects too.
 * - Several cells may run at once.
 */
export interface CellWorker {
  run(
    order: Omit<Order, "cell"> & { readonly cell: Cell },
    onProgress: (progress: CellProgress) => void,
  ): Promise<CellRecord>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (record: CellRecord) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: CellProgress) => void;
}

/** Time that a worker has to put its traces away before it is killed. */
const GRACE_MS = 3_000;

/** @param command What starts a process that calls `serveCells`. */
export function processWorker(command: readonly string[]): CellWorker {
  const [file = process.execPath, ...args] = command;
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
  const waiting = new Map<string, Waiting>();
  let lost: Error | undefined;
  let said = "";

  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + String(chunk)).slice(-2_000);
  });
  // A worker that is gone is told by its exit, below.
  child.stdin.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    const end = (reason: string): void => {
      lost ??= new StoreError(
        "WORKER_LOST",
        `A worker of the batch ended by itself (${reason}). ${said.trim().split("\n").at(-1) ?? ""}`.trim(),
        { retryable: true },
      );
      for (const { reject } of waiting.values()) reject(lost);
      waiting.clear();
      resolve();
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) => end(signal ?? `status ${code}`));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = Answer.parse(JSON.parse(line));
    if (answer.type === "progress") {
      waiting.get(answer.progress.id)?.onProgress(answer.progress);
    } else if (answer.type === "ended") {
      const { id } = answer.record.cell;
      waiting.get(id)?.resolve(answer.record);
      waiting.delete(id);
    }
  });

  return {
    run(order, onProgress) {
      return new Promise((resolve, reject) => {
        if (lost !== undefined) {
          reject(lost);
          return;
        }
        waiting.set(order.cell.id, { resolve, reject, onProgress });
        child.stdin.write(`${JSON.stringify(order)}\n`);
      });
    },
    close: () => ended(child, closed),
  };
}

async function ended(child: ChildProcess, closed: Promise<void>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await closed;
  clearTimeout(timer);
}
