/** The tool store: tools, their versions, how they are found and what may enter. */
export { approve, reject, waitingForApproval } from "./approval.ts";
export { type Agreement, behaviouralDuplicate, probeInputs } from "./behaviour.ts";
export {
  benchRetrieval,
  type RetrievalBench,
  type RetrievalBenchOptions,
  type RetrievalFigures,
} from "./bench.ts";
export type { AbstentionFigures } from "./bench-abstention.ts";
export { benchIndex, type IndexBench } from "./bench-index.ts";
export { benchStore, type StoreBench } from "./bench-store.ts";
export { configuredToolStore } from "./configured.ts";
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
export {
  type Dependency,
  dependantsOf,
  dependedOn,
  dependenciesOf,
  reachedBy,
  withUses,
} from "./graph.ts";
export { libraryToolStore } from "./library.ts";
export { linkProgram, resolverOf } from "./link.ts";
export { linkedSandbox } from "./linked-sandbox.ts";
export { memoryToolStore } from "./memory.ts";
export { exportTools, type ImportResult, importTools, ToolsFile } from "./portable.ts";
export type { QdrantToolStoreOptions } from "./qdrant/options.ts";
export { qdrantToolStore } from "./qdrant.ts";
export { type Registration, registerTool, type ToolDraft } from "./register.ts";
export { releasingToolStore } from "./release.ts";
export {
  type RetirementOptions,
  restore,
  retirable,
  retireUnused,
  retiringEvery,
} from "./retire.ts";
export { noneBelow } from "./retrieval/abstain.ts";
export { type ReuseStats, reuseStats } from "./reuse.ts";
export { type Review, review, reviewsOf } from "./reviews.ts";
export { failureRise, rollBack, shouldRollBack, worseThanBefore } from "./rollback.ts";
export { secretsIn } from "./secrets.ts";
export { type ToolStats, toolStats, type UsageFigures, usageFigures } from "./stats.ts";
export { dependantResults, judgeCases, weighTool } from "./weigh.ts";
