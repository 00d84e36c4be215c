/**
 * Calls of stored tools by outsiders: a person at the command line, an MCP client. Each is traced
 * before its effect, run in the sandbox within the tool's limits, and counted as use.
 */
import { describeExecution, type Execution } from "../../core/execution.ts";
import type { Json } from "../../core/json.ts";
import type { TraceWriter } from "../../core/ports.ts";
import { parameterNames, programOf, type Tool } from "../../core/tool.ts";
import type { Engine } from "../../engine/engine.ts";

export interface ToolCalls {
  /** @throws SandboxUnavailableError, StoreError, or the signal's reason; a failed call is a value. */
  call(tool: Tool, args: readonly Json[], signal: AbortSignal): Promise<Execution>;
  /** The trace's last word, if anything was called. */
  end(): Promise<void>;
}

/** @param title What the run is called in the trace; it begins with the first call. */
export function tracedCalls(
  engine: Pick<Engine, "tools" | "sandbox" | "config" | "openTrace" | "newId">,
  title: string,
): ToolCalls {
  let opened: Promise<TraceWriter> | undefined;
  let calls = 0;
  let failed = 0;
  const trace = (): Promise<TraceWriter> => {
    opened ??= engine.openTrace({ id: engine.newId("call"), kind: "calls", title });
    return opened;
  };

  return {
    async call(tool, args, signal) {
      const { name, version, limits, description, parameters } = tool;
      const id = `call-${name}-v${version}-${++calls}`;
      const writer = await trace();
      const names = parameterNames(tool);
      const named = Object.fromEntries(args.map((value, at) => [names[at] ?? `p${at}`, value]));
      await writer.events([
        {
          type: "tool-call",
          data: { id, name, version, description, parameters, arguments: named },
        },
      ]);
      const sandbox = await engine.sandbox();
      const started = performance.now();
      const [execution] = await sandbox.run(
        { program: programOf(tool), inputs: [args], limits, seed: engine.config.seed },
        signal,
      );
      const outcome: Execution = execution ?? { status: "crashed", reason: "no result came back" };
      const wallMs = performance.now() - started;
      const returned = outcome.status === "returned";
      const error = describeExecution(outcome);
      if (!returned) failed++;
      await writer.events([
        {
          type: "tool-result",
          data: returned
            ? { id, status: "returned", output: outcome.output }
            : { id, status: "failed", error },
          volatile: { wallMs },
        },
      ]);
      await engine.tools.recordUse(name, version, {
        succeeded: returned,
        wallMs,
        ...(returned ? {} : { error }),
      });
      return outcome;
    },
    async end() {
      await (await opened)?.end(calls > 0 && failed === calls ? "failed" : "succeeded");
    },
  };
}
