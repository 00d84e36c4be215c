/** The tool store: tools, their versions, how they are found and what may enter. */
export { toolDigest } from "./digest.ts";
export { type EmbeddedToolStoreOptions, embeddedToolStore } from "./embedded.ts";
export { memoryToolStore } from "./memory.ts";
export { noneBelow } from "./retrieval/abstain.ts";
