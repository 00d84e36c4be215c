/**
 * The confinement layers around a host process of the isolate driver. Each one is tried on this
 * machine.
 *
 * Gives a command prefix and, for each layer, whether it holds and what it does. A missing layer is
 * skipped and reported; the sandbox does not depend on any single layer.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bwrapCommand } from "./bwrap.ts";

const run = promisify(execFile);
const here = fileURLToPath(import.meta.url);

export interface Layer {
  readonly layer: string;
  readonly holds: boolean;
  readonly detail: string;
}

export interface Confinement {
  /**
   * Arguments before `node`; empty if no layer is available.
   *
   * @param dataBytes Limit of private memory.
   * @param visible Absolute paths that the host needs; with a private root, it sees only these.
   */
  command(dataBytes: number, visible: readonly string[]): readonly string[];
  /** Whether the spawned process is the host itself, and not a wrapper around it. */
  readonly direct: boolean;
  readonly layers: readonly Layer[];
}

// bubblewrap and unshare both isolate the network; bubblewrap also isolates the file system.
const bwrapOf = (visible: readonly string[]): readonly string[] =>
  bwrapCommand({ visible: [...visible, process.execPath], scratchMiB: 1 });
const UNSHARE = ["unshare", "--map-root-user", "--net", "--ipc", "--uts"];
const SETPRIV = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"];

function prlimit(dataBytes: number): readonly string[] {
  return ["prlimit", `--data=${dataBytes}`, "--core=0", "--nofile=256"];
}

let found: Promise<Confinement> | undefined;

/** Tries the layers once per process. */
export function confinement(): Promise<Confinement> {
  found ??= tryLayers();
  return found;
}

async function tryLayers(): Promise<Confinement> {
  const linux = process.platform === "linux";
  const works = async (prefix: readonly string[], probe = ["true"]): Promise<boolean> => {
    const [file = "", ...args] = [...prefix, ...probe];
    if (!linux) return false;
    try {
      await run(file, args, { timeout: 5_000, env: {} });
      return true;
    } catch {
      return false; // Missing, or refused by this kernel: the layer is reported as not holding.
    }
  };
  const [limits, unshare, setpriv, bwrap] = await Promise.all([
    works(prlimit(2 ** 31)),
    works(UNSHARE),
    works(SETPRIV),
    // Checks that Node starts in such a small root: its libraries may be elsewhere on this system.
    works(bwrapOf([here]), ["sh", "-c", 'test -r "$0" && "$1" --version', here, process.execPath]),
  ]);
  const missing = linux ? "not available to this user on this machine" : "available only on Linux";
  const layers: Layer[] = [
    {
      layer: "node permission",
      holds: true,
      detail:
        "only the host's own files, no child processes, no workers; Node calls it a seat belt, not a security boundary",
    },
    {
      layer: "prlimit",
      holds: limits,
      detail: limits ? "private memory, open files, no core dumps" : missing,
    },
    {
      layer: "setpriv",
      holds: setpriv,
      detail: setpriv ? "no new privileges; killed when the thread that owns it ends" : missing,
    },
    {
      layer: "namespaces",
      holds: bwrap || unshare,
      detail: bwrap || unshare ? "its own network without interfaces, its own IPC" : missing,
    },
    {
      layer: "bwrap",
      holds: bwrap,
      detail: bwrap
        ? "its own process tree; only /usr and the host's own files, read-only; no capabilities"
        : missing,
    },
  ];
  return {
    command: (dataBytes, visible) => [
      ...(limits ? prlimit(dataBytes) : []),
      ...(bwrap ? bwrapOf(visible) : unshare ? UNSHARE : []),
      // Inside its own process tree, bwrap handles the death of the parent.
      ...(setpriv && !bwrap ? SETPRIV : []),
    ],
    direct: !bwrap,
    layers,
  };
}
