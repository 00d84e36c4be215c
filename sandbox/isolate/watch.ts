/** Reads a process's resident memory and CPU time from the kernel. Linux only. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";

export interface ProcessWatch {
  /** Resident memory in MiB; undefined if the kernel does not report it. */
  residentMiB(): number | undefined;
  /** CPU time since its start in milliseconds, in steps of 10; undefined if it is not reported. */
  cpuMs(): number | undefined;
  close(): void;
}

const PAGE_BYTES = 4096;
const TICK_MS = 10;

/** @param direct Whether `pid` is the process itself; if not, its last descendant is watched. */
export function watchProcess(pid: number, direct: boolean): ProcessWatch {
  const target = direct ? pid : lastDescendant(pid);
  const statm = open(`/proc/${target}/statm`);
  const stat = open(`/proc/${target}/stat`);
  const buffer = Buffer.allocUnsafe(512);
  const fieldsOf = (file: number | undefined): readonly string[] => {
    if (file === undefined) return [];
    try {
      const text = buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0));
      // The second field of `stat` is a name in parentheses and may contain spaces.
      return text
        .slice(text.lastIndexOf(")") + 1)
        .trim()
        .split(" ");
    } catch {
      return []; // The process has ended.
    }
  };
  return {
    residentMiB: () => {
      const pages = Number(fieldsOf(statm)[1]);
      return Number.isFinite(pages) ? (pages * PAGE_BYTES) / 2 ** 20 : undefined;
    },
    cpuMs: () => {
      const fields = fieldsOf(stat);
      const ticks = Number(fields[11]) + Number(fields[12]);
      return Number.isFinite(ticks) ? ticks * TICK_MS : undefined;
    },
    close: () => {
      for (const file of [statm, stat]) if (file !== undefined) closeSync(file);
    },
  };
}

function open(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined; // No /proc on this machine: the values stay undefined.
  }
}

function lastDescendant(pid: number): number {
  for (let at = pid; ; ) {
    let children: string;
    try {
      children = readFileSync(`/proc/${at}/task/${at}/children`, "utf8").trim();
    } catch {
      return at;
    }
    const next = Number(children.split(" ").at(-1));
    if (children === "" || !Number.isInteger(next)) return at;
    at = next;
  }
}
