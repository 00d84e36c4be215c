/** An open home: the operations for commands, servers and programs. */
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

/** The stores of a home, and a sandbox for its tools. */
export interface Home {
  readonly config: Config;
  /** Changes made when the home was opened, as sentences. */
  readonly remarks: readonly string[];
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly evaluator: Evaluator;
  /** Begins a run of this home. Secrets are redacted before events are stored. */
  readonly openTrace: OpenTrace;
  /** Id for a new run. */
  readonly newId: (kind: string) => string;
  /** Tools of configured MCP servers. */
  readonly foreign: Pick<McpTools, "sync">;
  /** Started on the first call. Programs may call stored tools. */
  sandbox(): Promise<Sandbox>;
  close(): Promise<void>;
}

export interface Engine extends Home {
  readonly evolve: Evolve;
  /** Repeats an evolution run from its trace and compares the events. */
  readonly replay: Replay;
  /** Submits a request and runs it until it ends or waits. */
  readonly request: RunRequest;
  readonly requests: Requests;
  /** Calls outside of a request. `title` is the title of their run in the trace. */
  directCalls(title: string): DirectCalls;
  /** Calls that can outlive their caller. */
  readonly lastingCalls: LastingCalls;
  /** Objects that a user declares in manifests. */
  readonly manifests: Manifests;
  /** Stored preferences and outcomes of requests. Opened on the first call. */
  memory(): Memory;
  /** Asks the model which lasting preferences a person's finished requests show. */
  inferPreferences(
    user: string,
    options: InferOptions,
    signal: AbortSignal,
  ): Promise<readonly InferredPreference[]>;
}
