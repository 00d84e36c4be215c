/**
 * A request with its trace and its status: every change of status is an event with its cause.
 */
import { CanceledError, EngineError, InvariantError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import type { OpenTrace, TraceWriter } from "../core/ports.ts";
import { mayBecome, type Request, type RequestStatus } from "../core/request.ts";
import { solve } from "./solve.ts";
import type { Solution, Stages } from "./stages.ts";

export interface RequestOutcome {
  readonly requestId: string;
  readonly status: RequestStatus;
  readonly solution: Solution;
}

export async function runRequest(
  openTrace: OpenTrace,
  requestId: string,
  request: Request,
  stages: (trace: (events: readonly NewEvent[]) => Promise<void>) => Stages,
  signal: AbortSignal,
): Promise<RequestOutcome> {
  const trace = await openTrace({ id: requestId, kind: "request", title: request.objective });
  const status = statusLine(trace);
  try {
    const { objective, requirements, constraints } = request;
    await trace.events([
      { type: "request-submit", data: { objective, requirements, constraints } },
    ]);
    await status.become("IN_PROGRESS", "submitted", "engine");

    const solution = await solve(
      request,
      stages((events) => trace.events(events)),
    );
    if (solution.status === "answered") {
      const { text, tool, measures } = solution.answer;
      await trace.events([
        { type: "answer-given", data: { answer: text, tool, measures: { ...measures } } },
      ]);
      await status.become("SUCCEEDED", "answered", "engine");
      await trace.end("succeeded");
    } else {
      await status.become("FAILED", solution.reason, "engine");
      await trace.end("failed");
    }
    return { requestId, status: status.current, solution };
  } catch (error) {
    const canceled = signal.aborted || error instanceof CanceledError;
    const cause = error instanceof EngineError ? `${error.code}: ${error.message}` : String(error);
    // The trace itself may be what failed: the first error is the one to tell.
    await status
      .become(
        canceled ? "CANCELED" : "FAILED",
        canceled ? "canceled" : cause,
        canceled ? "user" : "engine",
      )
      .then(() => trace.end(canceled ? "canceled" : "failed"))
      .catch(() => undefined);
    throw error;
  }
}

function statusLine(trace: TraceWriter) {
  let current: RequestStatus = "NOT_STARTED";
  return {
    get current() {
      return current;
    },
    async become(to: RequestStatus, cause: string, actor: "engine" | "user"): Promise<void> {
      if (!mayBecome(current, to)) {
        throw new InvariantError(`A request can not go from ${current} to ${to}.`);
      }
      await trace.events([{ type: "request-status", data: { from: current, to, cause, actor } }]);
      current = to;
    },
  };
}
