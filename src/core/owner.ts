/**
 * Which process writes a run, told in a way that survives it: the process id and when it started,
 * so that a reused id is not taken for the writer.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface Owner {
  readonly pid: number;
  /** Start of the process in the kernel's own terms; "" where the system does not tell. */
  readonly start: string;
  /** Where process ids mean the same as here: machine and id namespace. "" is taken for here. */
  readonly place?: string;
}

/** This process. */
export function thisOwner(): Required<Owner> {
  return { pid: process.pid, start: startOf(process.pid) ?? "", place: thisPlace() };
}

/** Whether this process can tell if the owner lives: elsewhere its lease alone decides. */
export function isNear({ place = "" }: Owner): boolean {
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
    return ""; // No such namespaces here.
  }
}

/**
 * Whether the owner still runs. Without a start (not Linux) the id alone decides, and a reused one
 * counts as alive. A process in another process-id namespace counts as gone.
 */
export function isAlive(owner: Owner): boolean {
  if (owner.start !== "") return startOf(owner.pid) === owner.start;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

let boot: string | undefined;

/** undefined: no such process, or it is dead and only not yet collected. */
function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The command is in brackets and may hold anything, so fields are counted from the last bracket:
  // state is the 3rd field of the line, start time the 22nd.
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
