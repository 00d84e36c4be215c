/**
 * Examines a run's winner before it is stored: how many bits its cases say, and on which inputs other
 * programs that fit the same cases disagree with it.
 *
 * `Examination` is also what a person or a model can be asked about: each telling input has the
 * results on offer, with the survivors that give them. `withAnswers` turns the answers into cases; the
 * search goes on from the survivors.
 */
import { assess } from "../../toolstore/evidence/assess.ts";
import type { CaseChances } from "../../toolstore/evidence/bits.ts";
import { describeTests } from "../../toolstore/evidence/describe.ts";
import {
  type Probe,
  type Survivor,
  type Telling,
  tellingInputs,
} from "../../toolstore/evidence/doubts.ts";
import { nearbyInputs, smallerInputs } from "../../toolstore/evidence/inputs.ts";
import type { Evidence } from "../core/evidence.ts";
import type { Execution } from "../core/execution.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { Sandbox } from "../core/ports.ts";
import { seededRandom } from "../core/random.ts";
import type { Split, Task, TaskInstance } from "../core/task.ts";
import { type Case, EVIDENCE_MARK, programOf, type Tool } from "../core/tool.ts";
import type { EvolveResult } from "../evolve/loop/run.ts";
import { descriptionLength } from "../evolve/syntax/description-length.ts";
import { unusedNumbers } from "./literals.ts";

export interface ExaminePorts {
  readonly sandbox: Sandbox;
  readonly seed: number;
}

export interface Examination {
  readonly evidence: Evidence;
  /** What the cases show and what they do not, for the tool's description. */
  readonly words: string;
  /** Programs that fit every case; the first one is the winner. */
  readonly survivors: readonly Survivor[];
  /** Inputs on which they disagree, the most plausible first. */
  readonly telling: readonly Telling[];
}

/** Each input costs a run of every survivor. */
const MAX_PROBES = 200;
/** Telling inputs that are made smaller, this many times. */
const SHRUNK = 6;
const SHRINK_ROUNDS = 3;
const MAX_SHRINKS = 120;

/**
 * @param searched The task of the run; `task` may lack cases that were found wrong since.
 * @param unjudged Inputs of the request whose results are not known: the most plausible ones.
 * @returns undefined if the task is not decided by cases.
 */
export async function examine(
  ports: ExaminePorts,
  { searched, task }: { readonly searched: Task; readonly task: Task },
  { winner, survivors: fitting, searched: behaviours }: EvolveResult,
  unjudged: readonly (readonly Json[])[],
  signal: AbortSignal,
): Promise<Examination | undefined> {
  const { seed } = ports;
  if (winner?.chances === undefined) return undefined;
  const shares = new Map<string, number>();
  for (const [split, list] of [
    ["train", winner.chances.train],
    ["sealed", winner.chances.sealed],
  ] as const) {
    const instances = searched.instances(split, seed);
    for (const [at, share] of list.entries()) {
      const { input = [] } = instances[at] ?? {};
      shares.set(canonicalJson(input), share);
    }
  }
  const chancesOf = (split: Split): CaseChances => {
    const instances = task.instances(split, seed);
    return {
      expected: instances.map(({ expected = null }) => expected),
      shares: instances.map(({ input }) => shares.get(canonicalJson(input)) ?? 1),
    };
  };
  const { source } = winner.program;
  const others = fitting.filter(({ digest }) => digest !== winner.program.digest);
  const found = await disagreements(
    ports,
    task,
    [source, ...others.map((each) => each.source)],
    unjudged,
    signal,
  );
  const sealed = task.instances("sealed", seed);
  const own = found.sealed[0] ?? [];
  const unused = unusedNumbers(task.spec.description, source);
  const evidence = assess({
    train: chancesOf("train"),
    heldOut: chancesOf("sealed"),
    passed: sealed.filter((instance, at) => isRight(task, instance, own[at])).length,
    searched: behaviours,
    lengthBits: descriptionLength(source),
    unused,
    telling: found.telling,
  });
  const inputs = [...task.instances("train", seed), ...sealed].map(({ input }) => input);
  return {
    evidence,
    words: describeTests(inputs, unused),
    survivors: found.survivors,
    telling: found.telling,
  };
}

