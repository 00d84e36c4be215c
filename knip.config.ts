/**
 * What counts as dead code. `npm run dead` asks twice: with the tests, where an export that only its
 * own file uses is one too many, and without them (`--production`), where what only tests use is dead.
 * `.ci/plant-dead-code` plants both kinds and expects them to be found.
 */
import type { KnipConfig } from "knip";

/** `!` marks what also counts without the tests. */
const ENTRIES = [
  // The launcher starts this by path; package.json names the launcher and src/index.ts.
  "src/cli/main.ts!",
  // Found by name when a command asks for them.
  "experiments/*/{task,stream}.ts!",
  // Started or sent to a guest as files.
  "sandbox/isolate/{host,slot}.ts!",
  "src/bench/model-server.ts!",
  "sandbox/inside/*.ts!",
  // Processes of their own, started by tests.
  "test/**/*-{worker,writer,fixture,crash}.ts",
];

export default ({ production = false }: { production?: boolean }): KnipConfig => ({
  entry: ENTRIES,
  project: ["{src,sandbox,evaluators,toolstore,experiments}/**/*.{ts,mjs}!", "test/**/*.ts"],
  // Its patterns take every argument of `glob()` for entries: a test that lists all files hid them all.
  node: false,
  // A type that an exported function names is part of that function.
  ignoreExportsUsedInFile: production || { type: true, interface: true },
  ignoreDependencies: ["@biomejs/biome", "@energetic-ai/embeddings", "toolwright-node"],
  ignoreBinaries: ["bwrap", "ldd", "openssl"],
});
