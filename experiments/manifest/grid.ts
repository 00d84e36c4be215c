/**
 * A manifest's cells: every combination once, in a fixed order, each with a readable id. Baselines are
 * ordinary cells; an arm that is listed both ways runs once.
 */
import {
  didYouMean,
  digestJson,
  InputError,
  type Json,
  type ModelConfig,
  type Task,
} from "../../src/index.ts";
import type { ReadManifest } from "./read.ts";
import type { CellBudget, NamedModel } from "./schema.ts";

/** Generators that use a model. */
const NEEDS_MODEL: ReadonlySet<string> = new Set(["llm", "ensemble"]);
/** The generator name of the task's parametric family. */
export const PARAMETRIC = "parametric";

export interface Arm {
  readonly strategy: string;
  readonly generator: string;
  /** The manifest's name of the model; undefined if none is used. */
  readonly model: string | undefined;
  readonly baseline: boolean;
}

export interface Cell extends Arm {
  /** Unique within a batch; readable; it depends on everything that decides the result. */
  readonly id: string;
  /** A task's name or path, or a stream's name. */
  readonly task: string;
  readonly kind: "task" | "stream";
  readonly budget: CellBudget;
  readonly seed: number;
  /** Settings of the model, without a key. */
  readonly settings: ModelConfig | undefined;
}

/** What the grid uses of the installation. */
export interface Workbench {
  readonly strategies: readonly string[];
  readonly generators: readonly string[];
  /** All shipped tasks. */
  taskNames(): Promise<readonly string[]>;
  /** @param folder Paths are resolved against it. @throws InputError UNKNOWN_TASK */
  loadTask(nameOrPath: string, folder: string): Promise<Task>;
  streamNames(): Promise<readonly string[]>;
}

/**
 * @returns At least one cell: tasks in the manifest's order, then budgets, arms, seeds.
 * @throws InputError BAD_MANIFEST for unknown names or missing models.
 */
export async function gridOf(read: ReadManifest, bench: Workbench): Promise<readonly Cell[]> {
  const { manifest } = read;
  checkNames(read, bench);
  const seeds =
    typeof manifest.seeds === "number"
      ? Array.from({ length: manifest.seeds }, (_, index) => index + 1)
      : [...new Set(manifest.seeds)];
  const models = new Map(manifest.models.map((model) => [model.name, model]));
  const arms = armsOf(read);
  const cells = new Map<string, Cell>();
  const add = (cell: Omit<Cell, "id">): void => {
    const id = idOf(cell);
    if (!cells.has(id)) cells.set(id, { ...cell, id });
  };

  for (const { task, budgets } of await tasksOf(read, bench)) {
    const { parametric } = await bench.loadTask(task, "/");
    const family: readonly Arm[] =
      parametric === undefined || !manifest.baselines.parametric
        ? []
        : [{ strategy: PARAMETRIC, generator: PARAMETRIC, model: undefined, baseline: true }];
    for (const budget of budgets ?? manifest.budgets) {
      for (const arm of [...arms, ...family]) {
        for (const seed of seeds) {
          const settings = arm.model === undefined ? undefined : models.get(arm.model);
          add({ ...arm, task, kind: "task", budget, seed, settings: unnamed(settings) });
        }
      }
    }
  }
  for (const task of manifest.streams) {
    for (const budget of manifest.budgets) {
      for (const strategy of ["with-library", "without-library"]) {
        for (const seed of seeds) {
          const [generator = "offline"] = manifest.generators;
          const baseline = strategy === "without-library";
          const arm = { strategy, generator, model: undefined, settings: undefined, baseline };
          add({ ...arm, task, kind: "stream", budget, seed });
        }
      }
    }
  }
  if (cells.size === 0) {
    throw read.fault(["tasks"], "expected at least one task or stream, got none.");
  }
  return [...cells.values()];
}

function armsOf({ manifest, fault }: ReadManifest): readonly Arm[] {
  const { strategies, generators, models, baselines } = manifest;
  const arms = new Map<string, Arm>();
  const add = (strategy: string, generator: string): void => {
    const needsModel = NEEDS_MODEL.has(generator);
    if (needsModel && models.length === 0) {
      throw fault(
        ["generators"],
        `the generator ${generator} needs a model: expected at least one under models, got none.`,
      );
    }
    const baseline = baselines.strategies.includes(strategy);
    for (const model of needsModel ? models.map(({ name }) => name) : [undefined]) {
      const key = JSON.stringify([strategy, generator, model]);
      if (!arms.has(key)) arms.set(key, { strategy, generator, model, baseline });
    }
  };
  for (const generator of generators) {
    for (const strategy of strategies) add(strategy, generator);
  }
  for (const generator of baselines.generators ?? generators) {
    for (const strategy of baselines.strategies) add(strategy, generator);
  }
  return [...arms.values()];
}

