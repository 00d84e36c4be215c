/**
 * The steps of a request as turns of a conversation: calls that were under way together are one
 * turn, each with its result.
 */
import { canonicalJson, type Json } from "../core/json.ts";
import { programInput, type Step } from "../trace/read/steps.ts";
import type { ChatTool, StoredImage } from "./examples.ts";
import { besideText } from "./images.ts";
import { argumentLists, type CallStep, isObject } from "./request-tools.ts";
import { parameterNames } from "./signature.ts";
import { CREATE_TOOL, RUN_PROGRAM } from "./wording.ts";

type CreateStep = Step & { kind: "create" };
type ProgramStep = Step & { kind: "program" };
/** Something that is called and gives a result. */
type Called = CallStep | CreateStep | ProgramStep;

/** What happened between two words of the model: calls together, or a person who said something. */
export type Turn =
  | { readonly kind: "calls"; readonly steps: readonly Called[] }
  | (Step & { kind: "ask" })
  | (Step & { kind: "revise" });

/**
 * Calls that were under way together are one turn. A call without a result is left out of it, and
 * one that a program made belongs to the program.
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
  /** Its arguments, as the request may have brought them. Of a tool alone. */
  readonly input?: Json;
}

/** The calls of a step, in order: one, or of a call on several inputs one for each. */
export function partsOf(step: Called, tools: ReadonlyMap<string, ChatTool>): readonly Part[] {
  switch (step.kind) {
    case "create":
      return creation(step);
    case "program":
      return programParts(step);
    case "call":
      return callParts(step, tools);
  }
}

function programParts({ event, result }: ProgramStep): readonly Part[] {
  const input = programInput(event);
  const failed = result?.status !== "returned";
  const error = result?.message ?? result?.reason ?? result?.status ?? "failed";
  return [
    {
      name: RUN_PROGRAM.name,
      arguments: { code: event.code, ...(input === undefined ? {} : { input }) },
      ...told(failed ? { error } : (result.value ?? null)),
      failed,
    },
  ];
}

function creation(step: CreateStep): readonly Part[] {
  const { name, description } = step.event;
  const { registered, refused } = step;
  return [
    {
      name: CREATE_TOOL.name,
      arguments: { name, description },
      result:
        registered !== undefined
          ? canonicalJson({
              status: "registered",
              name: registered.name,
              ...(registered.version === undefined ? {} : { version: registered.version }),
            })
          : canonicalJson({ status: "refused", reasons: refused?.reasons ?? [] }),
      images: [],
      failed: registered === undefined,
    },
  ];
}

function callParts(step: CallStep, tools: ReadonlyMap<string, ChatTool>): readonly Part[] {
  const { name, arguments: given, calls } = step.event;
  const { result } = step;
  const failed = result?.error !== undefined || result?.status !== "returned";
  const said = failed ? { error: result?.error ?? result?.status ?? "failed" } : undefined;
  if (isObject(given)) {
    const output = said ?? result?.output ?? null;
    return [{ name, arguments: given, ...told(output), failed, input: given }];
  }
  const lists = argumentLists(given, calls);
  const names = parameterNames(tools.get(name)?.parameters ?? {});
  return lists.map((list, index) => ({
    name,
    arguments: Object.fromEntries(
      list.map((value, at) => [names[at] ?? `argument${at + 1}`, value]),
    ),
    ...told(
      said ?? (calls === undefined ? (result?.output ?? null) : outputAt(result?.output, index)),
    ),
    failed,
    input: list,
  }));
}

/** A result as a model is told it: images beside the text. */
function told(output: Json): Pick<Part, "result" | "images"> {
  const { value, images } = besideText(output);
  return { result: canonicalJson(value), images };
}

function outputAt(output: Json | undefined, index: number): Json {
  return Array.isArray(output) ? ((output as readonly Json[])[index] ?? null) : (output ?? null);
}
