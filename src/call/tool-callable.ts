/** A stored tool as something to call by name: arguments by name in, one sandbox run, one value out. */
import { describeExecution } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import type { Sandbox, ToolStore } from "../core/ports.ts";
import { programOf, type Tool } from "../core/tool.ts";
import type { Arguments, Callable } from "../work/callable.ts";

export interface ToolCallablePorts {
  /** Started at the first call. */
  readonly sandbox: () => Promise<Sandbox>;
  readonly tools: ToolStore;
  readonly monotonicMs: () => number;
  /** Words of the request, which the tool is found by later. */
  readonly query: string;
}

export function toolCallable(ports: ToolCallablePorts, tool: Tool): Callable {
  const { name, version, description, parameters, limits } = tool;
  return {
    name,
    description,
    parameters,
    origin: "tool",
    tool,
    async call(given, signal, key) {
      const sandbox = await ports.sandbox();
      const start = ports.monotonicMs();
      const [execution] = await sandbox.run(
        { program: programOf(tool), inputs: [positional(tool, given)], limits, seed: 0 },
        signal,
      );
      const returned = execution?.status === "returned";
      const reason =
        execution === undefined ? "The sandbox gave no result." : describeExecution(execution);
      await ports.tools.recordUse(name, version, {
        ...(key === undefined ? {} : { id: key }),
        succeeded: returned,
        wallMs: ports.monotonicMs() - start,
        query: ports.query,
        ...(returned ? {} : { error: reason }),
      });
      return returned
        ? { status: "returned", output: execution.output }
        : { status: "failed", reason };
    },
  };
}

/** Arguments in the order of the parameters; what is left out at the end stays out. */
export function positional({ parameters }: Pick<Tool, "parameters">, given: Arguments): Json[] {
  const { properties } = parameters;
  const names =
    properties !== null && typeof properties === "object" ? Object.keys(properties) : [];
  const last = names.findLastIndex((name) => given[name] !== undefined);
  return names.slice(0, last + 1).map((name) => given[name] ?? null);
}
