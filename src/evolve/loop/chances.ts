/**
 * How much of each case is chance: the share of the behaviours that a search went through that are
 * right on it. A case that many of them get right says little.
 */
import type { Execution } from "../../core/execution.ts";
import type { Task, TaskInstance } from "../../core/task.ts";
import type { Searched } from "../generators/searched.ts";
import { programOf } from "./cascade.ts";
import type { Chances, EvolvePorts } from "./run.ts";

/**
 * @param pools What the loop and its generator went through. Each counts as much as it has behaviours.
 */
export async function chancesOf(
  { task, sandbox }: Pick<EvolvePorts, "task" | "sandbox">,
  pools: readonly Searched[],
  seed: number,
  signal: AbortSignal,
): Promise<Chances> {
  const train = task.instances("train", seed);
  const sealed = task.instances("sealed", seed);
  const sharesOf = async (sources: readonly string[], instances: readonly TaskInstance[]) => {
    if (instances.length === 0) return [];
    const executions = await sandbox.runBatch(
      {
        programs: sources.map((source) => programOf(task, source)),
        inputs: instances.map(({ input }) => input),
        limits: task.limits,
        seed,
      },
      signal,
    );
    // One more that is right stands for those outside the sample, so no share is 0.
    return instances.map((instance, at) => {
      const right = executions.filter((list) => isRight(task, instance, list[at])).length;
      return (right + 1) / (sources.length + 1);
    });
  };

  const all = [...train, ...sealed];
  const total = pools.reduce((sum, { count }) => sum + count, 0);
  const shares = all.map(() => 0);
  for (const { count, sample } of pools) {
    if (count === 0) continue;
    for (const [at, share] of (await sharesOf(sample, all)).entries()) {
      shares[at] = (shares[at] ?? 0) + share * (count / total);
    }
  }
  return { train: shares.slice(0, train.length), sealed: shares.slice(train.length) };
}

function isRight(task: Task, instance: TaskInstance, execution: Execution | undefined): boolean {
  if (execution?.status !== "returned") return false;
  const verdict = task.score(execution, instance);
  return verdict.status === "scored" && verdict.score === 1;
}
