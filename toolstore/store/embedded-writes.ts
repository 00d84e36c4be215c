/**
 * The writes of an embedded store. Writes within one turn of the event loop share a transaction, and so
 * one disk flush; each of them succeeds or fails independently.
 */
import type { DatabaseSync } from "node:sqlite";
import { EngineError } from "../../src/core/errors.ts";
import type { Tool } from "../../src/core/tool.ts";
import { Count, guarded, type Statements } from "./embedded-file.ts";

/** @returns The tool, if it put one with a new name. */
export type Work = (change: number) => Tool | undefined;

export interface EmbeddedWrites {
  /** Runs `work` in a transaction that is on disk when the promise resolves. */
  write(work: Work): Promise<void>;
  /** Writes all waiting work now. */
  flush(): void;
}

export interface EmbeddedWritesOptions {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly sql: Statements;
  /** @throws StoreError if the store is closed. */
  readonly checkOpen: () => void;
  /** Called after each transaction with the tools of new names, and the last change before and in it. */
  readonly committed: (first: readonly Tool[], before: number, after: number) => void;
}

interface Job {
  readonly work: Work;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function embeddedWrites({
  path,
  database,
  sql,
  checkOpen,
  committed,
}: EmbeddedWritesOptions): EmbeddedWrites {
  const waiting: Job[] = [];
  const lastChange = (): number => Count.parse(sql.lastChange.get()).value;

  function flush(): void {
    if (waiting.length === 0) return;
    const jobs = waiting.splice(0);
    const settle: (() => void)[] = [];
    const first: Tool[] = [];
    let before = 0;
    let after = 0;
    try {
      guarded(path, () => {
        checkOpen();
        sql.begin.run();
        before = lastChange();
        let change = before;
        for (const job of jobs) settle.push(attempt(job, ++change, first));
        after = lastChange();
        sql.commit.run();
      });
    } catch (error) {
      if (database.isOpen && database.isTransaction) sql.rollback.run();
      for (const { reject } of jobs) reject(error);
      return;
    }
    for (const done of settle) done();
    try {
      committed(first, before, after);
    } catch (error) {
      // The writes have succeeded. The next search meets the same error and reports it to its caller.
      if (!(error instanceof EngineError)) throw error;
    }
  }

  return {
    write: (work) =>
      new Promise((resolve, reject) => {
        waiting.push({ work, resolve, reject });
        if (waiting.length === 1) setImmediate(flush);
      }),
    flush,
  };
}

/** One job inside the transaction; a failed one writes nothing and does not affect the others. */
function attempt({ work, resolve, reject }: Job, change: number, first: Tool[]): () => void {
  try {
    const tool = work(change);
    if (tool !== undefined) first.push(tool);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return () => reject(error);
  }
  return resolve;
}
