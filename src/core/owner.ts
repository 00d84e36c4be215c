/**
 * Identifies the process that writes a run: its process id and its start time, so that a reused id
 * is not mistaken for the writer.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface Owner {
  readonly pid: number;
  /** Start of the process: boot id and clock ticks; "" where the system does not say. */
  readonly start: string;
  /** Machine and process-id namespace: process ids are comparable within it. "" means this one. */
  readonly place?: string;
}

/** This process. */
export function thisOwner(): Required<Owner> {
  return { pid: process.pid, start: startOf(process.pid) ?? "", place: thisPlace() };
}

/** Whether this process can check if the owner is alive. If not, only the owner's lease decides. */
export function isLocal({ place = "" }: Owner): boolean {
  return place === "" || place === thisPlace();
}

let here: string | undefined;

function thisPlace(): string {
  here ??= `${hostname()}:${namespace()}`;
  return here;
}

function namespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // This system has no such namespaces.
  }
}

/**
 * Whether the owner still runs. Without a start (not Linux) only the id decides, and a reused id
 * counts as alive. A process in another process-id namespace counts as dead.
 */
export function isAlive(owner: Owner): boolean {
  if (owner.start !== "") return startOf(owner.pid) === owner.start;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

let boot: string | undefined;

/** undefined: no such process, or a zombie. */
function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The command name is in brackets and may hold any character, so fields are counted from the last
  // bracket: state is the 3rd field of the line, start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const ticks = fields[19];
  if (state === "Z" || state === "X" || ticks === undefined) return undefined;
  boot ??= bootId();
  return `${boot}:${ticks}`;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim().slice(0, 8);
  } catch {
    return "0";
  }
}
