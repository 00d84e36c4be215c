/**
 * The steps of a request: tools that were looked for, made and called, programs, plans, what people
 * said, the answer. A result stands with the call that it belongs to.
 */
import type { z } from "zod";
import type { TraceEvent } from "../../core/event.ts";
import { canonicalJson, type Json } from "../../core/json.ts";
import * as Known from "./vocabulary.ts";

/** What was done towards a request, in order. */
export type Step =
  | { kind: "afford"; seq: number; event: z.output<typeof Known.AffordanceResult> }
  | {
      kind: "create";
      seq: number;
      event: z.output<typeof Known.ToolCreate>;
      registered?: z.output<typeof Known.ToolRegister>;
      refused?: z.output<typeof Known.RegistrationRefused>;
    }
  | {
      kind: "call";
      seq: number;
      event: z.output<typeof Known.ToolCallEvent>;
      /** Absent: the run ended, or ends, before it came. */
      result?: z.output<typeof Known.ToolResultEvent>;
      resultSeq?: number;
      /** The run of the sub-agent that was called. */
      child?: string;
      /** The program that made it, by its id. */
      program?: string;
    }
  /** Plan as code. Its calls are steps of their own. */
  | {
      kind: "program";
      seq: number;
      event: z.output<typeof Known.ProgramStart>;
      result?: z.output<typeof Known.ProgramResult>;
      resultSeq?: number;
    }
  | { kind: "plan"; seq: number; event: z.output<typeof Known.PlanProposed> }
  /** A person was asked in words. */
  | { kind: "ask"; seq: number; question: string; reply: string }
  /** The person changed the request. */
  | { kind: "revise"; seq: number; event: z.output<typeof Known.RequestRevised> }
  /** A person changed the arguments of a call before they allowed it. */
  | { kind: "edit"; seq: number; event: z.output<typeof Known.ApprovalGiven> }
  | { kind: "answer"; seq: number; answer: Json; checks: z.output<typeof Known.Checks> };

/** What a program was given, if anything. */
export function programInput({ input }: z.output<typeof Known.ProgramStart>): Json | undefined {
  return input === null || canonicalJson(input) === "{}" ? undefined : input;
}

export type Reader = (event: TraceEvent) => void;

/**
 * @param on Gives what an event holds to its reader, and counts one that does not fit.
 * @param steps Grows as events are read, in order.
 */
export function stepReaders(
  on: <T extends z.ZodType>(
    schema: T,
    use: (data: z.output<T>, event: TraceEvent) => unknown,
  ) => Reader,
  steps: Step[],
  unread: (seq: number, reason: string) => void,
): Readonly<Record<string, Reader>> {
  const questions = new Map<string, string>();
  const signals = new Map<string, Json>();
  return {
    "affordance-result": on(Known.AffordanceResult, (event, { seq }) =>
      steps.push({ kind: "afford", seq, event }),
    ),
    "tool-create": on(Known.ToolCreate, (event, { seq }) =>
      steps.push({ kind: "create", seq, event }),
    ),
    "tool-register": on(Known.ToolRegister, (event) => {
      const open = openCreation(steps, event.name);
      if (open !== undefined) open.registered = event;
    }),
    "registration-refused": on(Known.RegistrationRefused, (event) => {
      const open = openCreation(steps, event.name);
      if (open !== undefined) open.refused = event;
    }),
    "tool-call": on(Known.ToolCallEvent, (event, { seq }) => {
      const program = steps.findLast(
        (each) => each.kind === "program" && event.id.startsWith(`${each.event.id}.`),
      );
      const within = program?.kind === "program" ? { program: program.event.id } : {};
      steps.push({ kind: "call", seq, event, ...within });
    }),
    "tool-result": on(Known.ToolResultEvent, (result, { seq }) => {
      const call = steps.findLast((each) => each.kind === "call" && each.event.id === result.id);
      if (call?.kind !== "call") unread(seq, "a tool's result without its call");
      else if (call.result !== undefined) unread(seq, "a second result of a call");
      else Object.assign(call, { result, resultSeq: seq });
    }),
    "agent-start": on(Known.AgentStart, ({ agent, run }) => {
      const call = steps.findLast(
        (each) => each.kind === "call" && each.event.name === agent && each.child === undefined,
      );
      if (call?.kind === "call") call.child = run;
    }),
    "program-start": on(Known.ProgramStart, (event, { seq }) =>
      steps.push({ kind: "program", seq, event }),
    ),
    "program-result": on(Known.ProgramResult, (result, { seq }) => {
      const program = steps.findLast(
        (each) => each.kind === "program" && each.event.id === result.id,
      );
      if (program === undefined) unread(seq, "a program's result without its start");
      else Object.assign(program, { result, resultSeq: seq });
    }),
    "plan-proposed": on(Known.PlanProposed, (event, { seq }) =>
      steps.push({ kind: "plan", seq, event }),
    ),
    "wait-started": on(Known.WaitStart, ({ key, question }) => {
      if (question?.kind === "question" && question.text !== undefined) {
        questions.set(key, question.text);
      }
    }),
    "signal-received": on(Known.SignalReceived, ({ id, payload }) => signals.set(id, payload)),
    "wait-done": on(Known.WaitDone, ({ key, signal }, { seq }) => {
      const question = questions.get(key);
      const said = signal === undefined ? undefined : signals.get(signal);
      if (question === undefined || said === undefined) return;
      steps.push({ kind: "ask", seq, question, reply: wordsSaid(said) });
    }),
    "request-revised": on(Known.RequestRevised, (event, { seq }) =>
      steps.push({ kind: "revise", seq, event }),
    ),
    "approval-given": on(Known.ApprovalGiven, (event, { seq }) => {
      if (event.edited) steps.push({ kind: "edit", seq, event });
    }),
    "answer-given": on(Known.AnswerGiven, ({ answer, checks = [] }, { seq }) =>
      steps.push({ kind: "answer", seq, answer, checks }),
    ),
  };
}

/** What a person answers comes wrapped; other senders may say it plainly. */
function wordsSaid(payload: Json): string {
  const wrapped =
    payload !== null && typeof payload === "object" && Object.hasOwn(payload, "answer");
  const said = wrapped ? (Reflect.get(payload, "answer") as Json) : payload;
  return typeof said === "string" ? said : canonicalJson(said);
}

function openCreation(steps: Step[], name: string) {
  const open = steps.findLast(
    (step) => step.kind === "create" && step.registered === undefined && step.refused === undefined,
  );
  // A tool may be registered under another name than it was asked for; the last open one is meant.
  const named = steps.findLast((step) => step.kind === "create" && step.event.name === name);
  const step = named ?? open;
  return step?.kind === "create" ? step : undefined;
}
