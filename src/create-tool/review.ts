/**
 * Reviews a run's winner before the gate: which cases were wrong, whether it fits only one call, and
 * which properties it breaks.
 */

import type { Ask } from "../ask/ask.ts";
import { runTool } from "../call/run-tool.ts";
import type { TrialPorts } from "../call/trial.ts";
import type { NewEvent } from "../core/event.ts";
import type { DataOf } from "../core/events/schemas.ts";
import { canonicalJson } from "../core/json.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { Tool } from "../core/tool.ts";
import type { TaskGoal } from "../work/goal.ts";
import {
  type AuthoredTask,
  instancesOfCases,
  isAuthored,
  withCounterexamples,
  withoutCases,
} from "./authored.ts";
import { settleDisputes } from "./disputes.ts";
import { brokenProperties, violations } from "./properties.ts";
import { failedVariants, isTable, liftable, withNote } from "./scope-check.ts";

export interface ReviewPorts extends TrialPorts {
  readonly ask?: Ask;
  readonly tools: Pick<ToolStore, "list">;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  readonly seed: number;
}

export interface Opinion {
  /** Without the cases that were found wrong. */
  readonly task: Task;
  /** Reasons against registering it. */
  readonly reasons: readonly string[];
  /** The task with feedback for the next try, if one could help. */
  readonly retry?: Task;
}

/** @param source The winner as the search wrote it. */
export async function review(
  ports: ReviewPorts,
  goal: TaskGoal,
  candidate: Tool,
  source: string,
  signal: AbortSignal,
): Promise<Opinion> {
  const { task, words } = goal;
  const training = task.instances("train", ports.seed);
  const reasons: string[] = [];
  const table = task.harness === undefined && isTable(source, training);
  if (table) {
    reasons.push(
      "It is a table of the examples and their answers, not a rule that works for other calls.",
    );
  }
  if (!isAuthored(task)) {
    const literals = liftable(source, task, words).map(({ text }) => text);
    if (literals.length > 0) await ports.trace([flag(task, { literals, table, notes: [] })]);
    return { task, reasons };
  }

  const { ask } = ports;
  const cases = instancesOfCases(task);
  const behaviour = await run(ports, candidate, cases, signal);
  const wrong =
    ask === undefined
      ? []
      : await settleDisputes({ ...ports, ask }, task, words, behaviour, signal);
  const settled = wrong.length === 0 ? task : withoutCases(task, wrong);
  const kept = new Set(instancesOfCases(settled).map(({ input }) => canonicalJson(input)));
  const failed = failedVariants(cases, behaviour).filter(({ input }) =>
    kept.has(canonicalJson(input)),
  );

  const retry = await feedback(ports, settled, words, source, { table, failed });
  if (retry !== undefined) return { task: settled, reasons, retry };
  if (ask !== undefined && failed.length === 0) {
    reasons.push(...(await broken(ports, ask, settled, words, candidate, signal)));
  }
  return { task: settled, reasons };
}

/** Feedback about the scope; undefined if there is none or it would not help. */
async function feedback(
  { trace, seed }: ReviewPorts,
  task: AuthoredTask,
  words: string,
  source: string,
  { table, failed }: { readonly table: boolean; readonly failed: readonly TaskInstance[] },
): Promise<AuthoredTask | undefined> {
  const literals = liftable(source, task, words).map(({ text }) => text);
  const open = failed.filter(({ input }) =>
    task.instances("validation", seed).some((variant) => variant.input === input),
  );
  if (literals.length === 0 && !table && open.length === 0) return undefined;
  const notes = [
    ...literals.map(
      (text) =>
        `Do not write ${JSON.stringify(text)} into the code: it is a value of one call and must be an argument.`,
    ),
    ...(table ? ["Do not list the examples in the code: other arguments must work as well."] : []),
  ];
  const failedVariants = failed.map(({ input }) => [...input]);
  await trace([flag(task, { literals, table, notes, failedVariants })]);
  // If the tool passes every variant, a literal in its code is a constant of the problem.
  if (failed.length === 0 && !table) return undefined;
  // Sealed variants stay sealed; the others become training instances.
  const learning = withCounterexamples(task, open);
  return notes.length === 0 ? learning : withNote(learning, notes.join("\n"));
}

function run(
  { sandbox }: TrialPorts,
  tool: Tool,
  instances: readonly TaskInstance[],
  signal: AbortSignal,
) {
  return runTool(
    sandbox,
    tool,
    instances.map(({ input }) => input),
    signal,
  );
}

function flag(task: Task, found: Omit<DataOf<"scope-flag">, "name">): NewEvent {
  return { type: "scope-flag", data: { name: task.spec.name, ...found } };
}

async function broken(
  ports: ReviewPorts,
  ask: Ask,
  task: AuthoredTask,
  words: string,
  candidate: Tool,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (task.properties.length === 0) return [];
  const call = (tool: Tool, instances: readonly TaskInstance[]) =>
    run(ports, tool, instances, signal);
  const inputs = task.authored.map(({ args }) => args);
  const found = await violations(
    { tools: ports.tools, call },
    candidate,
    task.properties,
    inputs,
    await call(
      candidate,
      inputs.map((input) => ({ input })),
    ),
  );
  const examples = task.authored.filter(({ by }) => by === "user");
  return brokenProperties(ask, { ...task.spec, words, examples }, found, signal);
}
