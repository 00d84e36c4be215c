/** Converts a host's results to executions: the only place where an output is parsed. */
import type { Execution } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Frame, Result } from "./wire.ts";

export function asExecutions(results: readonly Result[], frame: Frame): Execution[] {
  return results.map((result) => asExecution(result, frame));
}

/** A cut text may end in half of a surrogate pair, which files and databases cannot store. */
function asExecution(result: Result, { timeoutMs, memoryMiB, outputBytes }: Frame): Execution {
  switch (result[0]) {
    case "r":
      return parsed(result[1], result[2], outputBytes);
    case "threw":
      return { status: "threw", message: result[1].toWellFormed(), wallMs: result[2] };
    case "bad":
      return { status: "bad-output", reason: result[1].toWellFormed() };
    case "refused":
      return { status: "refused", reason: result[1].toWellFormed() };
    case "time":
      return { status: "timed-out", limitMs: timeoutMs };
    case "memory":
      return { status: "out-of-memory", limitMiB: memoryMiB };
    case "crash":
      return { status: "crashed", reason: result[1] };
  }
}

function parsed(text: string, wallMs: number, outputBytes: number): Execution {
  // A compromised host could send anything.
  if (Buffer.byteLength(text) > outputBytes) {
    return { status: "bad-output", reason: `the output is larger than ${outputBytes} bytes` };
  }
  try {
    return { status: "returned", output: JSON.parse(text) as Json, wallMs };
  } catch {
    return { status: "crashed", reason: "the host sent a result that is not JSON" };
  }
}
