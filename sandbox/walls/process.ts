/**
 * The strongest confinement for a process that this host offers: the available layers, and the
 * command that runs a program inside them.
 *
 * From outside to inside: a signal when the parent dies, resource limits, namespaces with a private
 * root (only the host's programs, read-only), an unprivileged user without capabilities.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { present } from "../../src/core/present.ts";
import type { Interpreters } from "../guest/commands.ts";
import { bwrapCommand } from "./bwrap.ts";
import { canGroupMemory } from "./memory-group.ts";
import { syscallFilter, withFilter } from "./seccomp.ts";

/**
 * How the namespaces are created: as root, in a user namespace, by bubblewrap (some systems allow
 * user namespaces only to it), or not at all.
 */
export type Namespaces = "root" | "user" | "bwrap" | "none";

export interface Confinement {
  readonly namespaces: Namespaces;
  readonly prlimit: boolean;
  readonly setpriv: boolean;
  /** Whether the program can run as its own unprivileged user. */
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
  /** Private memory of one process; null if the interpreter reserves more address space than that. */
  readonly dataMiB: number | null;
  readonly fileMiB: number;
  /** Whether the command starts with the system-call filter, if it is available. */
  readonly filtered?: boolean;
}

const NOBODY = "65534";
/** Path of a shell program's folder inside a private root. */
export const PROGRAM_FOLDER = "/program";

// $1 root, $2 folder of the program, $3 scratch MiB, $4 and $5 extra paths or "-", then the command.
const ENTER_ROOT = `set -e
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
mkdir "$root/proc" "$root/tmp" "$root/dev" "$root/etc" "$root${PROGRAM_FOLDER}"
mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size="$scratch"m tmpfs "$root/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
for device in null zero urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o bind,ro,nosuid,nodev "$program" "$root${PROGRAM_FOLDER}"
for extra in "$node" "$python"; do
  case "$extra" in -|/usr/*) ;; *) share "$extra" ;; esac
done
mount -o remount,bind,ro,nosuid,nodev "$root"
cd "$root"
PATH=$path
exec "$enter" "$root" "$@"`;

/** The command that runs `command` inside every layer of `confinement`. */
export function confine(
  confinement: Confinement,
  command: readonly string[],
  { cpuSeconds, dataMiB, fileMiB, filtered = false }: ResourceLimits,
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
    // Inside bubblewrap there are no capabilities left, not even the one to drop others.
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
  const enterRoot = [
    ...["/bin/sh", "-c", ENTER_ROOT, "enter-root", places.root, places.program],
    ...[String(places.scratchMiB), interpreters.node, pythonPrefix ?? "-"],
  ];
  const isolation = {
    root: [...enter, ...enterRoot],
    user: [...enter, ...enterRoot],
    bwrap: bwrapCommand({
      visible: [interpreters.node, ...(pythonPrefix === null ? [] : [pythonPrefix])],
      mapped: [[places.program, PROGRAM_FOLDER]],
      scratchMiB: places.scratchMiB,
    }),
    none: [],
  }[namespaces];
  const { python } = interpreters;
  const program =
    filtered && confinement.filter && python !== undefined
      ? withFilter(python, { memoryFiles: confinement.memoryGroups }, command)
      : command;
  const inside = ["/bin/sh", "-c", 'cd /tmp && unset OLDPWD PWD && exec "$@"', "sh"];
  return [
    ...(setpriv ? ["setpriv", "--pdeathsig=KILL"] : []),
    ...(prlimit ? limits : []),
    ...isolation,
    ...(setpriv ? drop : []),
    ...(namespaces === "none" ? [] : inside),
    ...program,
  ];
}

/** Tries each layer on this machine and uses those that work. */
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
      ...present({ shell }),
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
    // Node needs the most resources: if it starts, the others start too.
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

/** The real interpreter: a version manager's entry on the path is only a script. */
function findPython(): { readonly executable: string; readonly prefix: string } | undefined {
  const found = find("python3");
  if (found === undefined) return undefined;
  const script = "import os, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix)";
  const answer = spawnSync(found, ["-I", "-S", "-c", script], {
    encoding: "utf8",
    timeout: 10_000,
  });
  const [executable, prefix] = (answer.stdout ?? "").trim().split("\n");
  if (answer.status !== 0 || !executable || !prefix) return undefined;
  return { executable, prefix };
}
