/**
 * The contracts between the folders, one file each. A driver implements one of them, and the engine
 * uses the driver only through it.
 */
export type { Embedder } from "./ports/embedder.ts";
export type { Evaluation, Evaluator } from "./ports/evaluator.ts";
export type {
  EventStore,
  OpenTrace,
  RunPage,
  TraceWriter,
} from "./ports/event-store.ts";
export type {
  LanguageModel,
  ModelMessage,
  ModelReply,
  ModelRequest,
  ModelTool,
  ModelToolCall,
  ModelUsage,
} from "./ports/language-model.ts";
export type { Sandbox, SandboxCapabilities } from "./ports/sandbox.ts";
export type {
  ToolEvidence,
  ToolFilter,
  ToolMatch,
  ToolMatches,
  ToolNeed,
  ToolQuery,
  ToolStore,
  ToolUse,
} from "./ports/tool-store.ts";
