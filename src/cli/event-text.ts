/** Events as lines for people: `[time] [LEVEL] text`. */
import type { RunSummary, TraceEvent } from "../core/event.ts";
import { readEvent } from "../core/events/read.ts";
import type { DataOf } from "../core/events/schemas.ts";
import { type Origin, originIn } from "./run-rows.ts";
import { walkNote } from "./walk-text.ts";

type Line = readonly [level: "INFO" | "WARN" | "ERROR", text: string];

/** Remembers facts of each run that later lines need; pass the events of a run in order. */
export function eventText(): (run: RunSummary, event: TraceEvent) => readonly string[] {
  const known = new Map<string, RunMemory>();
  return (run, event) => {
    const memory = known.get(run.id) ?? { title: run.title, origin: {}, tools: new Map() };
    known.set(run.id, memory);
    const time = event.time.slice(0, 19).replace("T", " ");
    return linesOf(run, memory, event).map(
      ([level, text]) => `[${time}] [${level}] ${text.replace(/\s*[\r\n]+\s*/g, " ")}`,
    );
  };
}

interface RunMemory {
  readonly title: string;
  origin: Origin;
  /** Names of the running calls, by id. */
  readonly tools: Map<string, string>;
}

function linesOf(run: RunSummary, memory: RunMemory, stored: TraceEvent): readonly Line[] {
  const event = readEvent(stored);
  if (event.type === "request-submit") memory.origin = originIn(event.data);
  const { title, origin, tools } = memory;
  const who = origin.agent === undefined ? undefined : `Agent '${origin.agent}'`;
  switch (event.type) {
    case "request-submit":
      return run.parent === undefined ? [["INFO", `Executing task: ${title}`]] : [];
    case "request-status":
      return statusLines(run, memory, event.data);
    case "tool-call":
      tools.set(event.data.id, event.data.name);
      return [["INFO", `${who ?? "The request"} is using tool: ${event.data.name}`]];
    case "tool-result": {
      const name = tools.get(event.data.id) ?? event.data.id;
      return event.data.status === "returned"
        ? [["INFO", `Tool '${name}' executed successfully`]]
        : [["ERROR", `Tool '${name}' failed: ${event.data.error}`]];
    }
    case "answer-given":
      return [
        ...(who === undefined ? [] : [["INFO", `${who} has completed the task`] as const]),
        ["INFO", `Task completed: ${title}`],
        ["INFO", `Output: ${event.data.answer}`],
      ];
    // Each reply is told by what comes of it.
    case "model-call":
      return [];
    case "model-reply":
      return "error" in event.data
        ? [["WARN", `The model failed: ${event.data.error.message}`]]
        : [];
    case "wait-started":
      return [["INFO", `Waiting for ${event.data.name}`]];
    case "request-revised":
      return [["INFO", `The task was changed: ${event.data.objective}`]];
    case "tool-register":
      return [["INFO", `Registered tool '${event.data.name}' v${event.data.version}`]];
    case "registration-refused":
      return [["WARN", `Refused to register '${event.data.name}'`]];
    case "agent-start":
    case "unread":
      return [];
    default: {
      const note = walkNote(event);
      return note === undefined ? [] : [["INFO", note]];
    }
  }
}

function statusLines(
  run: RunSummary,
  { origin, title }: RunMemory,
  { from, to, cause }: DataOf<"request-status">,
): readonly Line[] {
  const { agent, name } = origin;
  const called = `Run '${name ?? run.id}'`;
  const child = run.parent !== undefined;
  switch (to) {
    case "IN_PROGRESS":
      if (from === "WAITING_FEEDBACK") return [["INFO", `${called} goes on`]];
      if (agent === undefined) return [];
      return [["INFO", `Agent '${agent}' is executing the task${child ? `: ${title}` : ""}`]];
    case "WAITING_FEEDBACK":
      return [["INFO", `${called} waits: ${cause}`]];
    case "SUCCEEDED":
      return [
        [
          "INFO",
          child ? `Agent '${agent}' has completed the task` : `${called} completed successfully`,
        ],
      ];
    case "FAILED":
      return [["ERROR", `${child ? `Agent '${agent}'` : called} failed: ${cause}`]];
    case "CANCELED":
      return [["WARN", `${child ? `Agent '${agent}'` : called} was canceled: ${cause}`]];
    case "NOT_STARTED":
      return [];
  }
}
