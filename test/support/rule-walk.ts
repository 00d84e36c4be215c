/** The walk by rules on a memory store: its stages are the real ones, programs are functions of the test. */
import { createEvaluator } from "../../evaluators/index.ts";
import { permitByPerson } from "../../src/call/approvals.ts";
import { createArgumentFaults } from "../../src/call/argument-faults.ts";
import { toolCallable } from "../../src/call/tool-callable.ts";
import { Approvals } from "../../src/core/approvals.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { ExecutionJob } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import type { Steps } from "../../src/core/steps.ts";
import type { Task, TaskInstance } from "../../src/core/task.ts";
import { revisions } from "../../src/request/revise.ts";
import type { RuleWalkPorts } from "../../src/request/walk-rules.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";

/** Scores by equality; a case without an expected value is right whatever comes. */
export function caseTask(name: string, more: Partial<Task> = {}): Task {
  return {
    name,
    spec: { name, description: `The function ${name}.`, signature: `function ${name}(a: unknown)` },
    kernel: { entry: name, parameters: [], result: "unknown", features: [], seeds: [] },
    limits: { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 10_000 },
    quick: 1,
    instances: () => [],
    score: ({ output }: { output: Json }, { expected = output }: TaskInstance) => ({
      status: "scored",
      score: JSON.stringify(output) === JSON.stringify(expected) ? 1 : 0,
    }),
    ...more,
  } as unknown as Task;
}

export interface RuleWalkWorld extends Partial<Omit<RuleWalkPorts, "steps" | "sandbox">> {
  /** What a program gives for one input. */
  readonly run: (source: string, input: readonly Json[]) => Json;
}

export function ruleWalkPorts(steps: Steps, { run, ...own }: RuleWalkWorld): RuleWalkPorts {
  const sandbox = {
    run: async ({ program, inputs }: ExecutionJob) =>
      inputs.map((input) => ({
        status: "returned",
        output: run(program.source, input),
        wallMs: 1,
        stdout: "",
      })),
  } as unknown as Sandbox;
  const tools = own.tools ?? memoryToolStore();
  const approvals = own.approvals ?? Approvals.parse({});
  const { now, monotonicMs } = systemClock;
  return {
    steps,
    trace: (events) => steps.trace("events", events),
    tools,
    evaluator: createEvaluator(),
    sandbox: async () => sandbox,
    noneBelow: 0.2,
    approvals,
    permit: permitByPerson({ steps, approvals, now }),
    argumentFaults: createArgumentFaults(),
    toolCallable: (tool) =>
      toolCallable({ sandbox: async () => sandbox, tools, monotonicMs }, tool),
    revise: revisions(steps),
    createTool: () => Promise.reject(new Error("nothing is made here")),
    ...own,
  };
}
