/**
 * One step of the rules: a tool is created, or called on every input of the goal. Each is a step of
 * the request, so a later attempt reuses the result.
 */
import { callOnGoal, type GoalCallPorts } from "../call/call-on-goal.ts";
import type { ToolCallable } from "../call/tool-callable.ts";
import { digestJson } from "../core/digest.ts";
import { recorded, type Steps } from "../core/steps.ts";
import type { Tool } from "../core/tool.ts";
import type { TaskGoal } from "../work/goal.ts";
import type { Creation, Observation, ToolCalled } from "../work/outcome.ts";
import type { RuleStep } from "../work/plan.ts";

export interface CarryOutByRulePorts extends GoalCallPorts {
  readonly steps: Steps;
  readonly toolCallable: (tool: Tool) => ToolCallable;
  readonly createTool: (goal: TaskGoal, signal: AbortSignal) => Promise<Creation>;
}

/** @param calls By tool and inputs; new calls are added. */
export async function carryOutByRule(
  ports: CarryOutByRulePorts,
  goal: TaskGoal,
  step: RuleStep,
  calls: Map<string, ToolCalled>,
): Promise<Observation> {
  switch (step.kind) {
    case "create-tool":
      return create(ports, goal, step);
    case "call-tool":
      return call(ports, goal, step.tool, calls);
  }
}

async function create(
  { steps, createTool }: CarryOutByRulePorts,
  goal: TaskGoal,
  { name, description }: RuleStep & { readonly kind: "create-tool" },
): Promise<Creation> {
  return recorded(steps, "create-tool", () => createTool(goal, steps.signal), {
    input: { name, description },
  });
}

async function call(
  ports: CarryOutByRulePorts,
  goal: TaskGoal,
  tool: Tool,
  calls: Map<string, ToolCalled>,
): Promise<ToolCalled> {
  const inputs = goal.instances.map(({ input }) => input);
  const key = digestJson({ tool: tool.digest ?? tool.version, name: tool.name, inputs });
  const known = calls.get(key);
  if (known !== undefined) return known;
  const called = await callOnGoal(ports, goal, ports.toolCallable(tool));
  calls.set(key, called);
  return called;
}
