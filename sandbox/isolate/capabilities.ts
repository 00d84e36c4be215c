/** What the isolate driver can and cannot do, as data and as text for a model's prompt. */
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
      "Each program has a new isolate in the host process of its slot; nothing remains after a run.",
      "Another process watches wall clock and resident memory, and kills the process at a limit.",
      ...holds.map(({ layer, detail }) => `${layer}: ${detail}.`),
    ],
    doesNotHold: [
      "Against a program that breaks out of V8: then only the layers around the process protect.",
      "Against timing channels between programs of different slots.",
      ...missing.map(({ layer, detail }) => `${layer}: ${detail}.`),
    ],
    prompt: [
      "One JavaScript or TypeScript script with the ECMAScript standard library, without Intl,",
      "WebAssembly, Atomics and WeakRef. No imports or packages; no network, files, timers, process",
      "or console output. Math.random is seeded and the clock is fixed. Results are plain JSON data:",
      "finite numbers, strings, booleans, null, arrays and plain objects without cycles.",
    ].join("\n"),
  };
}
