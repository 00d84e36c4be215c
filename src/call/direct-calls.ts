/**
 * Calls outside of a request: by a person at the command line or by an MCP client. They have their own
 * run in the trace.
 */
import type { Approvals } from "../core/approvals.ts";
import type { OpenTrace, TraceWriter } from "../core/ports.ts";
import type { Tool } from "../core/tool.ts";
import type { ArgumentFaults, CallOutcome } from "../work/callable.ts";
import { type AskPerson, permitBy } from "./approvals.ts";
import type { Given } from "./arguments.ts";
import { makeCall } from "./call-tool.ts";
import { type ToolCallablePorts, toolCallable } from "./tool-callable.ts";

export interface DirectCallPorts extends Omit<ToolCallablePorts, "query"> {
  readonly approvals: Approvals;
  readonly openTrace: OpenTrace;
  readonly newId: (kind: string) => string;
}

export interface DirectCalls {
  /**
   * A pending result is returned as the tool gave it.
   *
   * @param ask Asks a person if the policy requires it.
   * @throws SandboxUnavailableError, StoreError, or the signal's reason; a failed call is a value.
   */
  call(tool: Tool, given: Given, ask: AskPerson, signal: AbortSignal): Promise<CallOutcome>;
  /** Writes the last event of the run, if the run has begun. */
  end(): Promise<void>;
}

/** @param title Title of the run in the trace. The run begins with the first event. */
export function directCalls(ports: DirectCallPorts, title: string): DirectCalls {
  const { approvals, openTrace, newId } = ports;
  let argumentFaults: ArgumentFaults | undefined;
  let opened: Promise<TraceWriter> | undefined;
  let calls = 0;
  let failed = 0;
  const writer = (): Promise<TraceWriter> => {
    opened ??= openTrace({ id: newId("call"), kind: "calls", title });
    return opened;
  };

  return {
    async call(tool, given, ask, signal) {
      // Imported on the first call, so that commands that only read compile no schema.
      argumentFaults ??= (await import("./argument-faults.ts")).createArgumentFaults();
      const id = `call-${tool.name}-v${tool.version}-${++calls}`;
      const steps = {
        trace: async (_name: string, events: Parameters<TraceWriter["events"]>[0]) =>
          (await writer()).events(events),
        // Without a journal nothing is retried: each call is made once.
        step: async <T>(_name: string, body: (attempt: Attempt) => Promise<T>): Promise<T> =>
          body({ idempotencyKey: `${(await writer()).id}/${id}`, attempt: 1, signal }),
      };
      const permit = permitBy(approvals, ask);
      const callable = toolCallable(ports, tool);
      const outcome = await makeCall({ steps, argumentFaults, permit }, callable, given, id);
      if (outcome.status === "failed") failed++;
      return outcome;
    },
    async end() {
      await (await opened)?.end(calls > 0 && failed === calls ? "failed" : "succeeded");
    },
  };
}

type Attempt = { idempotencyKey: string; attempt: number; signal: AbortSignal };
