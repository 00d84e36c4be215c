/** What the container driver can and cannot do, as data and as words for a model. */
import type { Language } from "../../src/core/execution.ts";
import type { SandboxCapabilities } from "../../src/core/ports.ts";
import { capabilityPrompt } from "../guest/prompt.ts";
import { insideContainer } from "./address.ts";

export function containerCapabilities(facts: {
  readonly languages: readonly Language[];
  readonly sealed: boolean;
  readonly scratchMiB: number;
  readonly pids: number;
  readonly cpus: number;
  readonly ociRuntime: string | undefined;
}): SandboxCapabilities {
  const { languages, sealed, scratchMiB, pids, cpus, ociRuntime } = facts;
  const holds = [
    "Each program runs in a container of its own, which is thrown away after it.",
    "No network: the container has a loopback interface and nothing else.",
    `A read-only root and no mounts; a scratch directory in memory of ${scratchMiB} MiB, where nothing can be executed.`,
    "A user without rights, all capabilities dropped, no new privileges, the engine's system call filter.",
    `Memory without swap as the job says and an allowance for the interpreter, ${pids} processes, ${cpus} processor${cpus === 1 ? "" : "s"}.`,
    "At the wall-clock limit every process in it is ended.",
    ...(sealed
      ? [
          "A program can neither trace nor read its supervisor or its harness, nor write in their name.",
        ]
      : []),
    ...(ociRuntime === undefined
      ? []
      : [`The engine's runtime "${ociRuntime}" stands between it and the kernel.`]),
  ];
  const doesNotHold = [
    ...(ociRuntime === undefined ? ["A fault in the kernel, which it shares with the host."] : []),
    ...(sealed
      ? []
      : [
          "Its harness and supervisor: the image's Node can be read by its user, who can trace them.",
        ]),
    "Time as a side channel: Python and shell read the real clock.",
    ...(insideContainer()
      ? ["This host is a container itself: sandboxes run beside it in its engine, not within it."]
      : []),
  ];
  return {
    languages,
    network: false,
    files: "scratch",
    packages: [],
    stateful: true,
    holds,
    doesNotHold,
    prompt: capabilityPrompt({
      languages,
      scratch: `a scratch directory of ${scratchMiB} MiB at /tmp, gone after the program`,
      sessions: true,
    }),
  };
}
