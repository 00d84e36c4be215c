/** Calls a tool on every input of a goal and judges the outputs outside of the sandbox. */
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
 * A person is asked once about all inputs. The inputs are not validated against the schema: the tool
 * was already tried on them, and a schema may be narrower than what the function accepts.
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
  // Edited inputs have no expected output, so the target does not apply.
  const { target, ...untargeted } = goal.task;
  const task = edited || target === undefined ? untargeted : goal.task;
  const instances = edited ? inputs.map((input) => ({ input })) : goal.instances;
  // Affordance has already checked the fitness; here the call only has to succeed.
  const trial = judge(ports.evaluator, task, instances, executions, Number.NEGATIVE_INFINITY);
  return { kind: "tool-called", tool, trial };
}

/** undefined if the call was not made. */
function executionOf(outcome: CallOutcome): Execution | undefined {
  if (outcome.status === "failed") return outcome.execution;
  const { output, wallMs = 0 } = outcome;
  return { status: "returned", output, wallMs };
}
