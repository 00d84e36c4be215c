/** One tool call on every input of the goal, in the sandbox, counted in the tool's usage. */
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Tool } from "../core/tool.ts";
import type { Goal, Observation, Step } from "../work/stages.ts";
import { type TrialPorts, tryTool } from "./trial.ts";

export interface ExecutePorts extends TrialPorts {
  readonly tools: ToolStore;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  readonly monotonicMs: () => number;
  readonly requestId: string;
}

export async function callTool(
  ports: ExecutePorts,
  goal: Goal,
  { tool }: Step & { readonly kind: "call-tool" },
  signal: AbortSignal,
): Promise<Observation> {
  const ids = goal.instances.map((_, index) => `call-${tool.name}-v${tool.version}-${index + 1}`);
  await ports.trace(
    goal.instances.map(({ input }, index) => ({
      type: "tool-call",
      data: {
        id: ids[index] as string,
        name: tool.name,
        version: tool.version,
        // Said once: an export needs the definition beside the calls.
        ...(index === 0 ? { description: tool.description, parameters: tool.parameters } : {}),
        arguments: named(tool, input),
      },
    })),
  );
  const start = ports.monotonicMs();
  // Whether it served well enough was decided by affordance; here it has to work.
  const trial = await tryTool(
    ports,
    tool,
    goal.task,
    goal.instances,
    Number.NEGATIVE_INFINITY,
    signal,
  );
  const wallMs = ports.monotonicMs() - start;
  await ports.trace(
    ids.map((id, index) => ({
      type: "tool-result",
      data:
        trial.status === "serves"
          ? { id, status: "returned", output: trial.outputs[index] as Json }
          : { id, status: "failed", error: trial.reason },
      ...(index === 0 ? { volatile: { wallMs } } : {}),
    })),
  );
  await ports.tools.recordUse(tool.name, tool.version, {
    id: `${ports.requestId}/${tool.name}/${tool.version}`,
    succeeded: trial.status === "serves",
    wallMs,
    query: goal.request.objective,
    ...(trial.status === "fails" ? { error: trial.reason } : {}),
  });
  return { kind: "tool-called", tool, trial };
}

/** Arguments by the names of the tool's parameters, in their order. */
function named(tool: Tool, input: readonly Json[]): Json {
  const { properties } = tool.parameters;
  const names =
    properties !== null && typeof properties === "object" ? Object.keys(properties) : [];
  return Object.fromEntries(input.map((value, index) => [names[index] ?? `p${index}`, value]));
}
