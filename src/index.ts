/** The public interface: what an experiment, a user's program or a user's own driver stands on. */

export { specTask } from "../evaluators/spec-task.ts";
export type { Clock } from "./core/clock.ts";
export { systemClock } from "./core/clock.ts";
export { ModelConfig } from "./core/config.ts";
export { digestJson, digestText } from "./core/digest.ts";
export {
  BudgetExceededError,
  CanceledError,
  ConfigError,
  EngineError,
  InputError,
  InvariantError,
  ModelError,
  SandboxUnavailableError,
  StoreError,
  ToolNotFoundError,
} from "./core/errors.ts";
export type { NewEvent, RunKind, RunStatus, RunSummary, TraceEvent } from "./core/event.ts";
export { RecordedCall } from "./core/events/model.ts";
export { readEvent, readEvents } from "./core/events/read.ts";
export {
  type DataOf,
  EVENT_SCHEMAS,
  type EventOf,
  type KnownEvent,
} from "./core/events/schemas.ts";
export type {
  Execution,
  ExecutionBatch,
  ExecutionJob,
  ExecutionStatus,
  Harness,
  Program,
} from "./core/execution.ts";
export { describeExecution, Language, Limits } from "./core/execution.ts";
export { Image, imageOf } from "./core/image.ts";
export { canonicalJson, Json, sameJson } from "./core/json.ts";
export type {
  EventStore,
  LanguageModel,
  ModelMessage,
  ModelReply,
  ModelRequest,
  ModelTool,
  ModelToolCall,
  ModelUsage,
  Sandbox,
  SandboxCapabilities,
  ToolMatch,
  ToolQuery,
  ToolStore,
  ToolUse,
} from "./core/ports.ts";
export type { Random } from "./core/random.ts";
export { seededRandom } from "./core/random.ts";
export { Budget, Request, RequestStatus } from "./core/request.ts";
export { checkSchema, faultText } from "./core/schema-check.ts";
export type {
  FitnessFigure,
  Kernel,
  KernelFeature,
  KernelParameter,
  Split,
  Task,
  TaskInstance,
  ValueType,
  Verdict,
} from "./core/task.ts";
export { decodeText } from "./core/text/decode.ts";
export { type DiffLine, diffLines } from "./core/text/diff.ts";
export { html, type Markup } from "./core/text/html.ts";
export { didYouMean } from "./core/text/near-miss.ts";
export { type ReadDocument, readDocument } from "./core/text/yaml.ts";
export { Case, JsonSchema, Tool, ToolSpec, ToolStatus, ToolUsage } from "./core/tool.ts";
export type { Engine, EvolutionOptions } from "./engine/engine.ts";
export type { EvolvedFunction, EvolveRun, EvolveRunOptions } from "./engine/library.ts";
export { evolve } from "./engine/library.ts";
export type {
  Generator,
  Parent,
  Proposal,
  ProposalResult,
  ProposeContext,
} from "./evolve/generators/generator.ts";
export type { EvolveBudget } from "./evolve/loop/budget.ts";
export type { EvolveProgress, EvolveResult } from "./evolve/loop/run.ts";
export { recordingModel, replayModel } from "./models/replay.ts";
export {
  type Script,
  type ScriptedModel,
  type ScriptedReply,
  scriptedModel,
} from "./models/scripted.ts";
