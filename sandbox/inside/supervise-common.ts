/**
 * Shared by the supervisors: starting a process of the program, reporting why it ended, and limiting
 * its memory if no control group does.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants, readdirSync, readFileSync } from "node:fs";
import { encodeFrame } from "./frames.ts";

/** How to run one kind of program; every command is a complete argument list. */
export interface SupervisorSetup {
  readonly role: "program" | "shell" | "session" | "shell-session";
  readonly candidate: readonly string[];
  /** Whether the candidate gets its inputs one by one, because it shares a process with their reader. */
  readonly stepwise: boolean;
  readonly harness: readonly string[];
  /** The supervisor's folder; also the program's working directory if it has no private root. */
  readonly scratch: string;
  /** The folder of a shell program's script, as the program sees it. */
  readonly scriptFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Resident memory at which the supervisor kills the program; null if a cgroup limits it. */
  readonly residentMiB: number | null;
  /** Folder of the program's own control group; null: use the container's. */
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

/** A process of the program. */
export interface Guest {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** The end of its standard error. */
  tail(): string;
}

const TAIL_BYTES = 4_096;

/** O_CLOEXEC. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Closes inherited descriptors that are not marked close-on-exec: a program would inherit them too.
 * Only Linux lists these descriptors.
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
      if ((Number.parseInt(flags?.[1] ?? "", 8) & CLOSE_ON_EXEC) === 0) closeSync(fd);
    } catch {
      // The descriptor used to read the folder is already closed.
    }
  }
}

export function send(value: unknown): void {
  process.stdout.write(encodeFrame(value));
}

/** Reports that a job can be sent, and whether this process is protected from others of its user. */
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
  // Writing to a process that has ended is not an error here.
  for (const stream of child.stdio) stream?.on("error", () => undefined);
  // The program ends with the supervisor, unless a signal kills the supervisor without this handler.
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

/** How many processes of this control group the kernel has killed for their memory. */
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
      // The other version of control groups, or none is visible here.
    }
  }
  return 0;
}

let killsAtStart = 0;
let memoryGroup: string | null = null;
let killedForMemory = false;

/** Why a process ended without a final answer. */
export function causeOf(end: Awaited<Guest["ended"]>, tail: string): Record<string, unknown> {
  if (killedForMemory || outOfMemoryKills(memoryGroup) > killsAtStart)
    return { kind: "out-of-memory" };
  // A wrapper that waits for the program reports its signal as an exit code of 128 or more.
  // The first process of a namespace cannot abort; it gets a segmentation fault instead.
  const aborted = end.signal !== null || (end.code ?? 0) >= 128;
  if (aborted && /heap out of memory|Fatal process out of memory/.test(tail)) {
    return { kind: "out-of-memory" };
  }
  const how = end.signal === null ? `exit status ${end.code}` : `signal ${end.signal}`;
  const last = tail.split("\n").at(-1)?.slice(0, 300) ?? "";
  const reason = `the program ended with ${how} before its final answer`;
  return { kind: "crashed", reason: last === "" ? reason : `${reason}: ${last}` };
}

export function endGroup(guest: Guest): void {
  const pid = guest.process.pid;
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has already ended.
  }
}

/** Resident memory of a process and all its descendants, in pages of 4 KiB. */
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
      // The process ended meanwhile.
    }
  }
  let pages = 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    open.push(...(children.get(pid) ?? []));
    try {
      pages += Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    } catch {
      // The process ended meanwhile.
    }
  }
  return pages;
}

/** Kills the program if all its processes together exceed the limit. */
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

/** Ends the supervisor, and so the container, after everything is written. */
export function finish(value: unknown): void {
  process.stdout.write(encodeFrame(value), () => process.exit(0));
}
