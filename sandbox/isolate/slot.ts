/**
 * The piscina thread of one slot. It owns one host process: starts it, sends it programs one at a
 * time, replaces it when it dies or has run enough, and tells the candidate's doing from others'.
 *
 * The thread itself runs nothing unread. It lives as long as the pool: the kernel ties the host's
 * life to it (PDEATHSIG), so a thread must not be ended while the host is wanted.
 */
import { workerData } from "piscina";
import { rememberingCheck } from "../grammar/memo.ts";
import { type Child, type Ending, startChild, type Watch } from "./child.ts";
import { SEATS, type SlotAnswer, type SlotSetup, type SlotTask } from "./slot-types.ts";
import { judge } from "./verdict.ts";
import { completed, isResult, type Result, type RunRequest, type ToHost } from "./wire.ts";

/**
 * V8 reserves 0.5 GiB of writable address space for the code of each isolate, and Node's own takes
 * 1.1 GiB: the host's, the batch lane's and a program's need 2.1 before anything is used.
 */
const DATA_BYTES = 3 * 2 ** 30;
/** What every host has room for; a job that asks for more gets a larger one. */
const SMALL_MIB = 256;
const GRACE_MS = 400;
const HELD_TEXTS = 16;
/** Beyond the candidate's own memory: young generations, compiled code, the copy that leaves. */
const SLACK_MIB = 96;

const checkGrammar = rememberingCheck();
const setup = workerData as SlotSetup;
const seat = SEATS.first + Atomics.add(setup.seats, SEATS.taken, 1);

interface Host {
  readonly child: Child;
  /** Keys of texts that it holds, oldest first. */
  readonly texts: Set<string>;
  readonly memoryMiB: number;
  runs: number;
}

let host: Promise<Host> = start(SMALL_MIB);

/** Begins at once and in the background; whoever waits for it learns what went wrong. */
function start(memoryMiB: number): Promise<Host> {
  const opening = open(memoryMiB);
  opening.catch(() => undefined);
  return opening;
}

async function open(memoryMiB: number): Promise<Host> {
  const dataBytes = DATA_BYTES + Math.max(0, memoryMiB - SMALL_MIB) * 2 ** 20 * 2;
  const prefix = setup.prefix.map((word) =>
    word.startsWith("--data=") ? `--data=${dataBytes}` : word,
  );
  if (Atomics.load(setup.seats, SEATS.closing) !== 0) throw new Error("the sandbox is closed");
  const child = await startChild({ ...setup, prefix }, (pid) =>
    Atomics.store(setup.seats, seat, pid),
  );
  return { child, texts: new Set(), memoryMiB, runs: 0 };
}

async function ready(memoryMiB: number): Promise<Host> {
  const current = await host.catch(() => undefined);
  const usable =
    current?.child.alive && current.runs < setup.recycleAfter && current.memoryMiB >= memoryMiB;
  if (current !== undefined && usable) return current;
  current?.child.kill();
  host = start(Math.max(SMALL_MIB, memoryMiB));
  return host.catch(() => {
    // A process can be ended from outside while it starts, too: once more, then it is lost.
    host = start(Math.max(SMALL_MIB, memoryMiB));
    return host;
  });
}

/** Ends the process, so that the next request has a fresh one, which begins to start at once. */
async function renew(): Promise<void> {
  const current = await host.catch(() => undefined);
  current?.child.kill();
  host = start(current?.memoryMiB ?? SMALL_MIB);
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
    // The grammar knows no types: TypeScript without any is as welcome, but for one text that both
    // languages read, and read differently: `a < b > (c)`.
    const ambiguous = language === "typescript" && /<[^<;{}]*>\s*\(/.test(source);
    const check = ambiguous ? undefined : checkGrammar(source, entry);
    return check?.ok ? [{ id, code: check.instrumented }] : [];
  });
  if (checked.length === 0) return;
  const { child } = await prepared(task);
  const request: ToHost = { op: "batch", programs: checked, ...task.frame };
  const ending = await child.request(JSON.stringify(request), watchOf(task, true), (message) => {
    if (message.a !== "programs") return;
    for (const [id, results] of message.of) {
      if (results === null || !results.every(isResult)) continue;
      const all = completed([...results], task.inputs);
      if (id in programs && all.length === task.inputs) programs[id] ??= all;
    }
  });
  if (ending.kind !== "done") await renew();
}

function watchOf({ frame, cancel }: SlotTask, renewed: boolean): Watch {
  return {
    limitMs: frame.timeoutMs + GRACE_MS,
    renewed,
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
    if (verdict === "again") await renew();
    else if (verdict === "lost") throw new Error("two host processes in a row ended from outside");
    else return verdict;
  }
}

async function attemptAlone(
  task: SlotTask,
  request: RunRequest,
): Promise<{ results: Result[]; ending: Ending }> {
  const { child } = await prepared(task);
  const results: Result[] = [];
  const body = JSON.stringify(request satisfies ToHost);
  const ending = await child.request(body, watchOf(task, false), (message) => {
    // In order, none twice: anything else is not what a sound host writes, and is not counted.
    const next = message.a === "result" && message.at === results.length;
    if (next && isResult(message.r)) results.push(message.r);
  });
  if (ending.kind !== "done") await renew();
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
