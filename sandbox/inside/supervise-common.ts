/**
 * What the supervisors share: starting a process of the program, saying how it ended, and holding
 * its memory where no control group does.
 *
 * Guest code: linked with the files beside it into one text and run inside the wall.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants, readdirSync, readFileSync } from "node:fs";
import { encodeFrame } from "./frames.ts";

/** How to run one kind of program; every command is a whole argument list. */
export interface SupervisorSetup {
  readonly role: "program" | "shell" | "session" | "shell-session";
  readonly candidate: readonly string[];
  /** Whether the candidate takes its inputs one by one: it shares a process with what reads them. */
  readonly stepwise: boolean;
  readonly harness: readonly string[];
  /** The supervisor's own folder; a program's working directory where it has no private root. */
  readonly scratch: string;
  /** The folder in which a shell program finds its script. */
  readonly scriptFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Resident memory at which the supervisor itself ends the program; null where a cgroup does. */
  readonly residentMiB: number | null;
  /** Folder of the control group that holds the program alone; null: look at the container's. */
  readonly memoryGroup: string | null;
}

export interface SupervisorJob {
  readonly source: string;
  readonly entry: string;
  readonly harness: string | null;
  /** JSON texts of argument lists. */
  readonly inputs: readonly string[];
  readonly outputBytes: number;
  readonly memoryMiB: number;
  readonly typed: boolean;
  readonly seed: number;
  /** The seed as the state of sfc32. */
  readonly words: readonly [number, number, number, number];
}

/** A process of the program: its end is an event, its standard error a tail. */
export interface Guest {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  tail(): string;
}

const TAIL_BYTES = 4_096;

const CLOSED_AT_START = 0o2000000;

/**
 * Closes what the engine's own parent left open without marking it for closing: a program would
 * inherit it. Linux alone says which descriptors these are.
 */
export function closeInherited(): void {
  let names: readonly string[] = [];
  try {
    names = readdirSync("/proc/self/fd");
  } catch {
    return; // No /proc here.
  }
  for (const fd of names.map(Number).filter((number) => number > 2)) {
    try {
      const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"));
      if ((Number.parseInt(flags?.[1] ?? "", 8) & CLOSED_AT_START) === 0) closeSync(fd);
    } catch {
      // The one by which the folder was read: it is closed already.
    }
  }
}

export function send(value: unknown): void {
  process.stdout.write(encodeFrame(value));
}

/** Says that a job can come, and whether other processes of this user are kept from this one. */
export function sendReady(): void {
  let sealed = false;
  try {
    accessSync(process.execPath, constants.R_OK);
  } catch {
    sealed = true;
  }
  send({ kind: "ready", sealed });
}

export function start(
  command: readonly string[],
  setup: SupervisorSetup,
  pipes: number,
  keepOutput = false,
): Guest {
  const [file = "", ...rest] = command;
  memoryGroup = setup.memoryGroup;
  killsAtStart = outOfMemoryKills(memoryGroup);
  killedForMemory = false;
  const child = spawn(file, rest, {
    cwd: setup.scratch,
    env: setup.environment,
    detached: true,
    stdio: new Array<"pipe">(pipes).fill("pipe"),
  });
  let tail = Buffer.alloc(0);
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
  });
  if (!keepOutput) child.stdout?.resume();
  // Writing to a process that has ended is no error of ours.
  for (const stream of child.stdio) stream?.on("error", () => undefined);
  // However the supervisor ends, short of a signal that it cannot see, its program ends with it.
  process.on("exit", () => endGroup(guest));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
    child.on("error", (error) => {
      tail = Buffer.from(error.message);
      resolve({ code: 127, signal: null });
    });
  });
  const guest = { process: child, ended, tail: () => tail.toString("utf8").trim() };
  return guest;
}

/** How many times the kernel has ended a process of this control group for its memory. */
function outOfMemoryKills(group: string | null): number {
  const files =
    group === null
      ? ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"]
      : [`${group}/memory.events`, `${group}/memory.oom_control`];
  for (const file of files) {
    try {
      const text = readFileSync(file, "utf8");
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
    } catch {
      // The other version of control groups, or none that can be seen from here.
    }
  }
  return 0;
}

let killsAtStart = 0;
let memoryGroup: string | null = null;
let killedForMemory = false;

/** Says why a process that gave no last answer ended. */
export function causeOf(end: Awaited<Guest["ended"]>, tail: string): Record<string, unknown> {
  if (killedForMemory || outOfMemoryKills(memoryGroup) > killsAtStart)
    return { kind: "out-of-memory" };
  // A wrapper that waits for the program gives its signal as 128 and more.
  // The first process of a namespace cannot abort, and faults instead.
  const aborted = end.signal !== null || (end.code ?? 0) >= 128;
  if (aborted && /heap out of memory|Fatal process out of memory/.test(tail)) {
    return { kind: "out-of-memory" };
  }
  const how = end.signal === null ? `exit status ${end.code}` : `signal ${end.signal}`;
  const last = tail.split("\n").at(-1)?.slice(0, 300) ?? "";
  const reason = `the program ended with ${how} before its last answer`;
  return { kind: "crashed", reason: last === "" ? reason : `${reason}: ${last}` };
}

export function endGroup(guest: Guest): void {
  const pid = guest.process.pid;
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

/** Of a process and everything that descends from it, in pages of 4 KiB. */
function residentPages(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(
        readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1],
      );
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended while it was being read.
    }
  }
  let pages = 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    open.push(...(children.get(pid) ?? []));
    try {
      pages += Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    } catch {
      // As above.
    }
  }
  return pages;
}

/** Ends the program when all its processes together are above the limit. */
export function watchMemory(guest: Guest, residentMiB: number | null): void {
  const root = guest.process.pid;
  if (residentMiB === null || root === undefined) return;
  const timer = setInterval(() => {
    const pages = residentPages(root);
    if (pages * 4_096 <= residentMiB * 1_048_576) return;
    killedForMemory = true;
    endGroup(guest);
  }, 20);
  guest.ended.finally(() => clearInterval(timer));
}

/** Ends the supervisor, and with it a container, once everything is written. */
export function finish(value: unknown): void {
  process.stdout.write(encodeFrame(value), () => process.exit(0));
}
