/**
 * The steps of a request: tools that were searched, made and called, programs, plans, replies of
 * people, the answer. A result is part of the step of its call.
 */
import { ANSWER_TYPES, type Answered, answersIn } from "../../core/events/answers.ts";
import type { Place } from "../../core/events/read.ts";
import type { DataOf, EventOf } from "../../core/events/schemas.ts";
import { canonicalJson, type Json } from "../../core/json.ts";

/** What a request did, in order. */
export type Step =
  | { kind: "afford"; seq: number; event: DataOf<"affordance-result"> }
  | {
      kind: "create";
      seq: number;
      event: DataOf<"tool-create">;
      registered?: DataOf<"tool-register">;
      refused?: DataOf<"registration-refused">;
    }
  | {
      kind: "call";
      seq: number;
      event: DataOf<"tool-call">;
      /** Absent if the run ended, or was read, before the result. */
      result?: DataOf<"tool-result">;
      resultSeq?: number;
      /** The run of the called sub-agent. */
      child?: string;
      /** Id of the program that made the call. */
      program?: string;
    }
  /** Plan as code. Its calls are separate steps. */
  | {
      kind: "program";
      seq: number;
      event: DataOf<"program-start">;
      result?: DataOf<"program-result">;
      resultSeq?: number;
    }
  | { kind: "plan"; seq: number; event: DataOf<"plan-proposed"> }
  /** A question to a person, and the reply. */
  | ({ kind: "ask"; seq: number } & Answered)
  /** The person changed the request. */
  | { kind: "revise"; seq: number; event: DataOf<"request-revised"> }
  /** A person changed the arguments of a call before approving it. */
  | { kind: "edit"; seq: number; event: DataOf<"approval-given"> }
  | { kind: "answer"; seq: number; event: DataOf<"answer-given"> };

/** The input of a program, if any. */
export function programInput({ input }: DataOf<"program-start">): Json | undefined {
  return input === null || canonicalJson(input) === "{}" ? undefined : input;
}

export const STEP_TYPES = [
  "affordance-result",
  "tool-create",
  "tool-register",
  "registration-refused",
  "tool-call",
  "tool-result",
  "agent-start",
  "program-start",
  "program-result",
  "plan-proposed",
  ...ANSWER_TYPES,
  "request-revised",
  "approval-given",
  "answer-given",
] as const;
type StepEvent = EventOf<(typeof STEP_TYPES)[number]> & Place;

/** @param steps Steps are added in order, as events are read. */
export function stepReader(
  steps: Step[],
  unread: (seq: number, reason: string) => void,
): (event: StepEvent) => void {
  const readAnswer = answersIn();
  return (event) => {
    const { seq } = event;
    switch (event.type) {
      case "affordance-result":
        steps.push({ kind: "afford", seq, event: event.data });
        return;
      case "tool-create":
        steps.push({ kind: "create", seq, event: event.data });
        return;
      case "tool-register": {
        const open = openCreation(steps, event.data.name);
        if (open !== undefined) open.registered = event.data;
        return;
      }
      case "registration-refused": {
        const open = openCreation(steps, event.data.name);
        if (open !== undefined) open.refused = event.data;
        return;
      }
      case "tool-call": {
        const { id } = event.data;
        const program = steps.findLast(
          (each) => each.kind === "program" && id.startsWith(`${each.event.id}.`),
        );
        const within = program?.kind === "program" ? { program: program.event.id } : {};
        steps.push({ kind: "call", seq, event: event.data, ...within });
        return;
      }
      case "tool-result": {
        const { id } = event.data;
        const call = steps.findLast((each) => each.kind === "call" && each.event.id === id);
        if (call?.kind !== "call") unread(seq, "a tool's result without its call");
        else if (call.result !== undefined) unread(seq, "a second result of a call");
        else Object.assign(call, { result: event.data, resultSeq: seq });
        return;
      }
      case "agent-start": {
        const { agent, run } = event.data;
        const call = steps.findLast(
          (each) => each.kind === "call" && each.event.name === agent && each.child === undefined,
        );
        if (call?.kind === "call") call.child = run;
        return;
      }
      case "program-start":
        steps.push({ kind: "program", seq, event: event.data });
        return;
      case "program-result": {
        const { id } = event.data;
        const program = steps.findLast((each) => each.kind === "program" && each.event.id === id);
        if (program === undefined) unread(seq, "a program's result without its start");
        else Object.assign(program, { result: event.data, resultSeq: seq });
        return;
      }
      case "plan-proposed":
        steps.push({ kind: "plan", seq, event: event.data });
        return;
      case "wait-started":
      case "signal-received":
      case "wait-done": {
        const answered = readAnswer(event);
        if (answered !== undefined) steps.push({ kind: "ask", seq, ...answered });
        return;
      }
      case "request-revised":
        steps.push({ kind: "revise", seq, event: event.data });
        return;
      case "approval-given":
        if (event.data.edited) steps.push({ kind: "edit", seq, event: event.data });
        return;
      case "answer-given":
        steps.push({ kind: "answer", seq, event: event.data });
        return;
    }
  };
}

function openCreation(steps: Step[], name: string) {
  const open = steps.findLast(
    (step) => step.kind === "create" && step.registered === undefined && step.refused === undefined,
  );
  // A tool may be registered under another name than requested; then it is the last open one.
  const named = steps.findLast((step) => step.kind === "create" && step.event.name === name);
  const step = named ?? open;
  return step?.kind === "create" ? step : undefined;
}
