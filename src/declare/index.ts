/** Manifests: what `toolwright apply` reads, checks and keeps. */
export { configOf, type ManifestConfig } from "./as-config.ts";
export { checkManifest, overlaid } from "./check.ts";
export { badManifest, type Fault } from "./faults.ts";
export {
  type Applied,
  digestOfBody,
  type ManifestObjects,
  openManifestObjects,
} from "./objects.ts";
export { type Entry, type ManifestFile, readManifest } from "./read.ts";
export { type ManifestRun, neededBy, runsOf } from "./runs.ts";
export type { Body, Objects } from "./schema.ts";
export { commandOf, ORIGIN, toolOfManifest } from "./tool.ts";
