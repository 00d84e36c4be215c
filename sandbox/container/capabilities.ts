/** What the container driver can and cannot do, as data and as text for a model's prompt. */
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
    "Each program runs in its own container, which is deleted afterwards.",
    "No network: the container has only a loopback interface.",
    `A read-only root and no mounts; an in-memory scratch directory of ${scratchMiB} MiB, where nothing can be executed.`,
    "An unprivileged user, all capabilities dropped, no new privileges, the engine's system call filter.",
    `Limits: the job's memory without swap plus a fixed amount for the interpreter, ${pids} processes, ${cpus} processor${cpus === 1 ? "" : "s"}.`,
    "At the wall-clock limit every process in it is killed.",
    ...(sealed
      ? [
          "A program cannot trace or read its supervisor or its harness, and cannot write messages in their name.",
        ]
      : []),
    ...(ociRuntime === undefined
      ? []
      : [`The engine's runtime "${ociRuntime}" is between the program and the kernel.`]),
  ];
  const doesNotHold = [
    ...(ociRuntime === undefined
      ? ["Against a kernel vulnerability: the container shares the host's kernel."]
      : []),
    ...(sealed
      ? []
      : [
          "Protection of harness and supervisor: the program's user can read the image's Node, and so can trace them.",
        ]),
    "Against timing side channels: Python and shell read the real clock.",
    ...(insideContainer()
      ? ["This host is itself a container: its engine runs sandboxes next to it, not inside it."]
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
      scratch: `a scratch directory of ${scratchMiB} MiB at /tmp, deleted after the program`,
      sessions: true,
    }),
  };
}
