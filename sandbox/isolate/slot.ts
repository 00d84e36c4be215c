/**
 * The piscina thread of one slot. It owns one host process: starts it, sends it programs one at a
 * time, replaces it when it dies or has run enough programs, and decides whether the candidate
 * caused a failure.
 *
 * The thread itself runs no untrusted code. It must exist as long as its host is needed, because the
 * kernel kills the host when the thread ends (PDEATHSIG).
 */
import { workerData } from "piscina";
import { memoizedCheck } from "../grammar/memo.ts";
import { type Child, type Ending, startChild, type Watch } from "./child.ts";
import { SHARED, type SlotAnswer, type SlotSetup, type SlotTask } from "./slot-types.ts";
import { judge } from "./verdict.ts";
import { completed, isResult, type Result, type RunRequest, type ToHost } from "./wire.ts";

/**
 * V8 reserves 0.5 GiB of writable address space for the code of each isolate, and 1.1 GiB for Node's
 * own: the isolates of the host, the batch lane and a program need 2.1 GiB before any use.
 */
const DATA_BYTES = 3 * 2 ** 30;
/** Memory limit of a standard host; a job that needs more gets a larger one. */
const STANDARD_MIB = 256;
const GRACE_MS = 400;
const MAX_TEXTS = 16;
/** In addition to the candidate's memory: young generations, compiled code, the output's copy. */
const SLACK_MIB = 96;

const checkGrammar = memoizedCheck();
const setup = workerData as SlotSetup;
const pidIndex = SHARED.firstPid + Atomics.add(setup.shared, SHARED.slots, 1);

interface Host {
  readonly child: Child;
  /** Keys of texts that it has, oldest first. */
  readonly texts: Set<string>;
  readonly memoryMiB: number;
  runs: number;
}

let host: Promise<Host> = start(STANDARD_MIB);

/** Starts in the background; an error is reported to callers that wait for the host. */
function start(memoryMiB: number): Promise<Host> {
  const opening = open(memoryMiB);
  opening.catch(() => undefined);
  return opening;
}

async function open(memoryMiB: number): Promise<Host> {
  const dataBytes = DATA_BYTES + Math.max(0, memoryMiB - STANDARD_MIB) * 2 ** 20 * 2;
  const prefix = setup.prefix.map((word) =>
    word.startsWith("--data=") ? `--data=${dataBytes}` : word,
  );
  if (Atomics.load(setup.shared, SHARED.closing) !== 0) throw new Error("the sandbox is closed");
  const child = await startChild({ ...setup, prefix }, (pid) =>
    Atomics.store(setup.shared, pidIndex, pid),
  );
  return { child, texts: new Set(), memoryMiB, runs: 0 };
}

async function ready(memoryMiB: number): Promise<Host> {
  const current = await host.catch(() => undefined);
  const usable =
    current?.child.alive && current.runs < setup.recycleAfter && current.memoryMiB >= memoryMiB;
  if (current !== undefined && usable) return current;
  current?.child.kill();
  host = start(Math.max(STANDARD_MIB, memoryMiB));
  return host.catch(() => {
    // A process can also be killed from outside while it starts, so the start is tried twice.
    host = start(Math.max(STANDARD_MIB, memoryMiB));
    return host;
  });
}

/** Replaces the process: the new one starts immediately, before the next request. */
async function renew(): Promise<void> {
  const current = await host.catch(() => undefined);
  current?.child.kill();
  host = start(current?.memoryMiB ?? STANDARD_MIB);
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

/** Runs programs of the total grammar in the batch lane; uncertain ones stay undefined. */
async function runTogether(
  task: SlotTask,
  programs: (readonly Result[] | undefined)[],
): Promise<void> {
  const checked = task.programs.flatMap(({ source, entry, language }, id) => {
    // The grammar has no types. TypeScript without types is accepted too, except where both languages
    // parse the text differently: `a < b > (c)`.
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
    // A character of text in JSON can become six bytes.
    frameBytes: 4_000_000 + 6 * frame.outputBytes,
    canceled: () => Atomics.load(cancel, 0) !== 0,
  };
}

/** Runs one program in the first lane; undefined if it was canceled. */
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
  // Try again in a new process if the program may not have caused the end of the first one.
  for (let attempt = 0; ; attempt++) {
    const { results, ending } = await attemptAlone(task, request);
    if (ending.kind === "killed" && ending.by === "cancel") return undefined;
    const verdict = judge(ending, results, task, attempt > 0);
    if (verdict === "again") await renew();
    else if (verdict === "lost")
      throw new Error("two host processes in a row were killed from outside");
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
    // A correct host sends results in order and without duplicates; anything else is ignored.
    const next = message.a === "result" && message.at === results.length;
    if (next && isResult(message.r)) results.push(message.r);
  });
  if (ending.kind !== "done") await renew();
  return { results, ending };
}

/** A host that has all texts of the task. */
async function prepared(task: SlotTask): Promise<Host> {
  const current = await ready(task.frame.memoryMiB);
  current.runs++;
  for (const { key, bytes } of task.texts) {
    // Moves the key to the end: the order is by last use.
    const known = current.texts.delete(key);
    current.texts.add(key);
    if (known) continue;
    const text = Buffer.from(bytes).toString("utf8");
    current.child.send(JSON.stringify({ op: "text", key, text } satisfies ToHost));
    for (const old of current.texts) {
      if (current.texts.size <= MAX_TEXTS) break;
      current.texts.delete(old);
      current.child.send(JSON.stringify({ op: "forget", key: old } satisfies ToHost));
    }
  }
  return current;
}
