/** Events as lines that a person follows: `[time] [LEVEL] text`. */
import type { RunSummary, TraceEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import { type Origin, originIn } from "./run-rows.ts";
import { walkNote } from "./walk-text.ts";

type Facts = Readonly<Record<string, Json>>;
type Line = readonly [level: "INFO" | "WARN" | "ERROR", text: string];

/** Keeps of each run what its later events are told with: feed it the events of a run in order. */
export function eventText(): (run: RunSummary, event: TraceEvent) => readonly string[] {
  const known = new Map<string, RunMemory>();
  return (run, event) => {
    const memory = known.get(run.id) ?? { title: run.title, origin: {}, tools: new Map() };
    known.set(run.id, memory);
    if (event.type === "request-submit") memory.origin = originIn(event.data);
    const time = event.time.slice(0, 19).replace("T", " ");
    return linesOf(run, memory, event).map(
      ([level, text]) => `[${time}] [${level}] ${text.replace(/\s*[\r\n]+\s*/g, " ")}`,
    );
  };
}

interface RunMemory {
  readonly title: string;
  origin: Origin;
  /** Names by the ids of calls under way. */
  readonly tools: Map<string, string>;
}

function linesOf(run: RunSummary, memory: RunMemory, event: TraceEvent): readonly Line[] {
  const { title, origin, tools } = memory;
  const facts = event.data as Facts;
  const who = origin.agent === undefined ? undefined : `Agent '${origin.agent}'`;
  switch (event.type) {
    case "request-submit":
      return run.parent === undefined ? [["INFO", `Executing task: ${title}`]] : [];
    case "request-status":
      return statusLines(run, memory, facts);
    case "tool-call":
      tools.set(String(facts.id), String(facts.name));
      return [["INFO", `${who ?? "The request"} is using tool: ${String(facts.name)}`]];
    case "tool-result": {
      const name = tools.get(String(facts.id)) ?? String(facts.id);
      return facts.status === "returned"
        ? [["INFO", `Tool '${name}' executed successfully`]]
        : [["ERROR", `Tool '${name}' failed: ${String(facts.error)}`]];
    }
    case "answer-given":
      return [
        ...(who === undefined ? [] : [["INFO", `${who} has completed the task`] as const]),
        ["INFO", `Task completed: ${title}`],
        ["INFO", `Output: ${String(facts.answer)}`],
      ];
    case "model-reply":
      return facts.error == null ? [] : [["WARN", `The model failed: ${saidOf(facts.error)}`]];
    case "wait-started":
      return [["INFO", `Waiting for ${String(facts.name)}`]];
    case "request-revised":
      return [["INFO", `The task was changed: ${String(facts.objective)}`]];
    case "tool-register":
      return [["INFO", `Registered tool '${String(facts.name)}' v${String(facts.version)}`]];
    case "registration-refused":
      return [["WARN", `Refused to register '${String(facts.name)}'`]];
    case "agent-start":
      return [];
    default: {
      const note = walkNote(event);
      return note === undefined ? [] : [["INFO", note]];
    }
  }
}

function statusLines(run: RunSummary, { origin, title }: RunMemory, facts: Facts): readonly Line[] {
  const { from, to, cause } = facts;
  const { agent, name } = origin;
  const called = `Run '${name ?? run.id}'`;
  const child = run.parent !== undefined;
  switch (to) {
    case "IN_PROGRESS":
      if (from === "WAITING_FEEDBACK") return [["INFO", `${called} goes on`]];
      if (agent === undefined) return [];
      return [["INFO", `Agent '${agent}' is executing the task${child ? `: ${title}` : ""}`]];
    case "WAITING_FEEDBACK":
      return [["INFO", `${called} waits: ${String(cause)}`]];
    case "SUCCEEDED":
      return [
        [
          "INFO",
          child ? `Agent '${agent}' has completed the task` : `${called} completed successfully`,
        ],
      ];
    case "FAILED":
      return [["ERROR", `${child ? `Agent '${agent}'` : called} failed: ${String(cause)}`]];
    case "CANCELED":
      return [["WARN", `${child ? `Agent '${agent}'` : called} was canceled: ${String(cause)}`]];
    default:
      return [];
  }
}

function saidOf(error: Json | undefined): string {
  const { message } = (error ?? {}) as Facts;
  return typeof message === "string" ? message : JSON.stringify(error);
}
