/**
 * The piscina thread of one slot. It owns one host process: starts it, sends it programs one at a
 * time, replaces it when it dies or has run enough, and tells the candidate's doing from others'.
 *
 * The thread itself runs nothing unread. It lives as long as the pool: the kernel ties the host's
 * life to it (PDEATHSIG), so a thread must not be ended while the host is wanted.
 */
import { workerData } from "piscina";
import { checkGrammar } from "../grammar.ts";
import { type Child, type Ending, startChild, type Watch } from "./child.ts";
import type { SlotAnswer, SlotSetup, SlotTask } from "./slot-types.ts";
import {
  completed,
  endsProgram,
  type FromHost,
  type Result,
  type RunRequest,
  type ToHost,
} from "./wire.ts";

const GRACE_MS = 400;
const HELD_TEXTS = 16;
/** Beyond the candidate's own memory: young generations, compiled code, the copy that leaves. */
const SLACK_MIB = 96;

const setup = workerData as SlotSetup;
const seat = Atomics.add(setup.seats, 0, 1) + 1;

interface Host {
  readonly child: Child;
  /** Keys of texts that it holds, oldest first. */
  readonly texts: Set<string>;
  readonly memoryMiB: number;
  runs: number;
}

let host: Promise<Host> | undefined = open(256);
// The first task waits for it and tells what went wrong.
host.catch(() => undefined);

async function open(memoryMiB: number): Promise<Host> {
  // An idle host has reserved more than a GiB already, so less than two leaves no room to start.
  const dataBytes = 2 ** 31 + Math.max(0, memoryMiB - 256) * 2 ** 20 * 2;
  const prefix = setup.prefix.map((word) =>
    word.startsWith("--data=") ? `--data=${dataBytes}` : word,
  );
  const child = await startChild({ ...setup, prefix });
  setup.seats[seat] = child.pid;
  return { child, texts: new Set(), memoryMiB, runs: 0 };
}

async function ready(memoryMiB: number): Promise<Host> {
  const current = await host?.catch(() => undefined);
  const usable =
    current?.child.alive && current.runs < setup.recycleAfter && current.memoryMiB >= memoryMiB;
  if (current !== undefined && usable) return current;
  current?.child.kill();
  host = open(Math.max(256, memoryMiB));
  return host;
}

