/** The tool store: tools, their versions, how they are found and what may enter. */
export { approve, reject, waitingForApproval } from "./care/approval.ts";
export { type ToolDiff, toolDiff } from "./care/diff.ts";
export { libraryToolStore } from "./care/library.ts";
export {
  type RetirementOptions,
  restore,
  retirable,
  retireUnused,
  retiringEvery,
} from "./care/retire.ts";
export { type ReuseStats, reuseStats } from "./care/reuse.ts";
export { type Review, review, reviewsOf } from "./care/reviews.ts";
export { failureRise, rollBack, shouldRollBack, worseThanBefore } from "./care/rollback.ts";
export { type Agreement, behaviouralDuplicate, probeInputs } from "./gate/behaviour.ts";
export {
  type DependantResult,
  type DuplicateResult,
  type GateDecision,
  type GateFacts,
  type GateReason,
  gate,
} from "./gate/gate.ts";
export { type Registration, registerTool, type ToolDraft } from "./gate/register.ts";
export { releasingToolStore } from "./gate/release.ts";
export { secretsIn } from "./gate/secrets.ts";
export { gateOf } from "./gate/verdict.ts";
export { dependantResults, judgeCases, weighTool } from "./gate/weigh.ts";
export {
  type Dependency,
  dependantsOf,
  dependedOn,
  dependenciesOf,
  reachedBy,
  withUses,
} from "./link/graph.ts";
export { linkProgram, resolverOf } from "./link/link.ts";
export { linkedSandbox } from "./link/linked-sandbox.ts";
export type { QdrantToolStoreOptions } from "./qdrant/options.ts";
export { qdrantToolStore } from "./qdrant/qdrant.ts";
export { noneBelow } from "./retrieval/abstain.ts";
export { configuredToolStore } from "./store/configured.ts";
export { toolDigest } from "./store/digest.ts";
export { type EmbeddedToolStoreOptions, embeddedToolStore } from "./store/embedded.ts";
export { memoryToolStore } from "./store/memory.ts";
export { exportTools, type ImportResult, importTools, ToolsFile } from "./store/portable.ts";
export { type ToolStats, toolStats, type UsageFigures, usageFigures } from "./store/stats.ts";
