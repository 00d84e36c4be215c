/** The contract of tool stores: they hold tools with their versions and search them. */
import type { Language } from "../execution.ts";
import type { Case, Tool, ToolStatus } from "../tool.ts";

/** A capability that a tool may need. */
export type ToolNeed = "network" | "files" | "model";

/** Every given field must match. */
export interface ToolFilter {
  readonly languages?: readonly Language[];
  /** Tools that need no other capabilities than these; empty: tools that need none. */
  readonly needs?: readonly ToolNeed[];
  /** `Tool.origin`; the empty text means the engine's own tools. */
  readonly origins?: readonly string[];
  readonly minVersion?: number;
  readonly maxVersion?: number;
}

export interface ToolQuery {
  /** The request's text. */
  readonly text: string;
  /** Names, signatures or descriptions of useful tools, proposed without knowledge of the store. */
  readonly hypotheses?: readonly string[];
  readonly limit: number;
  /** Default: only active. */
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
  /** Present if the result may be incomplete, because a server or an embedder did not answer. */
  readonly degraded?: string;
}

/** `detail` is a sentence for people. */
export interface StoreHealth {
  readonly ok: boolean;
  readonly detail: string;
  /** Writes that are stored locally and not yet at the server. */
  readonly pendingWrites?: number;
}

/**
 * Stores tools and their versions.
 *
 * Contract, checked by test/contracts/tool-store.ts:
 * - `put` makes the next version durable before it resolves; the same digest again adds no version.
 * - Versions of a name are gapless from 1. A put with another version than the next one is refused
 *   with StoreError VERSION_CONFLICT, and nothing is written.
 * - Nothing is deleted; a deprecated tool is found only by name.
 */
export interface ToolStore {
  /** The given version, else the current one: the highest active version, else the highest.
   * @throws ToolNotFoundError */
  get(name: string, version?: number): Promise<Tool>;
  put(tool: Tool): Promise<void>;
  /** Current versions, by name. */
  list(options?: { readonly statuses?: readonly ToolStatus[] }): Promise<readonly Tool[]>;
  /** Every version of a name, oldest first. @throws ToolNotFoundError */
  history(name: string): Promise<readonly Tool[]>;
  search(query: ToolQuery): Promise<ToolMatches>;
  setStatus(name: string, version: number, status: ToolStatus): Promise<void>;
  /**
   * More is known about a version, and its code stays: new evidence, a description that tells it, and
   * cases with other arguments.
   */
  setEvidence(name: string, version: number, known: ToolEvidence): Promise<void>;
  /** Counts one live call. */
  recordUse(name: string, version: number, use: ToolUse): Promise<void>;
  /** Rebuilds all search indexes, with the embedder that is configured now. */
  reindex?(signal: AbortSignal): Promise<{ readonly tools: number; readonly embedded: number }>;
  health?(): Promise<StoreHealth>;
  close(): Promise<void>;
}

export type ToolEvidence = Required<Pick<Tool, "evidence">> & Pick<Tool, "cases" | "description">;

export interface ToolUse {
  /** Id of the call: a process that restarts may report a call again, and it counts once. */
  readonly id?: string;
  readonly succeeded: boolean;
  readonly wallMs: number;
  readonly costUsd?: number;
  readonly error?: string;
  /** The call's arguments with the result that a person expected, if it gave another one. */
  readonly reported?: Case;
  /** Text of the request that the call served. */
  readonly query?: string;
}
