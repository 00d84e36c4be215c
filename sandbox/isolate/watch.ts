/** What the kernel says of a process from outside: resident memory and CPU time. Linux alone. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";

export interface ProcessWatch {
  /** Resident memory in MiB; undefined where the kernel does not say. */
  residentMiB(): number | undefined;
  /** CPU time since its start in milliseconds, in steps of 10; undefined likewise. */
  cpuMs(): number | undefined;
  close(): void;
}

const PAGE_BYTES = 4096;
const TICK_MS = 10;

/** @param direct Whether `pid` is the process itself; else the only descendant at the end of its line. */
export function watchProcess(pid: number, direct: boolean): ProcessWatch {
  const target = direct ? pid : lastDescendant(pid);
  const statm = open(`/proc/${target}/statm`);
  const stat = open(`/proc/${target}/stat`);
  const buffer = Buffer.allocUnsafe(512);
  const fieldsOf = (file: number | undefined): readonly string[] => {
    if (file === undefined) return [];
    try {
      const text = buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0));
      // The second field of `stat` is a name in brackets and may hold blanks.
      return text
        .slice(text.lastIndexOf(")") + 1)
        .trim()
        .split(" ");
    } catch {
      return []; // The process has ended: there is nothing more to know.
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
    return undefined; // No /proc on this machine: the watch says that it does not know.
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
