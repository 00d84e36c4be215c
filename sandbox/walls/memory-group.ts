/**
 * A memory control group for one program: it counts what no process's resident size shows (files in
 * memory, System V shared memory, kernel buffers), and the kernel holds it.
 *
 * Made where this process may make one: as root, or in a delegated part of the tree. Version 1 and 2.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface MemoryGroup {
  /** Its folder: a process joins by writing into `cgroup.procs`. */
  readonly folder: string;
  /** @returns false while a process is still in it. */
  remove(): boolean;
}

const PARENTS = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
const V1 = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
const V2 = ["memory.max", "memory.swap.max"];

let serial = 0;
const swept = new Set<string>();

/** @returns undefined where this process may make no group that limits memory. */
export function memoryGroup(mib: number): MemoryGroup | undefined {
  for (const parent of [ownFolder(), ...PARENTS]) {
    if (parent === undefined) continue;
    if (!swept.has(parent)) sweep(parent);
    serial += 1;
    const folder = join(parent, `toolwright-${process.pid}-${serial}`);
    const group: MemoryGroup = { folder, remove: () => removed(folder) };
    try {
      mkdirSync(folder);
    } catch {
      continue; // Not there, or not ours to write.
    }
    if (limited(folder, mib)) return group;
    group.remove();
  }
  return undefined;
}

/** Whether this process may make such groups: found out by making one. */
export function canGroupMemory(): boolean {
  const group = memoryGroup(64);
  group?.remove();
  return group !== undefined;
}

/** Where this process is: what it may have been given to divide further. */
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

function limited(folder: string, mib: number): boolean {
  const bytes = mib * 1_048_576;
  const put = (file: string | undefined, value: number): boolean => {
    try {
      writeFileSync(join(folder, file ?? ""), String(value), { flag: "r+" });
      return true;
    } catch {
      return false;
    }
  };
  // Swap may not be counted on this system; the limit of memory decides.
  if (put(V1[0], bytes)) return put(V1[1], bytes) || true;
  if (put(V2[0], bytes)) return put(V2[1], 0) || true;
  return false;
}

/** Takes away what engines left behind that were killed. */
function sweep(parent: string): void {
  swept.add(parent);
  try {
    for (const name of readdirSync(parent)) {
      const owner = /^toolwright-(\d+)-\d+$/.exec(name)?.[1];
      if (owner !== undefined && !lives(Number(owner))) removed(join(parent, name));
    }
  } catch {
    // No control groups here.
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** The words that make a command a member of the group before its first instruction. */
export function joining(group: MemoryGroup, command: readonly string[]): readonly string[] {
  const script = 'echo 0 > "$0/cgroup.procs" && exec "$@"';
  return ["/bin/sh", "-c", script, group.folder, ...command];
}
