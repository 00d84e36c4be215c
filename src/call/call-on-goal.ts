/** A tool called on every input of a goal, with what came out judged outside of the sandbox. */
import type { Execution } from "../core/execution.ts";
import type { Evaluator } from "../core/ports.ts";
import { parameterNames } from "../core/tool.ts";
import type { CallOutcome } from "../work/callable.ts";
import type { TaskGoal } from "../work/goal.ts";
import type { ToolCalled } from "../work/outcome.ts";
import { byPosition, type Given } from "./arguments.ts";
import { type CallPorts, makeCalls } from "./call-tool.ts";
import type { ToolCallable } from "./tool-callable.ts";
import { judge } from "./trial.ts";

export interface GoalCallPorts extends CallPorts {
  readonly evaluator: Evaluator;
}

/**
 * A person is asked once about all inputs. They are not held against the schema: the tool was tried on
 * them before, and a schema may be narrower than what its function can do.
 */
export async function callOnGoal(
  ports: GoalCallPorts,
  goal: TaskGoal,
  callable: ToolCallable,
): Promise<ToolCalled> {
  const { tool } = callable;
  const asked = goal.instances.map(({ input }) => [...input]);
  const { calls, outcomes } = await makeCalls(ports, callable, {
    asked,
    callsOf: (args) => (Array.isArray(args) ? args : [args]) as readonly Given[],
    ids: (index) => `call-${tool.name}-v${tool.version}-${index + 1}`,
    make: (list, { signal, idempotencyKey }) => callable.callAll(list, signal, idempotencyKey),
  });
  const executions = outcomes.map(executionOf);
  if (!executions.every((execution) => execution !== undefined)) {
    const reason = outcomes.flatMap((each) => (each.status === "failed" ? [each.reason] : []))[0];
    return { kind: "tool-called", tool, trial: { status: "fails", reason: reason ?? "" } };
  }
  const names = parameterNames(tool);
  const inputs = calls.map((given) => byPosition(names, given));
  const edited = JSON.stringify(inputs) !== JSON.stringify(asked);
  // What a person changed has no known answer, and nothing to be measured by.
  const { target, ...untargeted } = goal.task;
  const task = edited || target === undefined ? untargeted : goal.task;
  const instances = edited ? inputs.map((input) => ({ input })) : goal.instances;
  // Whether it serves well enough was decided by affordance; here it has to work.
  const trial = judge(ports.evaluator, task, instances, executions, Number.NEGATIVE_INFINITY);
  return { kind: "tool-called", tool, trial };
}

/** undefined of a call that was not made. */
function executionOf(outcome: CallOutcome): Execution | undefined {
  if (outcome.status === "failed") return outcome.execution;
  const { output, wallMs = 0 } = outcome;
  return { status: "returned", output, wallMs };
}
