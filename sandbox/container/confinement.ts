/**
 * The confinement of every container, defined here only: everything that can be denied is denied.
 * No network, no mounts, no capabilities, an unprivileged user, a read-only root; the only writable
 * place is an in-memory scratch directory of limited size. The standard streams are the only way in
 * or out.
 */
import type Docker from "dockerode";
import { present } from "../../src/core/present.ts";
import type { Runtime } from "../guest/commands.ts";
import { DEADLINE_LABEL, OWNER_LABEL } from "./owner.ts";

/** What a container may use, and who owns it. */
export interface Allowance {
  readonly cpus: number;
  readonly scratchMiB: number;
  readonly pids: number;
  /** Name of an OCI runtime of the engine, such as `runsc`; undefined for its default. */
  readonly ociRuntime: string | undefined;
  readonly owner: string;
  readonly deadlineMs: number;
}

/** What runs in a container: together with the allowance, all that differs between containers. */
export interface ContainerContents {
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment?: readonly string[];
  readonly runtime: Runtime;
  /** For the program only; the memory of its runtime is added. */
  readonly memoryMiB: number;
}

export const DEFAULT_ALLOWANCE = { cpus: 1, scratchMiB: 16, pids: 64 } as const;

const MIB = 1_048_576;
// In addition to the program: the supervisor, and what the interpreter uses before the first line.
const OVERHEAD_MIB = { node: 160, typed: 192, python: 96, shell: 88 } as const;
const NOBODY = "65534:65534";

/** How to attach to a confined container before it starts. */
export const ALL_STREAMS = {
  stream: true,
  hijack: true,
  stdin: true,
  stdout: true,
  stderr: true,
} as const;

/** Makes a container, not yet started. @throws whatever the engine's client throws. */
export function createConfined(
  engine: Docker,
  allowance: Allowance,
  contents: ContainerContents,
): Promise<Docker.Container> {
  const body = optionsOf(allowance, contents);
  // Otherwise the client also puts the options into the query, which a proxy may reject as too long.
  const bodyOnly: object = { _query: {}, _body: body };
  return engine.createContainer(bodyOnly);
}

function optionsOf(
  allowance: Allowance,
  { image, entrypoint, command, environment = [], runtime, memoryMiB }: ContainerContents,
): Docker.ContainerCreateOptions {
  return {
    Image: image,
    Entrypoint: [...entrypoint],
    Cmd: [...command],
    Env: [...environment],
    User: NOBODY,
    WorkingDir: "/tmp",
    NetworkDisabled: true,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Labels: {
      [OWNER_LABEL]: allowance.owner,
      [DEADLINE_LABEL]: String(allowance.deadlineMs),
    },
    HostConfig: hostConfig(allowance, memoryMiB + OVERHEAD_MIB[runtime]),
  };
}

function hostConfig(
  { cpus, scratchMiB, pids, ociRuntime }: Allowance,
  residentMiB: number,
): Docker.HostConfig {
  const memory = (residentMiB + scratchMiB) * MIB;
  return {
    NetworkMode: "none",
    ReadonlyRootfs: true,
    Tmpfs: { "/tmp": `rw,noexec,nosuid,nodev,size=${scratchMiB}m,mode=1777` },
    CapDrop: ["ALL"],
    // The engine's own seccomp profile stays active: this option does not replace the default.
    SecurityOpt: ["no-new-privileges"],
    PidsLimit: pids,
    Memory: memory,
    MemorySwap: memory,
    NanoCpus: Math.round(cpus * 1e9),
    IpcMode: "none",
    OomScoreAdj: 500,
    LogConfig: { Type: "none", Config: {} },
    Ulimits: [
      { Name: "nofile", Soft: 256, Hard: 256 },
      { Name: "core", Soft: 0, Hard: 0 },
      { Name: "fsize", Soft: scratchMiB * MIB, Hard: scratchMiB * MIB },
    ],
    Privileged: false,
    AutoRemove: false,
    ...present({ Runtime: ociRuntime }),
  };
}
