/** Runs the tool's program in the sandbox, within the tool's own limits. */
import type { Execution } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import type { Sandbox } from "../core/ports.ts";
import { programOf, type Tool } from "../core/tool.ts";

/** The fields of a tool that are needed to run it. */
export type Runnable = Pick<Tool, "language" | "source" | "entry" | "uses" | "limits">;

/** One execution per list of arguments, in the same order. */
export function runTool(
  sandbox: Sandbox,
  tool: Runnable,
  inputs: readonly (readonly Json[])[],
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  return sandbox.run({ program: programOf(tool), inputs, limits: tool.limits, seed: 0 }, signal);
}
