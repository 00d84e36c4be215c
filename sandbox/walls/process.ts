/**
 * The strongest confinement that this host offers to a process: which layers there are, and the
 * command that puts a program behind them.
 *
 * From the outside in: a signal when the parent dies, resource limits, namespaces with a private
 * root (nothing of the host but its programs, read-only), an unprivileged user without capabilities.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Interpreters } from "../guest/commands.ts";
import { bwrapWords } from "./bwrap.ts";
import { canGroupMemory } from "./memory-group.ts";
import { filtered, syscallFilter } from "./seccomp.ts";

/**
 * How the namespaces are had: by root's right, by a user namespace, by bubblewrap (which some
 * systems let make one where they refuse it to others), or not at all.
 */
export type Namespaces = "root" | "user" | "bwrap" | "none";

export interface Confinement {
  readonly namespaces: Namespaces;
  readonly prlimit: boolean;
  readonly setpriv: boolean;
  /** Whether the program can be given an unprivileged user of its own. */
  readonly otherUser: boolean;
  readonly interpreters: Partial<Interpreters> & { readonly node: string };
  readonly pythonPrefix: string | null;
  /** Whether the system-call filter can be installed. */
  readonly filter: boolean;
  /** Whether the kernel can count a program's memory in a control group. */
  readonly memoryGroups: boolean;
}

export interface ResourceLimits {
  readonly cpuSeconds: number;
  /** Private memory of one process; null where the interpreter needs more address room than that. */
  readonly dataMiB: number | null;
  readonly fileMiB: number;
  /** Whether the command starts behind the system-call filter, where there is one. */
  readonly filtered?: boolean;
}

const NOBODY = "65534";
/** Where the script of a shell program is found behind a private root. */
export const CAGE_PROGRAM = "/program";

// $1 root, $2 folder of the program, $3 scratch MiB, $4 and $5 extra paths or "-", then the command.
const CAGE = `set -e
root=$1 program=$2 scratch=$3 node=$4 python=$5
shift 5
path=$PATH PATH=/usr/sbin:/usr/bin:/sbin:/bin
enter=$(command -v chroot)
mount --make-rprivate /
mount -t tmpfs -o nosuid,nodev,mode=755,size=1m tmpfs "$root"
share() {
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root\${1%/*}"; : > "$root$1"; fi
  mount -o bind,ro,nosuid,nodev "$1" "$root$1"
}
for part in usr bin sbin lib lib32 lib64; do
  if [ -L "/$part" ]; then ln -s "$(readlink "/$part")" "$root/$part"
  elif [ -d "/$part" ]; then share "/$part"; fi
done
mkdir "$root/proc" "$root/tmp" "$root/dev" "$root/etc" "$root${CAGE_PROGRAM}"
mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size="$scratch"m tmpfs "$root/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
for device in null zero urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o bind,ro,nosuid,nodev "$program" "$root${CAGE_PROGRAM}"
for extra in "$node" "$python"; do
  case "$extra" in -|/usr/*) ;; *) share "$extra" ;; esac
done
mount -o remount,bind,ro,nosuid,nodev "$root"
cd "$root"
PATH=$path
exec "$enter" "$root" "$@"`;

