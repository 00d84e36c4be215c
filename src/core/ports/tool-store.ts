/** Where tools and their versions are kept, and how they are found. */
import type { Language } from "../execution.ts";
import type { Tool, ToolStatus } from "../tool.ts";

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
