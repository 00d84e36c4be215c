/**
 * Concurrent writes share one transaction, so that many small writes cost one flush. Each write is
 * accepted or refused by itself; a run's counters are read once and written once.
 */
import { EngineError, StoreError } from "../../core/errors.ts";
import type { HomeFile } from "../../core/home-file.ts";
import { runNotFound } from "./memory.ts";
import { translated } from "./sqlite-file.ts";
import { type RunState, type statementsOf, stateOf } from "./sqlite-rows.ts";

/** The runs of one transaction. */
export interface OpenRuns {
  /** A copy of the state, read under the write lock. @throws InputError RUN_NOT_FOUND */
  get(runId: string): RunState;
  /** Written when the transaction ends. */
  set(runId: string, state: RunState): void;
}

interface Write {
  /** Returns the caller's result. Throws before it has changed anything. */
  readonly apply: (runs: OpenRuns) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: EngineError) => void;
}

export interface GroupCommit {
  /** Resolves when the write is on disk. */
  write<T>(apply: (runs: OpenRuns) => T): Promise<T>;
  /** Commits the pending writes; later writes are refused. */
  close(): void;
}

export function groupCommit(
  { database, isLost }: HomeFile,
  statements: ReturnType<typeof statementsOf>,
  path: string,
): GroupCommit {
  let waiting: Write[] = [];
  let closed = false;

  function commit(): void {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    const done: { write: Write; value: unknown }[] = [];
    const refused: { write: Write; error: EngineError }[] = [];
    try {
      database.exec("BEGIN IMMEDIATE");
      const changed = new Map<string, RunState>();
      const runs = openRuns(changed);
      for (const write of group) {
        try {
          done.push({ write, value: write.apply(runs) });
        } catch (error) {
          // A refused write has changed nothing; the other writes of the group continue.
          if (!(error instanceof EngineError)) throw error;
          refused.push({ write, error });
        }
      }
      for (const state of changed.values()) store(state);
      database.exec("COMMIT");
      if (isLost()) throw storeLost(path);
    } catch (error) {
      // A full disk may already have ended the transaction.
      if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
      const reason = translated(error, path);
      for (const { reject } of group) reject(reason);
      return;
    }
    for (const { write, value } of done) write.resolve(value);
    for (const { write, error } of refused) write.reject(error);
  }

  const openRuns = (changed: Map<string, RunState>): OpenRuns => ({
    get(runId) {
      const known = changed.get(runId);
      if (known !== undefined) return { ...known };
      const row = statements.run.get(runId);
      if (row === undefined) throw runNotFound(runId);
      return stateOf(row);
    },
    set: (runId, state) => void changed.set(runId, state),
  });

  function store(state: RunState): void {
    const { status, endedAt, owner, epoch, dueAt, woken, events, sum, number } = state;
    const { pid, start, place = "" } = owner;
    statements.setRun.run(
      status,
      endedAt,
      pid,
      start,
      place,
      epoch,
      dueAt,
      woken,
      events,
      sum,
      number,
    );
  }

  return {
    write<T>(apply: (runs: OpenRuns) => T): Promise<T> {
      if (closed) return Promise.reject(storeClosed(path));
      return new Promise<T>((resolve, reject) => {
        waiting.push({ apply, resolve: resolve as (value: unknown) => void, reject });
        if (waiting.length === 1) setImmediate(commit);
      });
    },
    close() {
      commit();
      closed = true;
    },
  };
}

function storeLost(path: string): StoreError {
  return new StoreError(
    "TRACE_LOST",
    `The event store at ${path} was removed or replaced while it was in use: writes would be lost, so the store refuses them. Restore it from a copy, or use a new home.`,
  );
}

export function storeClosed(path: string): StoreError {
  return new StoreError("STORE_CLOSED", `The event store at ${path} was closed. Open it again.`);
}
