/** Runs the tool's program in the sandbox, within the tool's own limits. */
import type { Execution } from "../core/execution.ts";
import type { Sandbox } from "../core/ports.ts";
import { programOf, type Tool } from "../core/tool.ts";
import { type Given, inputOf } from "./arguments.ts";

/** The fields of a tool that are needed to run it. */
export type Runnable = Pick<
  Tool,
  "language" | "source" | "entry" | "uses" | "limits" | "parameters"
>;

/** One execution per list of arguments, in the same order. */
export function runTool(
  sandbox: Sandbox,
  tool: Runnable,
  given: readonly Given[],
  signal: AbortSignal,
): Promise<readonly Execution[]> {
  const inputs = given.map((each) => inputOf(tool, each));
  return sandbox.run({ program: programOf(tool), inputs, limits: tool.limits, seed: 0 }, signal);
}
