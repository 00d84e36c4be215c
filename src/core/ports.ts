/**
 * The contracts between the rooms. A driver keeps one; the engine knows no more of it than this.
 */
import type { NewEvent, RunKind, RunStatus, RunSummary, TraceEvent } from "./event.ts";
import type {
  Execution,
  ExecutionBatch,
  ExecutionJob,
  ExecutionStatus,
  Language,
} from "./execution.ts";
import type { Json } from "./json.ts";
import type { Task, TaskInstance } from "./task.ts";
import type { Tool, ToolStatus } from "./tool.ts";

/** What a sandbox can and cannot do, as data; `prompt` says it to a model. */
export interface SandboxCapabilities {
  readonly languages: readonly Language[];
  readonly network: boolean;
  readonly files: "none" | "scratch" | "mounted";
  readonly packages: readonly string[];
  readonly stateful: boolean;
  /** What it holds, and what it does not hold, on this machine. Sentences. */
  readonly holds: readonly string[];
  readonly doesNotHold: readonly string[];
  readonly prompt: string;
  /** Where languages meet different drivers: what is said to a model that writes in one of them. */
  readonly prompts?: Readonly<Partial<Record<Language, string>>>;
}

/**
 * Runs code that nobody has read.
 *
 * Contract, held by every driver and checked by test/contracts/sandbox.ts:
 * - `run` gives one Execution per input, in order, for anything the code does: throw, loop, exhaust
 *   memory, print, return junk. An execution that ends the program (timed-out, out-of-memory,
 *   crashed, refused) stands for the inputs after it too.
 * - It rejects only with SandboxUnavailableError, when the sandbox itself is lost, or with the
 *   signal's reason, when the caller cancels: neither is the candidate's doing.
 * - Nothing survives a run: the next one sees no global, timer, file or connection of this one.
 *   Within a run, inputs share the program's globals.
 * - Inputs are copied in and outputs copied out as JSON; no reference crosses the wall.
 * - Equal jobs give equal executions (`wallMs` aside) unless a limit ends them.
 * - After an abort the code is stopped within 100 ms.
 * - `runBatch` gives for every program what `run` would give, and may be faster.
 */
export interface Sandbox {
  readonly name: string;
  readonly capabilities: SandboxCapabilities;
  run(job: ExecutionJob, signal: AbortSignal): Promise<readonly Execution[]>;
  runBatch(batch: ExecutionBatch, signal: AbortSignal): Promise<readonly (readonly Execution[])[]>;
  close(): Promise<void>;
}

/** What one candidate is worth on some instances. */
export type Evaluation =
  | {
      readonly status: "scored";
      /** One per instance, in order, finite; higher is better. */
      readonly scores: readonly number[];
      /** The task's reduction of them. */
      readonly fitness: number;
    }
  /** No number: a partial failure is a failure. `at` is the first instance that failed. */
  | {
      readonly status: "failed";
      readonly kind: Exclude<ExecutionStatus, "returned"> | "invalid";
      readonly reason: string;
      readonly at: number;
    };

/**
 * Turns executions into scores, outside the sandbox. Pure: equal arguments, equal answers.
 */
export interface Evaluator {
  evaluate(
    task: Task,
    instances: readonly TaskInstance[],
    executions: readonly Execution[],
  ): Evaluation;
  /** What failed and how, a line per instance, for prompts and people. */
  feedback(
    task: Task,
    instances: readonly TaskInstance[],
    executions: readonly Execution[],
    options?: { readonly maxLines?: number; readonly maxChars?: number },
  ): readonly string[];
}

