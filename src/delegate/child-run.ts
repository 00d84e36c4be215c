/** The run of a sub-agent, a child of the delegating run; a later attempt resumes it. */

import { digestText } from "../core/digest.ts";
import { StoreError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import { withTexts } from "../core/events/read.ts";
import type { Json } from "../core/json.ts";
import type { EventStore, OpenTrace, TraceWriter } from "../core/ports.ts";
import type { RequestStatus } from "../core/request.ts";
import type { ChildRun, SubAgentPorts } from "./sub-agent.ts";

export interface ChildRunPorts {
  readonly openTrace: OpenTrace;
  readonly events: EventStore;
  /** Redacts secrets. */
  readonly clean: (value: Json) => Json;
}

/** @param key Identifies the run; the same in every attempt at the request. */
export async function openChild(
  { openTrace, events, clean }: ChildRunPorts,
  requestId: string,
  { runId, steps }: Pick<SubAgentPorts, "runId" | "steps">,
  agent: string,
  message: string,
  key: string,
): Promise<ChildRun> {
  const id = `${requestId}-${agent}-${digestText(key).slice(0, 8)}`;
  const run = { id, kind: "request", title: message, parent: runId } as const;
  const writer = await openTrace(run).catch((error: unknown): TraceWriter => {
    if (!(error instanceof StoreError) || error.code !== "RUN_EXISTS") throw error;
    return {
      id,
      events: async (list) =>
        void (await events.append(
          id,
          list.map((event) => withTexts(event, clean)),
        )),
      end: (status) => events.end(id, status),
    };
  });
  const write = (name: string, list: readonly NewEvent[]): Promise<null> =>
    steps.step(`${id}:${name}`, async () => {
      await writer.events(list);
      return null;
    });
  await steps.trace("agent", [
    { type: "agent-start", data: { agent, message, run: id }, link: id },
  ]);
  await write("begin", [
    {
      type: "request-submit",
      data: { objective: message, requirements: [], constraints: [], agent },
    },
    status("NOT_STARTED", "IN_PROGRESS", "delegated"),
  ]);
  return {
    id,
    steps: { ...steps, trace: async (name, list) => void (await write(name, list)) },
    async end(how) {
      const close = async (): Promise<null> => {
        try {
          await writer.events([status("IN_PROGRESS", ENDS[how], how)]);
          await writer.end(how);
        } catch (error) {
          // An earlier attempt ended the child, but stopped before it recorded that.
          if (!(error instanceof StoreError) || error.code !== "RUN_ENDED") throw error;
        }
        return null;
      };
      // A canceled request takes no more steps, but its child is still closed.
      if (how === "canceled") await close();
      else await steps.step(`${id}:end`, close);
    },
  };
}

const ENDS = { succeeded: "SUCCEEDED", failed: "FAILED", canceled: "CANCELED" } as const;

function status(from: RequestStatus, to: RequestStatus, cause: string): NewEvent {
  return { type: "request-status", data: { from, to, cause, actor: "engine" } };
}
