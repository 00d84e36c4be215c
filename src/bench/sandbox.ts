/**
 * The cost of an evaluation: each lane of the isolate driver, compared with a call in this process and
 * with a process per candidate, in one run. Returns rows as data; the caller prints them.
 *
 * CPU is the time of this process and all its children, in milliseconds per evaluation. On machines
 * without /proc it is only this process's, and `cpuOfChildren` is false.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { isolateSandbox } from "../../sandbox/isolate/driver.ts";
import type { ExecutionBatch, Program } from "../core/execution.ts";
import type { Sandbox } from "../core/ports.ts";

export interface SandboxBenchOptions {
  /** Evaluations of trivial work in a warm row; rows with real work or processes use fewer. */
  readonly evaluations?: number;
  /** The numbers of slots to measure. */
  readonly slots?: readonly number[];
}

export interface SandboxBenchRow {
  readonly way: string;
  readonly work: "trivial" | "10 ms" | "none";
  readonly slots: number;
  readonly state: "cold" | "warm";
  readonly evaluations: number;
  /** Milliseconds per evaluation. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly cpuOfChildren: boolean;
}

type Measured = Pick<SandboxBenchRow, "cpuMs" | "wallMs" | "cpuOfChildren">;
type Work = "trivial" | "10 ms";

const never = new AbortController().signal;
const limits = { timeoutMs: 10_000, memoryMiB: 64, outputBytes: 10_000 };
const TICK_MS = 10;

/** @throws SandboxUnavailableError if no host process can be started here. */
export async function benchSandbox({
  evaluations = 1_000,
  slots = [1, 2],
}: SandboxBenchOptions = {}): Promise<readonly SandboxBenchRow[]> {
  const rows: SandboxBenchRow[] = [];
  const turns = calibrated();
  const sizes: readonly (readonly [Work, number])[] = [
    ["trivial", evaluations],
    ["10 ms", Math.max(10, Math.round(evaluations / 25))],
  ];
  for (const [work, count] of sizes) {
    const programs = candidates(count, work === "trivial" ? 0 : turns);
    const measured = await measure(count, () => {
      for (const { source } of programs) new Function(`${source}\nreturn f;`)()(1);
    });
    rows.push({
      way: "call in this process",
      work,
      slots: 0,
      state: "warm",
      evaluations: count,
      ...measured,
    });
  }
  for (const count of slots) rows.push(...(await benchSlots(count, sizes, turns)));
  rows.push(...(await benchProcesses(turns)));
  return rows;
}

async function benchSlots(
  slots: number,
  sizes: readonly (readonly [Work, number])[],
  turns: number,
): Promise<readonly SandboxBenchRow[]> {
  const rows: SandboxBenchRow[] = [];
  const add = (
    way: string,
    work: SandboxBenchRow["work"],
    state: "cold" | "warm",
    evaluations: number,
    measured: Measured,
  ) => rows.push({ way, work, slots, state, evaluations, ...measured });
  let sandbox: Sandbox | undefined;
  const start = await measure(1, async () => {
    sandbox = await isolateSandbox({ slots });
  });
  add("start of a sandbox", "none", "cold", 1, start);
  if (sandbox === undefined) return rows;
  const { run, runBatch, close } = sandbox;
  try {
    for (const [work, count] of sizes) {
      const size = work === "trivial" ? 0 : turns;
      const alone = Math.max(20, Math.round(count / 5));
      const together = (programs: readonly Program[]) => runBatch(batchOf(programs), never);
      const apart = (programs: readonly Program[]) =>
        Promise.all(programs.map((program) => run({ ...batchOf([]), program }, never)));
      add("first lane", work, "cold", 1, await measure(1, () => apart(candidates(1, size))));
      add(
        "first lane",
        work,
        "warm",
        alone,
        await measure(alone, () => apart(candidates(alone, size))),
      );
      add("batch lane", work, "cold", 1, await measure(1, () => together(candidates(1, size))));
      // Warm-up of the engine's own code for a batch.
      await together(candidates(count, size));
      add(
        "batch lane",
        work,
        "warm",
        count,
        await measure(count, () => together(candidates(count, size))),
      );
    }
    add("replacement of a host that hangs", "none", "warm", 1, await replacement(sandbox));
  } finally {
    await close();
  }
  return rows;
}

/** The time from the end of a killed program to the next result of its slot. */
async function replacement(sandbox: Sandbox): Promise<Measured> {
  const hang = "function f() { [].indexOf.call({ length: 2 ** 53 - 1 }, 1); }";
  const program: Program = { language: "javascript", source: hang, entry: "f" };
  const job = { ...batchOf([]), program, limits: { ...limits, timeoutMs: 1 } };
  await sandbox.run(job, never);
  return measure(1, () =>
    sandbox.run({ ...job, program: candidates(1, 0)[0] ?? program, limits }, never),
  );
}

async function benchProcesses(turns: number): Promise<readonly SandboxBenchRow[]> {
  const rows: SandboxBenchRow[] = [];
  const python = (count: number): string =>
    `x=1\nfor k in range(${Math.round(count / 25)}):\n  x = x + k % 7\nprint(x)`;
  const ways: readonly (readonly [string, string, (turns: number) => readonly string[]])[] = [
    [
      "node -e per candidate",
      process.execPath,
      (n) => ["-e", `${candidates(1, n)[0]?.source}\nconsole.log(f(1))`],
    ],
    ["python3 per candidate", "python3", (n) => ["-I", "-S", "-c", python(n)]],
  ];
  for (const [way, file, wordsOf] of ways) {
    if (spawnSync(file, wordsOf(0) as string[]).status !== 0) continue;
    for (const work of ["trivial", "10 ms"] as const) {
      const words = wordsOf(work === "trivial" ? 0 : turns) as string[];
      const measured = await measure(15, () => {
        for (let i = 0; i < 15; i++) spawnSync(file, words);
      });
      rows.push({ way, work, slots: 1, state: "warm", evaluations: 15, ...measured });
    }
  }
  return rows;
}

// Numbers of the same length, so that all programs have the same number of terms.
let created = 10_000;

/** Programs of the total grammar with different syntax, like those of mutation. */
function candidates(count: number, turns: number): Program[] {
  return Array.from({ length: count }, () => {
    const shape = Array.from(
      String(created++),
      (digit) => " + - * / % + - * / %".split(" ")[+digit + 1],
    );
    const value = shape.map((operator, place) => `${operator} (x + ${place})`).join(" ");
    const work = turns > 0 ? `for (let k = 0; k < ${turns}; k++) { y = y + k % 7; } ` : "";
    const source = `function f(x) { let y = Math.max(x, 1) ${value}; ${work}return y > 1e9 ? 0 : y; }`;
    return { language: "javascript", entry: "f", source };
  });
}

function batchOf(programs: readonly Program[]): ExecutionBatch {
  return { programs, inputs: [[1]], limits, seed: 1 };
}

/** The number of loop iterations that take about 10 ms in this process. */
function calibrated(): number {
  const turns = 1_000_000;
  const run = new Function(`${candidates(1, turns)[0]?.source}\nreturn f;`)() as (
    x: number,
  ) => number;
  run(1);
  const started = performance.now();
  run(1);
  return Math.max(1_000, Math.round((turns * 10) / (performance.now() - started)));
}

async function measure(evaluations: number, work: () => unknown): Promise<Measured> {
  const children = cpuOfChildren();
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const after = cpuOfChildren();
  const known = children !== undefined && after !== undefined;
  const cpuMs = (user + system) / 1_000 + (known ? after - children : 0);
  return { cpuMs: cpuMs / evaluations, wallMs: wallMs / evaluations, cpuOfChildren: known };
}

/** CPU of all descendants of this process, running or ended; undefined without /proc. */
function cpuOfChildren(): number | undefined {
  try {
    const mine = statOf("self");
    let ticks = Number(mine[13]) + Number(mine[14]);
    // A host may run inside a wrapper: then it is a grandchild.
    const open = childrenOf("self");
    for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
      for (const field of statOf(pid).slice(11, 15)) ticks += Number(field);
      open.push(...childrenOf(pid));
    }
    return ticks * TICK_MS;
  } catch {
    return undefined; // There is no /proc, or a child ended during the read.
  }
}

function childrenOf(pid: string): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(" ").filter(Boolean),
  );
}

/** Fields of `stat` after the name, which may contain spaces. */
function statOf(pid: string): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
