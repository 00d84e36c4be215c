/** The effect of a call: the tool's program in the sandbox, within the tool's own limits. */
import type { Execution } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import type { Sandbox } from "../core/ports.ts";
import { programOf, type Tool } from "../core/tool.ts";

/** What it takes to run a tool. */
export type Runnable = Pick<Tool, "language" | "source" | "entry" | "uses" | "limits">;

/** One execution for each list of arguments, in their order. */
export function runTool(
  sandbox: Sandbox,
  tool: Runnable,
  inputs: readonly (readonly Json[])[],
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  return sandbox.run({ program: programOf(tool), inputs, limits: tool.limits, seed: 0 }, signal);
}