/** Runs the programs of a task. Never rejects for anything that a program does. */
export async function runTask(task: SlotTask): Promise<SlotAnswer> {
  const canceled = (): boolean => Atomics.load(task.cancel, 0) !== 0;
  try {
    const programs: (readonly Result[] | undefined)[] = task.programs.map(() => undefined);
    if (task.together && !canceled()) await runTogether(task, programs);
    for (const [index, program] of task.programs.entries()) {
      if (canceled()) return { status: "canceled" };
      programs[index] ??= await runAlone(task, program);
    }
    const all = programs.filter((results) => results !== undefined);
    return all.length < programs.length
      ? { status: "canceled" }
      : { status: "done", programs: all };
  } catch (error) {
    return { status: "lost", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Programs of the total grammar through the batch lane; what it gives back stays undefined. */
async function runTogether(
  task: SlotTask,
  programs: (readonly Result[] | undefined)[],
): Promise<void> {
  const checked = task.programs.flatMap(({ source, entry, language }, id) => {
    const check = language === "javascript" ? checkGrammar(source, entry) : { ok: false as const };
    return check.ok ? [{ id, code: check.instrumented }] : [];
  });
  if (checked.length === 0) return;
  const { child } = await prepared(task);
  const request: ToHost = { op: "batch", programs: checked, ...task.frame };
  await child.request(JSON.stringify(request), watchOf(task), (message) => {
    if (message.a !== "programs") return;
    for (const [id, results] of message.of) {
      if (results !== null) programs[id] ??= completed([...results], task.inputs);
    }
  });
}

function watchOf({ frame, cancel }: SlotTask): Watch {
  return {
    silenceMs: frame.timeoutMs + GRACE_MS,
    growthMiB: frame.memoryMiB + SLACK_MIB,
    // Text in JSON in a frame: a character may take six bytes.
    frameBytes: 4_000_000 + 6 * frame.outputBytes,
    canceled: () => Atomics.load(cancel, 0) !== 0,
  };
}

/** One program through the first lane; undefined if it was canceled. */
async function runAlone(
  task: SlotTask,
  program: SlotTask["programs"][number],
): Promise<Result[] | undefined> {
  const request: RunRequest = {
    op: "run",
    source: program.source,
    typed: program.language === "typescript",
    entry: program.entry,
    ...task.frame,
  };
  // Once more in a fresh process where the first one's end may not have been the program's doing.
  for (let attempt = 0; ; attempt++) {
    const { results, ending } = await attemptAlone(task, request);
    if (ending.kind === "killed" && ending.by === "cancel") return undefined;
    const verdict = judge(ending, results, task, attempt > 0);
    if (verdict !== "retry") return verdict;
    if (attempt > 0) throw new Error("two host processes in a row were ended from outside");
    (await host)?.child.kill();
    host = undefined;
  }
}

async function attemptAlone(
  task: SlotTask,
  request: RunRequest,
): Promise<{ results: Result[]; ending: Ending }> {
  const { child } = await prepared(task);
  const results: Result[] = [];
  const ending = await child.request(
    JSON.stringify(request satisfies ToHost),
    watchOf(task),
    (message: FromHost) => {
      // In order, none twice: anything else is not what a sound host writes, and is not counted.
      if (message.a === "result" && message.at === results.length) results.push(message.r);
    },
  );
  return { results, ending };
}

/** A host that holds the texts which the task names. */
async function prepared(task: SlotTask): Promise<Host> {
  const current = await ready(task.frame.memoryMiB);
  current.runs++;
  for (const { key, bytes } of task.texts) {
    // Oldest first by last use.
    const known = current.texts.delete(key);
    current.texts.add(key);
    if (known) continue;
    const text = Buffer.from(bytes).toString("utf8");
    current.child.send(JSON.stringify({ op: "text", key, text } satisfies ToHost));
    for (const old of current.texts) {
      if (current.texts.size <= HELD_TEXTS) break;
      current.texts.delete(old);
      current.child.send(JSON.stringify({ op: "forget", key: old } satisfies ToHost));
    }
  }
  return current;
}

/** Whose doing the end was, told by who ended it and by clocks. */
function judge(
  ending: Ending,
  results: Result[],
  { frame, inputs }: SlotTask,
  last: boolean,
): Result[] | "retry" {
  const close = (result: Result): Result[] => completed([...results, result], inputs);
  if (ending.kind === "done") {
    if (results.at(-1)?.[0] === "time" && !last && starved(ending.cpuMs, frame.timeoutMs)) {
      return "retry";
    }
    const all = completed(results, inputs);
    return all.length === inputs ? all : close(["crash", "the host answered too few inputs"]);
  }
  if (results.length > 0 && endsProgram(results.at(-1) as Result))
    return completed(results, inputs);
  if (ending.kind === "killed") {
    if (ending.by === "memory") return close(["memory"]);
    if (ending.by === "frame") return close(["crash", "the host wrote what is no answer"]);
    return !last && starved(ending.cpuMs, frame.timeoutMs) ? "retry" : close(["time"]);
  }
  // Nobody inside can send a signal: a kill that is not ours came from outside, unless the kernel
  // ended a process that had grown.
  if (ending.memory) return close(["memory"]);
  if (ending.signal === "SIGKILL" || ending.signal === "SIGTERM" || ending.signal === "SIGINT") {
    return "retry";
  }
  return last ? close(["crash", `the host process ended: ${ending.signal ?? "exit"}`]) : "retry";
}

/** A time-out of a process that barely ran is the machine's doing. */
function starved(cpuMs: number | undefined, timeoutMs: number): boolean {
  return cpuMs !== undefined && cpuMs < timeoutMs / 4;
}
