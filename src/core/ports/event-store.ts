/** The contracts of the event store, which holds every event of every run, and of its writers. */
import type { NewEvent, RunKind, RunStatus, RunSummary, TraceEvent } from "../event.ts";

/** Options of an append; other processes may append to the same run. */
export interface AppendOptions {
  /** An idempotency key in the run: a second append with it stores nothing. */
  readonly once?: string;
  /** The epoch of the writer's claim. */
  readonly epoch?: number;
  /** Makes a waiting run due: the events are new input for it. */
  readonly wakes?: boolean;
}

/** Selects runs. */
export interface RunPage {
  readonly kind?: RunKind;
  /** Maximum number of runs: the newest ones; if only `after` is given, the ones closest to it. */
  readonly limit?: number;
  /** Runs that started before this one. */
  readonly before?: string;
  /** Runs that started after this one. */
  readonly after?: string;
}

/** The right to continue a run, until the lease ends or another process claims it. */
export interface Claim {
  /** Greater than the epoch of every earlier claim of the run. */
  readonly epoch: number;
}

/**
 * Stores the trace. It is also the journal from which a request resumes.
 *
 * Contract, checked by test/contracts/event-store.ts:
 * - When `append` resolves, the events are on disk: a killed process loses none of them.
 * - Events of a run are gapless and in order; readers see a prefix, never a torn event.
 * - Nothing is changed or removed.
 * - A write with the epoch of a claim is refused with StoreError FENCED once a newer claim exists:
 *   a process that was presumed dead and continues changes nothing.
 * - Of several concurrent claims one succeeds.
 */
export interface EventStore {
  begin(run: {
    readonly id: string;
    readonly kind: RunKind;
    readonly title: string;
    readonly parent?: string;
  }): Promise<void>;
  /** @returns "duplicate" if `once` was used before in this run; then nothing is stored. */
  append(
    runId: string,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<"appended" | "duplicate">;
  end(
    runId: string,
    status: Exclude<RunStatus, "running" | "waiting" | "damaged">,
    options?: { readonly epoch?: number },
  ): Promise<void>;
  /**
   * @param leaseMs During this time no other process gets the run, unless this process dies.
   * @returns undefined while another claim is valid. @throws StoreError RUN_ENDED, InputError RUN_NOT_FOUND
   */
  claim(runId: string, options: { readonly leaseMs: number }): Promise<Claim | undefined>;
  /** Restarts the lease. @throws StoreError FENCED */
  renew(runId: string, epoch: number, options: { readonly leaseMs: number }): Promise<void>;
  /**
   * Releases a claim and appends the last events of this process, in one write.
   *
   * @param seen The value of `wakes` when this process last read it. If a newer event has woken the
   *   run since then, nothing is written and the result is false.
   * @param dueAt ISO 8601: when the run continues by itself. Absent: at the next event that wakes it.
   */
  suspend(
    runId: string,
    epoch: number,
    options: {
      readonly seen: number;
      readonly dueAt?: string;
      readonly events?: readonly NewEvent[];
    },
  ): Promise<boolean>;
  /** `seq` of the newest event that was appended with `wakes`; 0 if there is none. */
  wakes(runId: string): Promise<number>;
  /**
   * Runs that were claimed or suspended before and can continue now: their due time has passed, an
   * event has woken them, or their process is dead. The longest due first.
   */
  due(): Promise<readonly string[]>;
  /** Newest first. A run whose record is damaged is among them, as such. @throws InputError RUN_NOT_FOUND if `before` or `after` does not exist. */
  runs(page?: RunPage): Promise<readonly RunSummary[]>;
  /** @throws InputError RUN_NOT_FOUND, StoreError CORRUPT_RECORD */
  run(runId: string): Promise<RunSummary>;
  /** In order. `after`: only events with a greater `seq`. `types`: only events of these types. */
  events(
    runId: string,
    options?: { readonly after?: number; readonly types?: readonly string[] },
  ): AsyncIterable<TraceEvent>;
  close(): Promise<void>;
}

/** Writes the events of one run; they are on disk when the promise resolves. */
export interface TraceWriter {
  readonly id: string;
  events(events: readonly NewEvent[]): Promise<void>;
  end(status: Exclude<RunStatus, "running" | "waiting" | "damaged">): Promise<void>;
}

export type OpenTrace = (run: {
  readonly id: string;
  readonly kind: RunKind;
  readonly title: string;
  readonly parent?: string;
}) => Promise<TraceWriter>;
