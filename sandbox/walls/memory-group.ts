/**
 * A memory control group for one program. The kernel enforces its limit, and it also counts memory
 * that no process's resident size shows (in-memory files, System V shared memory, kernel buffers).
 *
 * Available if this process may create one: as root, or in a delegated part of the tree. Supports
 * version 1 and 2.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface MemoryGroup {
  /** A process joins by writing into `cgroup.procs` in this folder. */
  readonly folder: string;
  /** @returns False if a process is still in it. */
  remove(): boolean;
}

const PARENTS = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
const V1 = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
const V2 = ["memory.max", "memory.swap.max"];

let serial = 0;
const swept = new Set<string>();

/** @returns undefined if this process may not create a group that limits memory. */
export function memoryGroup(mib: number): MemoryGroup | undefined {
  for (const parent of [ownFolder(), ...PARENTS]) {
    if (parent === undefined) continue;
    if (!swept.has(parent)) sweep(parent);
    serial += 1;
    const folder = join(parent, `toolwright-${process.pid}-${serial}`);
    const group: MemoryGroup = { folder, remove: () => tryRemove(folder) };
    try {
      mkdirSync(folder);
    } catch {
      continue; // Missing, or not writable.
    }
    if (setLimit(folder, mib)) return group;
    group.remove();
  }
  return undefined;
}

/** Whether this process may create such groups; tries it. */
export function canGroupMemory(): boolean {
  const group = memoryGroup(64);
  group?.remove();
  return group !== undefined;
}

/** The control group of this process, which may be delegated to it. */
function ownFolder(): string | undefined {
  try {
    const lines = readFileSync("/proc/self/cgroup", "utf8").split("\n");
    const v1 = lines.find((line) => /^\d+:([^:]*,)?memory(,[^:]*)?:/.test(line));
    const path = (v1 ?? lines.find((line) => line.startsWith("0::")))?.split(":").at(2);
    return path && join(v1 === undefined ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory", path);
  } catch {
    return undefined; // No control groups on this system.
  }
}

function setLimit(folder: string, mib: number): boolean {
  const bytes = mib * 1_048_576;
  const put = (file: string | undefined, value: number): boolean => {
    try {
      writeFileSync(join(folder, file ?? ""), String(value), { flag: "r+" });
      return true;
    } catch {
      return false;
    }
  };
  // This system may not count swap; only the memory limit is required.
  if (put(V1[0], bytes)) return put(V1[1], bytes) || true;
  if (put(V2[0], bytes)) return put(V2[1], 0) || true;
  return false;
}

/** Removes the groups of killed engines. */
function sweep(parent: string): void {
  swept.add(parent);
  try {
    for (const name of readdirSync(parent)) {
      const owner = /^toolwright-(\d+)-\d+$/.exec(name)?.[1];
      if (owner !== undefined && !isAlive(Number(owner))) tryRemove(join(parent, name));
    }
  } catch {
    // No control groups here.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function tryRemove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** The command, joining the group before its first instruction. */
export function joining(group: MemoryGroup, command: readonly string[]): readonly string[] {
  const script = 'echo 0 > "$0/cgroup.procs" && exec "$@"';
  return ["/bin/sh", "-c", script, group.folder, ...command];
}
