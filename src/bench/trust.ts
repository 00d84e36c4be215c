/**
 * Whether a tool that was made from examples is right, and whether its evidence says so: each everyday
 * job is requested as a person requests it, without a model, and the tool is called on inputs that
 * nobody gave.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NamedJob } from "../../experiments/index.ts";
import { Config } from "../core/config.ts";
import { InputError } from "../core/errors.ts";
import { Limits } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import { canonicalJson } from "../core/json.ts";
import { type Budget, Request } from "../core/request.ts";
import type { Tool } from "../core/tool.ts";
import type { Engine } from "../engine/engine.ts";
import { openEngine } from "../engine/open-engine.ts";
import { prepare } from "../tasks/request-source.ts";

export interface TrustOptions {
  /** Evaluations of each request. Default: 1,000, about ten minutes for all jobs, unless `seconds` is given. */
  readonly evaluations?: number;
  /** Seconds of each request. */
  readonly seconds?: number;
  /** `development`, `holdout`, or the start of a job's name. Default: all jobs. */
  readonly only?: string;
}

type Verdict =
  | "right and trusted"
  | "right and provisional"
  | "wrong and trusted"
  | "wrong and provisional"
  | "not found";

interface Judged {
  readonly job: NamedJob;
  readonly verdict: Verdict;
  /** The first unseen input on which the tool is wrong. */
  readonly counterexample?: string;
  readonly source?: string;
}

const VERDICTS: readonly Verdict[] = [
  "right and trusted",
  "right and provisional",
  "wrong and trusted",
  "wrong and provisional",
  "not found",
];
const DEFAULT_EVALUATIONS = 1_000;
/** An input's program may be slow; the reference's own inputs are small. */
const LIMITS = Limits.parse({ timeoutMs: 10_000 });

/**
 * Yields the counts of each part, then one row for each job without a right tool.
 *
 * @throws InputError USAGE if no job has that name.
 */
export async function* benchTrust(
  { evaluations, seconds, only = "" }: TrustOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly [name: string, rows: readonly object[]]> {
  const { jobs } = await import("../../experiments/index.ts");
  const chosen = jobs.filter(({ name, part }) => part === only || name.startsWith(only));
  if (chosen.length === 0) {
    throw new InputError(
      "USAGE",
      `Expected --only to be development, holdout or the start of a job's name, got "${only}".`,
    );
  }
  const budget: Budget =
    seconds === undefined ? { evaluations: evaluations ?? DEFAULT_EVALUATIONS } : { seconds };
  const judged: Judged[] = [];
  for (const job of chosen) judged.push(await judge(job, budget, signal));
  yield ["counts", counts(judged)];
  yield ["not right", faults(judged)];
}

function counts(judged: readonly Judged[]): readonly object[] {
  const parts = [...new Set(judged.map(({ job }) => job.part))];
  return parts.map((part) => {
    const own = judged.filter(({ job }) => job.part === part);
    const count = (verdict: Verdict): number =>
      own.filter((each) => each.verdict === verdict).length;
    return {
      part,
      jobs: own.length,
      ...Object.fromEntries(VERDICTS.map((each) => [each, count(each)])),
    };
  });
}

function faults(judged: readonly Judged[]): readonly object[] {
  return judged
    .filter(({ verdict }) => !verdict.startsWith("right"))
    .map(({ job, verdict, counterexample = "", source = "" }) => ({
      job: job.name,
      verdict,
      counterexample,
      source,
    }));
}

/** Each job has a home of its own: a tool of another job would be offered otherwise. */
async function judge(job: NamedJob, budget: Budget, signal: AbortSignal): Promise<Judged> {
  const home = mkdtempSync(join(tmpdir(), "toolwright-bench-"));
  const engine = openEngine(Config.parse({ home, seed: 1 }));
  try {
    const { objective, examples } = job;
    const request = Request.parse({ objective });
    const prepared = await prepare({ source: { examples } as unknown as Json, seed: 1 }, request);
    const { solution } = await engine.request(request, { ...prepared, budget, seed: 1 }, signal);
    const named = solution?.status === "answered" ? solution.answer.tool : null;
    if (named === null) return { job, verdict: "not found" };
    return await compared(engine, job, await engine.tools.get(named.name, named.version), signal);
  } finally {
    await engine.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function compared(
  engine: Engine,
  job: NamedJob,
  tool: Tool,
  signal: AbortSignal,
): Promise<Judged> {
  const { source, language, entry, evidence } = tool;
  const sandbox = await engine.sandbox();
  const executions = await sandbox.run(
    {
      program: { source, language, entry },
      inputs: job.unseen.map(({ args }) => args),
      limits: LIMITS,
      seed: 1,
    },
    signal,
  );
  const wrong = job.unseen.findIndex(({ expected }, at) => {
    const execution = executions[at];
    if (execution?.status !== "returned") return true;
    return canonicalJson(execution.output) !== canonicalJson(expected);
  });
  const trust = (evidence?.status ?? "trusted") === "trusted" ? "trusted" : "provisional";
  if (wrong === -1) return { job, verdict: `right and ${trust}` };
  const execution = executions[wrong];
  const got =
    execution?.status === "returned" ? canonicalJson(execution.output) : execution?.status;
  const { args = [], expected = null } = job.unseen[wrong] ?? {};
  return {
    job,
    verdict: `wrong and ${trust}`,
    counterexample: `${canonicalJson(args)} gives ${got}, expected ${canonicalJson(expected)}`,
    source,
  };
}
