/** What the isolate driver can and cannot do, as data and as words for a model. */
import type { SandboxCapabilities } from "../../src/core/ports.ts";
import type { Layer } from "../walls/host.ts";

export function isolateCapabilities(layers: readonly Layer[]): SandboxCapabilities {
  const holds = layers.filter((layer) => layer.holds);
  const missing = layers.filter((layer) => !layer.holds);
  return {
    languages: ["javascript", "typescript"],
    network: false,
    files: "none",
    packages: [],
    stateful: false,
    holds: [
      "Each program has a fresh isolate in a host process of its slot; nothing outlives a run.",
      "Wall clock and resident memory are watched from outside and end the process.",
      ...holds.map(({ layer, detail }) => `${layer}: ${detail}.`),
    ],
    doesNotHold: [
      "A program that breaks out of V8 is left with what the layers round the process hold.",
      "Timing channels between programs of different slots.",
      ...missing.map(({ layer, detail }) => `${layer}: ${detail}.`),
    ],
    prompt: [
      "The code is one JavaScript or TypeScript script: plain functions, no imports, no packages.",
      "It has the ECMAScript standard library without Intl, WebAssembly, Atomics and WeakRef; no",
      "network, files, timers, process or console output. Math.random is seeded and the clock",
      "stands still. Functions are synchronous and return plain JSON data: finite numbers, strings,",
      "booleans, null, arrays and plain objects, no cycles, no promises.",
    ].join("\n"),
  };
}
