/** The tool store: tools with their versions, retrieval, and the registration gate. */
export { approve, reject, waitingForApproval } from "./care/approval.ts";
export { toolDiff } from "./care/diff.ts";
export { type Review, reviewsOf } from "./care/past-reviews.ts";
export {
  restore,
  retireUnused,
  retiringEvery,
} from "./care/retire.ts";
export { reuseStats } from "./care/reuse.ts";
export { review } from "./care/reviews.ts";
export { rollBack } from "./care/rollback.ts";
export { registerTool } from "./gate/register.ts";
export { gateOf } from "./gate/verdict.ts";
export {
  dependantsOf,
  dependenciesOf,
  withUses,
} from "./link/graph.ts";
export { noneBelow } from "./retrieval/abstain.ts";
export { toolDigest } from "./store/digest.ts";
export { exportTools, importTools } from "./store/portable.ts";
export { toolStats } from "./store/stats.ts";