/** How an event is added to a run that others may write to as well. */
export interface AppendOptions {
  /** Unique in the run: a second append with it stores nothing. */
  readonly once?: string;
  /** Of the claim under which this is written. */
  readonly epoch?: number;
  /** Makes a waiting run due: there is something new for it. */
  readonly wakes?: boolean;
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
  /** Newest first. */
  runs(): Promise<readonly RunSummary[]>;
  /** @throws InputError RUN_NOT_FOUND */
  run(runId: string): Promise<RunSummary>;
  /** In order. `after`: only events with a greater `seq`. */
  events(runId: string, options?: { readonly after?: number }): AsyncIterable<TraceEvent>;
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

/**
 * Turns texts into vectors whose cosine says how much they have to do with each other.
 *
 * Contract: one vector per text, in order, each of `dims` numbers and of length 1; equal texts of a kind
 * give equal vectors. A failure of the service rejects with ModelError, an abort with its reason.
 */
export interface Embedder {
  /** Names model and settings: vectors of different ids can not be compared. */
  readonly id: string;
  readonly dims: number;
  embed(
    texts: readonly string[],
    options: { readonly kind: "query" | "document" },
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
}

/** What a tool may need of the world. */
export type ToolNeed = "network" | "files" | "model";

/** Each field that is there has to hold. */
export interface ToolFilter {
  readonly languages?: readonly Language[];
  /** Tools that need nothing else than these; empty: tools that need nothing. */
  readonly needs?: readonly ToolNeed[];
  /** `Tool.origin`; the empty text stands for the engine's own tools. */
  readonly origins?: readonly string[];
  readonly minVersion?: number;
  readonly maxVersion?: number;
}

/** What a tool is looked for with. */
export interface ToolQuery {
  /** The request's words. */
  readonly text: string;
  /** Names, signatures or descriptions of tools that would help, said blind. */
  readonly hypotheses?: readonly string[];
  readonly limit: number;
  /** Default: active alone. */
  readonly statuses?: readonly ToolStatus[];
  readonly filter?: ToolFilter;
}

export interface ToolMatch {
  readonly tool: Tool;
  /** Comparable within one answer and across queries of one store, in [0, 1]. */
  readonly score: number;
}

/** Best first. */
export interface ToolMatches extends ReadonlyArray<ToolMatch> {
  /** Says so when the answer is less than it could be: a server or an embedder did not answer. */
  readonly degraded?: string;
}

/** How a store does. `detail` is a sentence for people. */
export interface StoreHealth {
  readonly ok: boolean;
  readonly detail: string;
  /** Writes that are kept here and not yet at the server. */
  readonly pendingWrites?: number;
}

/**
 * Keeps tools and their versions.
 *
 * Contract, checked by test/contracts/tool-store.ts:
 * - `put` makes the next version durable before it resolves; the same digest again is no new version.
 * - Versions of a name are gapless from 1; a put whose version is not the next one is refused with
 *   StoreError VERSION_CONFLICT, and nothing is written.
 * - Nothing is deleted; a deprecated tool is found only by name.
 */
export interface ToolStore {
  /** The version asked for, else the current one: the highest active, else the highest.
   * @throws ToolNotFoundError */
  get(name: string, version?: number): Promise<Tool>;
  put(tool: Tool): Promise<void>;
  /** Current versions, by name. */
  list(options?: { readonly statuses?: readonly ToolStatus[] }): Promise<readonly Tool[]>;
  /** Every version of a name, oldest first. @throws ToolNotFoundError */
  history(name: string): Promise<readonly Tool[]>;
  search(query: ToolQuery): Promise<ToolMatches>;
  setStatus(name: string, version: number, status: ToolStatus): Promise<void>;
  /** Counts one live call. */
  recordUse(name: string, version: number, use: ToolUse): Promise<void>;
  /** Makes everything that search stands on anew, with the embedder configured now. */
  reindex?(signal: AbortSignal): Promise<{ readonly tools: number; readonly embedded: number }>;
  health?(): Promise<StoreHealth>;
  close(): Promise<void>;
}

export interface ToolUse {
  /** Of the call: a process that died after counting it tells it again, and it counts once. */
  readonly id?: string;
  readonly succeeded: boolean;
  readonly wallMs: number;
  readonly costUsd?: number;
  readonly error?: string;
  /** Words of the request that it served. */
  readonly query?: string;
}

export type ModelMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly toolCalls?: readonly ModelToolCall[];
    }
  | {
      readonly role: "tool";
      readonly toolCallId: string;
      readonly name: string;
      readonly content: string;
    };

export interface ModelToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: { readonly [key: string]: Json };
}

export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly [key: string]: Json };
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly tools?: readonly ModelTool[];
  readonly toolChoice?: "auto" | "none" | "required";
  /** A JSON Schema that the reply's content must satisfy; native mode where the provider offers it. */
  readonly responseSchema?: {
    readonly name: string;
    readonly schema: { readonly [key: string]: Json };
  };
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ModelReply {
  readonly content: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly finishReason: "stop" | "length" | "tool-calls" | "refused" | "other";
  /** What the provider says it used; undefined where it says nothing. */
  readonly usage?: ModelUsage;
  /** The model as the provider names it. */
  readonly model: string;
  /** In US dollars; undefined where the price is unknown, which is not zero. */
  readonly costUsd?: number;
}

/**
 * A language model behind any provider.
 *
 * Contract, checked by test/contracts/language-model.ts:
 * - `complete` resolves with what the model said, parsed; provider failures reject with ModelError
 *   (code, `retryable`) after the driver's own bounded retries; an abort rejects with its reason.
 * - Keys and headers never appear in an error or an event.
 */
export interface LanguageModel {
  /** `driver:model`, as traces name it. */
  readonly id: string;
  /** Whether its output may train another model, and under which terms. */
  readonly terms: string;
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
}
