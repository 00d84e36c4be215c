/** The tool store: tools, their versions, how they are found and what may enter. */
export { type Agreement, behaviouralDuplicate, probeInputs } from "./behaviour.ts";
export {
  type AbstentionFigures,
  benchRetrieval,
  type RetrievalBench,
  type RetrievalBenchOptions,
  type RetrievalFigures,
} from "./bench.ts";
export { benchStore, type StoreBench } from "./bench-store.ts";
export { type ToolDiff, toolDiff } from "./diff.ts";
export { toolDigest } from "./digest.ts";
export { type EmbeddedToolStoreOptions, embeddedToolStore } from "./embedded.ts";
export {
  type DependantResult,
  type DuplicateResult,
  type GateDecision,
  type GateFacts,
  type GateReason,
  gate,
} from "./gate.ts";
export { memoryToolStore } from "./memory.ts";
export { exportTools, type ImportResult, importTools, ToolsFile } from "./portable.ts";
export { noneBelow } from "./retrieval/abstain.ts";
export {
  failureRise,
  type RetirementOptions,
  retirable,
  retire,
  rollBack,
  rollBackIfWorse,
  shouldRollBack,
} from "./rollback.ts";
export { secretsIn } from "./secrets.ts";
export { type ToolStats, toolStats } from "./stats.ts";
