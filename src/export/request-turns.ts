/**
 * The steps of a request as turns of a conversation: concurrent calls are one turn, each with its
 * result.
 */
import { canonicalJson, type Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import { programInput, type Step } from "../trace/read/steps.ts";
import type { StoredImage } from "./examples.ts";
import { separateImages } from "./images.ts";
import type { CallStep } from "./request-tools.ts";
import { CREATE_TOOL, RUN_PROGRAM } from "./wording.ts";

type CreateStep = Step & { kind: "create" };
type ProgramStep = Step & { kind: "program" };
/** A step with a call and a result. */
type Called = CallStep | CreateStep | ProgramStep;

/** What happened between two messages of the model: concurrent calls, or a message of a person. */
export type Turn =
  | { readonly kind: "calls"; readonly steps: readonly Called[] }
  | (Step & { kind: "ask" })
  | (Step & { kind: "revise" });

/**
 * Concurrent calls form one turn. A call without a result is left out, and a call that a program made
 * belongs to the program.
 */
export function turnsOf(steps: readonly Step[]): readonly Turn[] {
  const turns: Turn[] = [];
  let open: { readonly calls: (CallStep | ProgramStep)[]; firstResult: number } | undefined;
  for (const step of steps) {
    if (step.kind === "ask" || step.kind === "revise") {
      open = undefined;
      turns.push(step);
    } else if (step.kind === "create") {
      open = undefined;
      if (step.registered !== undefined || step.refused !== undefined) {
        turns.push({ kind: "calls", steps: [step] });
      }
    } else if (isOwnCall(step) && step.resultSeq !== undefined) {
      if (open !== undefined && step.seq < open.firstResult) {
        open.calls.push(step);
        open.firstResult = Math.min(open.firstResult, step.resultSeq);
      } else {
        open = { calls: [step], firstResult: step.resultSeq };
        turns.push({ kind: "calls", steps: open.calls });
      }
    }
  }
  return turns;
}

function isOwnCall(step: Step): step is CallStep | ProgramStep {
  return step.kind === "program" || (step.kind === "call" && step.program === undefined);
}

/** One call of a conversation. */
export interface Part {
  readonly name: string;
  readonly arguments: { readonly [key: string]: Json };
  readonly result: string;
  readonly images: readonly StoredImage[];
  readonly failed: boolean;
  /** The arguments, if the request may have provided them. Only for a stored tool. */
  readonly input?: Json;
}

export function partOf(step: Called): Part {
  switch (step.kind) {
    case "create":
      return creation(step);
    case "program":
      return programPart(step);
    case "call":
      return callPart(step);
  }
}

function programPart({ event, result }: ProgramStep): Part {
  const input = programInput(event);
  return {
    name: RUN_PROGRAM.name,
    arguments: { code: event.code, ...present({ input }) },
    ...resultParts(programOutput(result)),
    failed: result?.status !== "returned",
  };
}

function programOutput(result: ProgramStep["result"]): Json {
  switch (result?.status) {
    case "returned":
      return result.value;
    case "empty":
      return { error: "returned nothing" };
    case "threw":
      return { error: result.message };
    case "refused":
      return { error: result.reason };
    case undefined:
      return { error: "failed" };
  }
}

function creation({ event, registered, refused }: CreateStep): Part {
  const { name, description } = event;
  const outcome: Json =
    registered === undefined
      ? { status: "refused", reasons: refused?.reasons ?? [] }
      : { status: "registered", name: registered.name, version: registered.version };
  return {
    name: CREATE_TOOL.name,
    arguments: { name, description },
    result: canonicalJson(outcome),
    images: [],
    failed: registered === undefined,
  };
}

function callPart({ event, result }: CallStep): Part {
  const { name, arguments: given } = event;
  const output =
    result?.status === "returned" ? result.output : { error: result?.error ?? "failed" };
  return {
    name,
    arguments: given,
    ...resultParts(output),
    failed: result?.status !== "returned",
    input: given,
  };
}

/** A result as a model gets it: text, with images separately. */
function resultParts(output: Json): Pick<Part, "result" | "images"> {
  const { value, images } = separateImages(output);
  return { result: canonicalJson(value), images };
}