/** The command behind every layer of `confinement`. */
export function confine(
  confinement: Confinement,
  command: readonly string[],
  { cpuSeconds, dataMiB, fileMiB, filtered: behindFilter = false }: ResourceLimits,
  places: { readonly root: string; readonly program: string; readonly scratchMiB: number },
): readonly string[] {
  const { namespaces, prlimit, setpriv, otherUser, interpreters, pythonPrefix } = confinement;
  const mib = (count: number): string => String(count * 1_048_576);
  const limits = [
    "prlimit",
    `--cpu=${cpuSeconds}`,
    "--core=0",
    "--nofile=256",
    "--nproc=256",
    `--fsize=${mib(fileMiB)}`,
    ...(dataMiB === null ? [] : [`--data=${mib(dataMiB)}`]),
  ];
  const drop = [
    "setpriv",
    "--no-new-privs",
    "--pdeathsig=KILL",
    ...(otherUser ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : []),
    // Behind bubblewrap there is no capability left, not even to drop one.
    ...(otherUser || namespaces === "root" || namespaces === "user"
      ? ["--inh-caps=-all", "--bounding-set=-all"]
      : []),
  ];
  const enter = [
    "unshare",
    ...(namespaces === "user" ? ["--user", "--map-root-user"] : []),
    "--net",
    "--pid",
    "--mount",
    "--ipc",
    "--uts",
    "--fork",
    "--kill-child=KILL",
  ];
  const cage = [
    ...["/bin/sh", "-c", CAGE, "cage", places.root, places.program],
    ...[String(places.scratchMiB), interpreters.node, pythonPrefix ?? "-"],
  ];
  const walls = {
    root: [...enter, ...cage],
    user: [...enter, ...cage],
    bwrap: bwrapWords({
      visible: [interpreters.node, ...(pythonPrefix === null ? [] : [pythonPrefix])],
      placed: [[places.program, CAGE_PROGRAM]],
      scratchMiB: places.scratchMiB,
    }),
    none: [],
  }[namespaces];
  const { python } = interpreters;
  const wanted =
    behindFilter && confinement.filter && python !== undefined
      ? filtered(python, { memoryFiles: confinement.memoryGroups }, command)
      : command;
  const inside = ["/bin/sh", "-c", 'cd /tmp && unset OLDPWD PWD && exec "$@"', "sh"];
  return [
    ...(setpriv ? ["setpriv", "--pdeathsig=KILL"] : []),
    ...(prlimit ? limits : []),
    ...walls,
    ...(setpriv ? drop : []),
    ...(namespaces === "none" ? [] : inside),
    ...wanted,
  ];
}

/** Tries each layer on this machine and keeps those that work. */
export function findConfinement(): Confinement {
  const python = findPython();
  const shell = find("dash") ?? find("sh");
  const base: Confinement = {
    namespaces: "none",
    prlimit: find("prlimit") !== undefined,
    setpriv: find("setpriv") !== undefined,
    otherUser: false,
    interpreters: {
      node: process.execPath,
      ...(python === undefined ? {} : { python: python.executable }),
      ...(shell === undefined ? {} : { shell }),
    },
    pythonPrefix: python?.prefix ?? null,
    filter:
      python !== undefined &&
      process.platform === "linux" &&
      syscallFilter({ memoryFiles: false }) !== undefined,
    memoryGroups: canGroupMemory(),
  };
  if (process.platform !== "linux") return { ...base, prlimit: false, setpriv: false };
  const root = process.getuid?.() === 0;
  const candidates: Confinement[] = root
    ? [
        { ...base, namespaces: "root", otherUser: true },
        { ...base, namespaces: "user" },
        { ...base, namespaces: "bwrap" },
        { ...base, otherUser: true },
      ]
    : [
        { ...base, namespaces: "user" },
        { ...base, namespaces: "bwrap" },
      ];
  return candidates.find(works) ?? base;
}

function works(confinement: Confinement): boolean {
  if (!confinement.setpriv) return false;
  const scratch = mkdtempSync(join(tmpdir(), "toolwright-probe-"));
  try {
    // Node needs the most: what lets it start lets the others start.
    const command = confine(
      confinement,
      [confinement.interpreters.node, "--eval", "0"],
      { cpuSeconds: 10, dataMiB: null, fileMiB: 1 },
      { root: scratch, program: scratch, scratchMiB: 1 },
    );
    const [file = "", ...rest] = command;
    return spawnSync(file, rest, { stdio: "ignore", timeout: 10_000 }).status === 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function find(name: string): string | undefined {
  return ["/usr/bin", "/bin", ...(process.env.PATH ?? "").split(delimiter)]
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
      } catch {
        return false;
      }
    });
}

/** The interpreter itself: what a version manager puts on the path is a script that looks for one. */
function findPython(): { readonly executable: string; readonly prefix: string } | undefined {
  const found = find("python3");
  if (found === undefined) return undefined;
  const asked = "import os, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix)";
  const answer = spawnSync(found, ["-I", "-S", "-c", asked], { encoding: "utf8", timeout: 10_000 });
  const [executable, prefix] = (answer.stdout ?? "").trim().split("\n");
  if (answer.status !== 0 || !executable || !prefix) return undefined;
  return { executable, prefix };
}
