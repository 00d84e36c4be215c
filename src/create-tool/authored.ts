/**
 * A task whose cases were written for a request in words. It records which cases come from the person
 * and which from the test author, how many authors agreed on each, and which ones the search may see.
 */
import { digestJson } from "../core/digest.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { seededRandom } from "../core/random.ts";
import type { Split, Task, TaskInstance } from "../core/task.ts";
import type { Case, ToolSpec } from "../core/tool.ts";
import type { Scope } from "./scope.ts";

export interface AuthoredCase extends Case {
  /** A person's example is never doubted. */
  readonly by: "user" | "tester";
  /** Number of independent answers that agree on `expected`, at least 1. */
  readonly votes: number;
}

/** A property that holds for every input, independent of the cases. */
export type Property =
  | { readonly kind: "idempotent" }
  | { readonly kind: "symmetric" }
  | { readonly kind: "inverse"; readonly tool: string }
  | { readonly kind: "bounds"; readonly minimum?: number; readonly maximum?: number };

export interface AuthoredTask extends Task {
  readonly authored: readonly AuthoredCase[];
  readonly properties: readonly Property[];
  readonly scope: Scope;
  /** Argument lists that the request itself contains; their expected results are unknown. */
  readonly calls: readonly (readonly Json[])[];
}

export type Spec = Omit<ToolSpec, "cases" | "heldOut">;

export interface Authored {
  readonly cases: readonly AuthoredCase[];
  readonly properties: readonly Property[];
  readonly scope: Scope;
  readonly calls: readonly (readonly Json[])[];
}

export function isAuthored(task: Task): task is AuthoredTask {
  return "authored" in task && "scope" in task;
}

/** The task of a spec and its cases. @throws InputError as `taskOf` does. */
export function authoredTask(
  spec: Spec,
  authored: Authored,
  taskOf: (spec: ToolSpec) => Task,
): AuthoredTask {
  const { train, sealed } = splitAuthored(authored.cases);
  const base = taskOf({ ...spec, cases: train.map(plain), heldOut: sealed.map(plain) });
  return wrapAuthored(base, authored);
}

/**
 * A task that is judged by authored cases instead of its own. Some of the test author's cases train,
 * some select among the search's results, and some are sealed; a person's examples train.
 */
export function wrapAuthored(base: Task, authored: Authored): AuthoredTask {
  const { train, validation, sealed } = splitAuthored(authored.cases);
  const instances: Readonly<Record<Split, readonly TaskInstance[]>> = {
    train: train.map(instanceOf),
    validation: validation.map(instanceOf),
    sealed: sealed.map(instanceOf),
  };
  return {
    ...base,
    authored: authored.cases,
    properties: authored.properties,
    scope: authored.scope,
    calls: authored.calls,
    quick: train.length,
    instances: (split) => instances[split],
    // Inputs from the request have no known result: the tool only has to return one.
    score: (execution, instance) =>
      instance.expected === undefined
        ? { status: "scored", score: 1 }
        : base.score(execution, instance),
  };
}

/** The tool's inputs: first those of the request, then all cases. */
export function instancesOf(task: AuthoredTask): readonly TaskInstance[] {
  return [...task.calls.map((input) => ({ input })), ...instancesOfCases(task)];
}

export function instancesOfCases(task: AuthoredTask): readonly TaskInstance[] {
  return task.authored.map(instanceOf);
}

/** The same task, with some of its validation instances moved to training. */
export function withCounterexamples(
  task: AuthoredTask,
  learned: readonly TaskInstance[],
): AuthoredTask {
  const keys = new Set(learned.map(({ input }) => canonicalJson(input)));
  const isLearned = ({ input }: TaskInstance): boolean => keys.has(canonicalJson(input));
  const instances: Task["instances"] = (split, seed) => {
    if (split === "sealed") return task.instances(split, seed);
    const validation = task.instances("validation", seed);
    return split === "train"
      ? [...task.instances("train", seed), ...validation.filter(isLearned)]
      : validation.filter((instance) => !isLearned(instance));
  };
  return { ...task, quick: task.quick + learned.length, instances };
}

/** The same task without some of its cases. */
export function withoutCases(task: AuthoredTask, wrong: readonly AuthoredCase[]): AuthoredTask {
  const keys = new Set(wrong.map(({ args }) => canonicalJson(args)));
  const stays = ({ input }: TaskInstance): boolean => !keys.has(canonicalJson(input));
  return {
    ...task,
    authored: task.authored.filter(({ args }) => !keys.has(canonicalJson(args))),
    instances: (split, seed) => task.instances(split, seed).filter(stays),
  };
}

interface AuthoredSplit {
  readonly train: readonly AuthoredCase[];
  readonly validation: readonly AuthoredCase[];
  readonly sealed: readonly AuthoredCase[];
}

/**
 * A third of the test author's cases is sealed and a quarter validates. The order is derived from the
 * cases, so equal cases give equal splits. Without a person's examples at least two cases train.
 */
function splitAuthored(cases: readonly AuthoredCase[]): AuthoredSplit {
  const given = cases.filter(({ by }) => by === "user");
  const written = shuffled(cases.filter(({ by }) => by === "tester"));
  const spare = Math.max(0, written.length - (given.length === 0 ? 2 : 0));
  const sealed = Math.min(spare, Math.max(1, Math.floor(written.length / 3)));
  const validation = Math.min(spare - sealed, Math.max(1, Math.floor(written.length / 4)));
  return {
    sealed: written.slice(0, sealed),
    validation: written.slice(sealed, sealed + validation),
    train: [...given, ...written.slice(sealed + validation)],
  };
}

function shuffled(cases: readonly AuthoredCase[]): readonly AuthoredCase[] {
  const seed = digestJson(cases.map(({ args }) => args)).slice(0, 8);
  const random = seededRandom(Number.parseInt(seed, 16), "authored");
  const left = [...cases];
  const out: AuthoredCase[] = [];
  while (left.length > 0) out.push(left.splice(random.integer(left.length), 1)[0] as AuthoredCase);
  return out;
}

function plain({ args, expected }: Case): Case {
  return { args, expected };
}

function instanceOf({ args, expected }: Case): TaskInstance {
  return { input: args, expected };
}
