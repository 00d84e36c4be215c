/** Where every event of every run is kept, and what writes there. */
import type { NewEvent, RunKind, RunStatus, RunSummary, TraceEvent } from "../event.ts";

/** How an event is added to a run that others may write to as well. */
export interface AppendOptions {
  /** Unique in the run: a second append with it stores nothing. */
  readonly once?: string;
  /** Of the claim under which this is written. */
  readonly epoch?: number;
  /** Makes a waiting run due: there is something new for it. */
  readonly wakes?: boolean;
}

/** Which of all runs. */
export interface RunPage {
  readonly kind?: RunKind;
  /** So many at the most: the newest, or with `after` alone those next to it. */
  readonly limit?: number;
  /** Runs that began before this one. */
  readonly before?: string;
  /** Runs that began after this one. */
  readonly after?: string;
}

/** The right to carry a run on, until the lease ends or somebody else claims it. */
export interface Claim {
  /** Greater than that of every earlier claim of the run. */
  readonly epoch: number;
}

/**
 * Keeps the trace, which is also the journal that a request is carried on from.
 *
 * Contract, checked by test/contracts/event-store.ts:
 * - When `append` resolves, the events are on disk: a killed process loses none of them.
 * - Events of a run are gapless and in order; readers see a prefix, never a torn event.
 * - Nothing is changed or removed.
 * - A write that carries the epoch of a claim is refused with StoreError FENCED once a newer claim
 *   exists: whoever was taken for dead and wakes up again changes nothing.
 * - Of several claims at once one succeeds.
 */
export interface EventStore {
  begin(run: {
    readonly id: string;
    readonly kind: RunKind;
    readonly title: string;
    readonly parent?: string;
  }): Promise<void>;
  /** @returns "duplicate" if `once` was used before in this run; nothing was stored then. */
  append(
    runId: string,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<"appended" | "duplicate">;
  end(
    runId: string,
    status: Exclude<RunStatus, "running" | "waiting">,
    options?: { readonly epoch?: number },
  ): Promise<void>;
  /**
   * @param leaseMs For so long nobody else gets it, unless this process dies before.
   * @returns undefined while another claim holds. @throws StoreError RUN_ENDED, InputError RUN_NOT_FOUND
   */
  claim(runId: string, options: { readonly leaseMs: number }): Promise<Claim | undefined>;
  /** The lease begins anew. @throws StoreError FENCED */
  renew(runId: string, epoch: number, options: { readonly leaseMs: number }): Promise<void>;
  /**
   * Gives a claim back, with the last events of this life, in one write.
   *
   * @param seen What `wakes` said when this life last looked: if there is news since then, nothing
   *   is written and the answer is false.
   * @param dueAt ISO 8601: when the run goes on by itself. Absent: at the next event that wakes it.
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
   * Runs that were claimed or suspended before and could be carried on now: their time has come, they
   * were woken, or whoever held them is gone. The longest due first.
   */
  due(): Promise<readonly string[]>;
  /** Newest first. @throws InputError RUN_NOT_FOUND for a neighbour that is not there. */
  runs(page?: RunPage): Promise<readonly RunSummary[]>;
  /** @throws InputError RUN_NOT_FOUND */
  run(runId: string): Promise<RunSummary>;
  /** In order. `after`: only events with a greater `seq`. `types`: those alone. */
  events(
    runId: string,
    options?: { readonly after?: number; readonly types?: readonly string[] },
  ): AsyncIterable<TraceEvent>;
  close(): Promise<void>;
}

/** Writes one run down: what is said here is on disk when the promise resolves. */
export interface TraceWriter {
  readonly id: string;
  events(events: readonly NewEvent[]): Promise<void>;
  end(status: Exclude<RunStatus, "running" | "waiting">): Promise<void>;
}

export type OpenTrace = (run: {
  readonly id: string;
  readonly kind: RunKind;
  readonly title: string;
  readonly parent?: string;
}) => Promise<TraceWriter>;
