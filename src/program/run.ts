/** One run of a program to its next pause point, and the fault if it did not reach one. */
import type { Execution, Limits } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import { BridgeReport, type BridgeStart } from "./bridge.ts";
import type { PreparedProgram } from "./source.ts";
import type { Fault, ProgramLimits, ProgramPorts } from "./types.ts";

/** @param stages Number of stages that the program reached in the previous run. */
export async function runOnce(
  { sandbox, seed }: ProgramPorts,
  { source, entry }: PreparedProgram & { readonly status: "ready" },
  start: BridgeStart,
  stages: number,
  { memoryMiB, resultChars }: ProgramLimits,
  leftMs: number,
  signal: AbortSignal,
): Promise<
  | { readonly status: "stood"; readonly report: BridgeReport }
  | ({ readonly status: "failed" } & Fault)
> {
  const limits: Limits = {
    timeoutMs: Math.ceil(Math.min(leftMs, 600_000)),
    memoryMiB,
    outputBytes: Math.min(64_000_000, 4 * resultChars),
  };
  // Each release is a separate entry into the sandbox; the program pauses between two of them.
  const releases: Json[][] = Array.from({ length: stages + 2 }, () => ["release"]);
  const inputs = [["start", start as unknown as Json], ...releases, ["report"]];
  const program = { language: "javascript", source, entry } as const;
  const executions = await sandbox.run({ program, inputs, limits, seed }, signal);
  const ended = executions.find(({ status }) => ENDING.has(status)) ?? executions.at(-1);
  if (ended?.status === "returned") {
    const report = BridgeReport.safeParse(ended.output);
    if (report.success) return { status: "stood", report: report.data };
  }
  return { status: "failed", ...faultOf(ended) };
}

const ENDING: ReadonlySet<Execution["status"]> = new Set([
  "timed-out",
  "out-of-memory",
  "crashed",
  "refused",
]);

function faultOf(execution: Execution | undefined): Fault {
  switch (execution?.status) {
    case "timed-out":
      return {
        fault: "TIME",
        reason: "It exceeded its time limit. Check for a loop that does not end.",
      };
    case "out-of-memory":
      return { fault: "MEMORY", reason: `It needs more than ${execution.limitMiB} MiB.` };
    case "refused":
      return { fault: "UNREADABLE", reason: execution.reason };
    case "bad-output":
      return {
        fault: "BAD_RESULT",
        reason: `Expected a JSON value, got something else: ${execution.reason.replace(/ at \.done\.value/, " at its result")}.`,
      };
    case "crashed":
      return { fault: "BROKEN", reason: `Its sandbox ended: ${execution.reason}` };
    case "returned":
    case "threw":
    case undefined:
      return {
        fault: "BROKEN",
        reason: "It has broken the functions through which it calls its tools.",
      };
  }
}

/** The message with the author's line number, if the stack shows one. */
export function placed(
  { message, stack }: { readonly message: string; readonly stack: string },
  { offset }: PreparedProgram & { readonly status: "ready" },
): string {
  for (const [, text = ""] of stack.matchAll(/<anonymous>:(\d+):\d+/g)) {
    const line = Number(text) - offset;
    if (line >= 1) return `${message} (line ${line})`;
  }
  return message;
}
