/**
 * The layers that are put round a host process, found out by trying each one on this machine.
 *
 * Takes nothing, gives a command prefix and, per layer, whether it holds and what it does. A layer
 * that is missing is left out and named; none of them is what the sandbox alone rests on.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bwrapWords } from "./bwrap.ts";

const run = promisify(execFile);
const here = fileURLToPath(import.meta.url);

export interface Layer {
  readonly layer: string;
  readonly holds: boolean;
  readonly detail: string;
}

export interface Confinement {
  /**
   * Words before `node`; empty if nothing is there.
   *
   * @param dataBytes Ceiling of private memory.
   * @param visible Absolute paths that the host needs: where there is a private root, all it has.
   */
  command(dataBytes: number, visible: readonly string[]): readonly string[];
  /** Whether the process that is spawned is the host itself and not a wrapper round it. */
  readonly direct: boolean;
  readonly layers: readonly Layer[];
}

// bubblewrap and unshare both close the network; the first has the better file system.
const bwrapOf = (visible: readonly string[]): readonly string[] =>
  bwrapWords({ visible: [...visible, process.execPath], scratchMiB: 1 });
const UNSHARE = ["unshare", "--map-root-user", "--net", "--ipc", "--uts"];
const SETPRIV = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs"];

function prlimit(dataBytes: number): readonly string[] {
  return ["prlimit", `--data=${dataBytes}`, "--core=0", "--nofile=256"];
}

let found: Promise<Confinement> | undefined;

/** Tries the layers once per process. */
export function confinement(): Promise<Confinement> {
  found ??= findOut();
  return found;
}

async function findOut(): Promise<Confinement> {
  const linux = process.platform === "linux";
  const works = async (words: readonly string[], probe = ["true"]): Promise<boolean> => {
    const [file = "", ...args] = [...words, ...probe];
    if (!linux) return false;
    try {
      await run(file, args, { timeout: 5_000, env: {} });
      return true;
    } catch {
      return false; // Absent, or refused by this kernel: the layer is reported as not holding.
    }
  };
  const [limits, unshare, setpriv, bwrap] = await Promise.all([
    works(prlimit(2 ** 31)),
    works(UNSHARE),
    works(SETPRIV),
    // Whether Node starts in a root of so little: its libraries may lie elsewhere on this system.
    works(bwrapOf([here]), ["sh", "-c", 'test -r "$0" && "$1" --version', here, process.execPath]),
  ]);
  const missing = linux ? "not available to this user here" : "Linux alone has it";
  const layers: Layer[] = [
    {
      layer: "node permission",
      holds: true,
      detail:
        "no files but the host's own, no child processes, no workers; a seat belt by Node's own words",
    },
    {
      layer: "prlimit",
      holds: limits,
      detail: limits ? "private memory, open files, no core dumps" : missing,
    },
    {
      layer: "setpriv",
      holds: setpriv,
      detail: setpriv ? "no new privileges; ends with the thread that owns it" : missing,
    },
    {
      layer: "namespaces",
      holds: bwrap || unshare,
      detail: bwrap || unshare ? "own network without interfaces, own IPC" : missing,
    },
    {
      layer: "bwrap",
      holds: bwrap,
      detail: bwrap
        ? "own process tree; of the host's files /usr and the host's own alone, read-only; no capabilities"
        : missing,
    },
  ];
  return {
    command: (dataBytes, visible) => [
      ...(limits ? prlimit(dataBytes) : []),
      ...(bwrap ? bwrapOf(visible) : unshare ? UNSHARE : []),
      // Inside a process tree of its own, the parent's death is bwrap's to tell.
      ...(setpriv && !bwrap ? SETPRIV : []),
    ],
    direct: !bwrap,
    layers,
  };
}