/** The fields of a tool with its evidence. Its description says what was asked, then what was tested. */
export function withEvidence(
  { description }: Pick<Tool, "description">,
  { evidence, words }: Examination,
): Pick<Tool, "description"> & { readonly evidence: Evidence } {
  return { description: `${description}${EVIDENCE_MARK}${words}`, evidence };
}

interface Found {
  readonly survivors: readonly Survivor[];
  readonly telling: readonly Telling[];
  /** Per survivor, its executions on the sealed instances. */
  readonly sealed: readonly (readonly Execution[])[];
}

/** Runs programs on the sealed cases, drops those that fail one, and looks where the others disagree. */
async function disagreements(
  { sandbox, seed }: ExaminePorts,
  task: Task,
  sources: readonly string[],
  unjudged: readonly (readonly Json[])[],
  signal: AbortSignal,
): Promise<Found> {
  const run = (programs: readonly string[], inputs: readonly (readonly Json[])[]) =>
    inputs.length === 0
      ? Promise.resolve(programs.map((): readonly Execution[] => []))
      : sandbox.runBatch(
          {
            programs: programs.map((source) => programOf(task.tool(source))),
            inputs,
            limits: task.limits,
            seed,
          },
          signal,
        );
  const sealed = task.instances("sealed", seed);
  const onSealed = await run(
    sources,
    sealed.map(({ input }) => input),
  );
  const passing = sources.flatMap((source, index) => {
    const passes = sealed.every((each, at) => isRight(task, each, onSealed[index]?.[at]));
    return index === 0 || passes ? [{ source, sealed: onSealed[index] ?? [] }] : [];
  });
  const survivors = passing.map(({ source }) => ({ source, bits: descriptionLength(source) }));
  const result = { survivors, sealed: passing.map((each) => each.sealed) };
  if (survivors.length < 2) return { ...result, telling: [] };

  const given = [...task.instances("train", seed), ...sealed].map(({ input }) => input);
  const programs = survivors.map(({ source }) => source);
  let probes: readonly Probe[] = [
    ...unjudged.map((args) => ({ args, oddness: 0 })),
    ...nearbyInputs(given, MAX_PROBES, seededRandom(seed, "probes")),
  ];
  let outcomes = await run(
    programs,
    probes.map(({ args }) => args),
  );
  let telling = tellingInputs(survivors, probes, outcomes);
  for (let round = 0; round < SHRINK_ROUNDS && telling.length > 0; round++) {
    const known = new Set([...given, ...probes.map(({ args }) => args)].map(canonicalJson));
    const less = telling
      .slice(0, SHRUNK)
      .flatMap(smallerInputs)
      .filter(({ args }) => !known.has(canonicalJson(args)))
      .slice(0, MAX_SHRINKS);
    if (less.length === 0) break;
    const more = await run(
      programs,
      less.map(({ args }) => args),
    );
    probes = [...probes, ...less];
    outcomes = outcomes.map((list, at) => [...list, ...(more[at] ?? [])]);
    telling = tellingInputs(survivors, probes, outcomes);
  }
  return { ...result, telling };
}

function isRight(task: Task, instance: TaskInstance, execution: Execution | undefined): boolean {
  if (execution?.status !== "returned") return false;
  const verdict = task.score(execution, instance);
  return verdict.status === "scored" && verdict.score === 1;
}

/**
 * The task with answered inputs as further training cases. The search starts from the survivors: those
 * that disagree with an answer no longer fit, and if none is left it goes on from them.
 */
export function withAnswers(
  task: Task,
  survivors: readonly Survivor[],
  answers: readonly Case[],
): Task {
  const added = answers.map(({ args, expected }) => ({ input: args, expected }));
  const { seeds } = task.kernel;
  const all = [...seeds, ...survivors.map(({ source }) => source)];
  return {
    ...task,
    kernel: { ...task.kernel, seeds: [...new Set(all)] },
    quick: task.quick + added.length,
    instances: (split, seed) =>
      split === "train" ? [...task.instances(split, seed), ...added] : task.instances(split, seed),
  };
}
