/** An open home: what commands, servers and programs do with it. */
import type { DirectCalls } from "../call/direct-calls.ts";
import type { Config } from "../core/config.ts";
import type { Evaluator, EventStore, OpenTrace, Sandbox, ToolStore } from "../core/ports.ts";
import type { Manifests } from "../declare/manifests.ts";
import type { McpTools } from "../mcp/mcp-tools.ts";
import type { Memory } from "../memory/index.ts";
import type { InferOptions, InferredPreference } from "../request/infer-preferences.ts";
import type { LastingCalls } from "../request/lasting-calls.ts";
import type { Requests } from "../request/requests.ts";
import type { RunRequest } from "../request/run-request.ts";
import type { Evolve } from "./evolution.ts";
import type { Replay } from "./replay.ts";

export type { EvolutionOptions } from "./evolution.ts";

export interface Engine {
  readonly config: Config;
  /** What opening the home changed in it, in sentences. */
  readonly remarks: readonly string[];
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly evaluator: Evaluator;
  /** Begins a run of this home; secrets are taken out of what is written. */
  readonly openTrace: OpenTrace;
  /** A new run's id. */
  readonly newId: (kind: string) => string;
  /** Tools of configured MCP servers. */
  readonly foreign: Pick<McpTools, "sync">;
  /** Started at the first call. Programs may call stored tools. */
  sandbox(): Promise<Sandbox>;
  readonly evolve: Evolve;
  /** Does an evolution run again out of its trace, and compares. */
  readonly replay: Replay;
  /** Submits a request and carries it on until it ends or waits. */
  readonly request: RunRequest;
  readonly requests: Requests;
  /** Calls that no request makes. `title` is what their run is called in the trace. */
  directCalls(title: string): DirectCalls;
  /** Calls that wait longer than whoever made them. */
  readonly lastingCalls: LastingCalls;
  /** Objects that a user declares. */
  readonly manifests: Manifests;
  /** What the home remembers of people and of how requests ended. Opened at the first call. */
  memory(): Memory;
  /** Asks the model what a person's finished requests say of their lasting wishes. */
  inferPreferences(
    user: string,
    options: InferOptions,
    signal: AbortSignal,
  ): Promise<readonly InferredPreference[]>;
  close(): Promise<void>;
}
