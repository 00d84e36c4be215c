/** A stored tool as a callable: it runs in the sandbox, and each call is counted once as usage. */
import { describeExecution, type Execution } from "../core/execution.ts";
import type { Sandbox, ToolStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Tool } from "../core/tool.ts";
import type { Callable, CallOutcome } from "../work/callable.ts";
import type { Given } from "./arguments.ts";
import { runTool } from "./run-tool.ts";

export interface ToolCallablePorts {
  /** Started on the first call. */
  readonly sandbox: () => Promise<Sandbox>;
  readonly tools: Pick<ToolStore, "recordUse">;
  readonly monotonicMs: () => number;
  /** Text of the request; later searches find the tool by it. */
  readonly query?: string;
}

export interface ToolCallable extends Callable {
  readonly tool: Tool;
  /** Several calls in one sandbox run. */
  callAll(
    calls: readonly Given[],
    signal: AbortSignal,
    key?: string,
  ): Promise<readonly CallOutcome[]>;
}

export function toolCallable(ports: ToolCallablePorts, tool: Tool): ToolCallable {
  const { name, description, parameters } = tool;

  async function callAll(
    calls: readonly Given[],
    signal: AbortSignal,
    key?: string,
  ): Promise<readonly CallOutcome[]> {
    const sandbox = await ports.sandbox();
    const start = ports.monotonicMs();
    const executions = await runTool(sandbox, tool, calls, signal);
    const wallMs = (ports.monotonicMs() - start) / Math.max(1, calls.length);
    const outcomes = calls.map((_, index) => outcomeOf(executions[index], wallMs));
    for (const [index, outcome] of outcomes.entries()) {
      await count(outcome, wallMs, calls.length === 1 ? key : key && `${key}/${index}`);
    }
    return outcomes;
  }

  async function count(outcome: CallOutcome, wallMs: number, id?: string): Promise<void> {
    await ports.tools.recordUse(name, tool.version, {
      ...present({ id }),
      succeeded: outcome.status === "returned",
      wallMs,
      ...present({ query: ports.query }),
      ...(outcome.status === "failed" ? { error: outcome.reason } : {}),
    });
  }

  return {
    name,
    description,
    parameters,
    origin: "tool",
    tool,
    callAll,
    async call(given, signal, key) {
      const [outcome] = await callAll([given], signal, key);
      return outcome ?? outcomeOf(undefined, 0);
    },
  };
}

function outcomeOf(
  execution: Execution = { status: "crashed", reason: "the sandbox returned no result" },
  wallMs: number,
): CallOutcome {
  return execution.status === "returned"
    ? { status: "returned", output: execution.output, wallMs }
    : {
        status: "failed",
        code: execution.status,
        reason: describeExecution(execution),
        execution,
        wallMs,
      };
}