function checkNames({ manifest, fault }: ReadManifest, bench: Workbench): void {
  const fields: readonly (readonly [path: string[], names: readonly string[], of: string])[] = [
    [["strategies"], manifest.strategies, "strategies"],
    [["baselines", "strategies"], manifest.baselines.strategies, "strategies"],
    [["generators"], manifest.generators, "generators"],
    [["baselines", "generators"], manifest.baselines.generators ?? [], "generators"],
  ];
  for (const [path, names, of] of fields) {
    const known = of === "strategies" ? bench.strategies : bench.generators;
    for (const [index, name] of names.entries()) {
      if (known.includes(name)) continue;
      throw fault(
        [...path, index],
        `expected one of ${known.join(", ")}, got "${name}"${didYouMean(name, known)}.`,
      );
    }
  }
  const names = manifest.models.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice !== -1) {
    const name = names[twice];
    throw fault(
      ["models", twice, "name"],
      `expected unique names, got "${name}" twice. Rename one.`,
    );
  }
  const unlimited = manifest.models.findIndex(({ budgetUsd }) => budgetUsd === undefined);
  if (manifest.limits.usd !== undefined && unlimited !== -1) {
    throw fault(
      ["models", unlimited],
      `limits.usd needs a budgetUsd per cell for every model, got a model without one. Set its budgetUsd.`,
    );
  }
}

interface TaskWithBudgets {
  readonly task: string;
  readonly budgets: readonly CellBudget[] | undefined;
}

async function tasksOf(
  { manifest, fault, folderOf }: ReadManifest,
  bench: Workbench,
): Promise<readonly TaskWithBudgets[]> {
  const list: TaskWithBudgets[] = [];
  const names = await bench.taskNames();
  const streams = manifest.streams.length === 0 ? [] : await bench.streamNames();
  for (const [index, entry] of manifest.tasks.entries()) {
    const { task, budgets } =
      typeof entry === "string" ? { task: entry, budgets: undefined } : entry;
    const matches = task.includes("*") ? names.filter(patternOf(task)) : [task];
    if (matches.length === 0) {
      throw fault(["tasks", index], `no task matches ${task}. Tasks: ${names.join(", ")}.`);
    }
    for (const name of matches) {
      try {
        const { source } = await resolved(bench, name, folderOf("tasks"), names);
        list.push({ task: source, budgets });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        throw fault(["tasks", index], error.message);
      }
    }
  }
  for (const [index, name] of manifest.streams.entries()) {
    if (streams.includes(name)) continue;
    throw fault(["streams", index], `expected one of ${streams.join(", ")}, got "${name}".`);
  }
  return list;
}

/** A shipped task keeps its name; a user's file gets an absolute path. */
async function resolved(
  bench: Workbench,
  name: string,
  folder: string,
  names: readonly string[],
): Promise<{ readonly source: string }> {
  if (names.includes(name)) return { source: name };
  await bench.loadTask(name, folder);
  const { resolve } = await import("node:path");
  return { source: resolve(folder, name) };
}

function patternOf(pattern: string): (name: string) => boolean {
  const text = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const expression = new RegExp(`^${text}$`);
  return (name) => expression.test(name);
}

function unnamed(model: NamedModel | undefined): ModelConfig | undefined {
  if (model === undefined) return undefined;
  const { name: _, ...settings } = model;
  return settings;
}

function idOf(cell: Omit<Cell, "id">): string {
  const { task, strategy, generator, model, budget, seed } = cell;
  const spent = [
    ...(budget.evaluations === undefined ? [] : [`e${budget.evaluations}`]),
    ...(budget.seconds === undefined ? [] : [`t${budget.seconds}`]),
  ].join("");
  const words = [taskLabel(task), strategy, generator, ...(model === undefined ? [] : [model])];
  const digest = digestJson(JSON.parse(JSON.stringify(cell)) as Json).slice(0, 8);
  return [...words, spent, `s${seed}`, digest].join("~").replaceAll(/[^\w.~/-]/g, "_");
}

/** A task's name for tables: of a path, the last part. */
export function taskLabel(task: string): string {
  return task.startsWith("/") ? (task.split("/").at(-1) ?? task) : task;
}
