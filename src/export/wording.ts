/**
 * The text of prompts that are made from traces, in one place, so that equal facts give equal bytes and
 * the two halves of a pair have exactly the same prompt.
 */
import type { TraceSpec } from "../core/events/evolution.ts";
import type { DataOf } from "../core/events/schemas.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { RunRecord } from "../trace/read/read.ts";
import type { ChatTool } from "./examples.ts";

export const IMPROVE_SYSTEM =
  "You write programs that are run and scored. Given a task and scored programs, write one program that scores higher. Answer with the whole program in one code block.";

export const REQUEST_SYSTEM =
  "You answer requests by calling tools. If a tool serves the request, call it. If none does, make one with create_tool, then call it. Answer from what the tools return.";

/** The task of an evolution run: name, description and signature. */
export function taskSpec(record: RunRecord): TraceSpec {
  const { start, summary } = record;
  return start?.spec ?? { name: summary.title, description: "", signature: "" };
}

/** The task's name, used by splits, filters and caps. */
export function taskName(record: RunRecord): string | undefined {
  return record.start?.task ?? record.ground?.task;
}

function taskWords(spec: TraceSpec): string {
  return [
    `Task: ${spec.name}`,
    ...(spec.description === "" ? [] : [spec.description]),
    ...(spec.signature === "" ? [] : [`Signature: ${spec.signature}`]),
  ].join("\n");
}

/** Maximum number of faults listed per program. */
const FAULTS = 5;

/** @param parents Programs with their fitness and faults, best first. */
export function improvePrompt(
  spec: TraceSpec,
  parents: readonly {
    readonly source: string;
    readonly fitness: number | undefined;
    readonly faults: readonly string[];
  }[],
  language: string,
): string {
  const task = taskWords(spec);
  if (parents.length === 0) return `${task}\n\nWrite the program.`;
  const programs = parents.map(({ source, fitness, faults }, index) => {
    const title = parents.length === 1 ? "Program" : `Program ${index + 1}`;
    const score = fitness === undefined ? "" : `, score ${fitness}`;
    const told = faults.slice(0, FAULTS).map((fault) => `- ${fault}`);
    const wrong = told.length === 0 ? "" : `\nWhat it gets wrong:\n${told.join("\n")}`;
    return `${title}${score}:\n${fenced(source, language)}${wrong}`;
  });
  return `${task}\n\n${programs.join("\n\n")}\n\nWrite a program with a higher score.`;
}

export const REPAIR_SYSTEM =
  "You mend programs. Given a task, a program and how it failed, write one that works. Answer with the whole program in one code block.";

export function repairPrompt(
  spec: TraceSpec,
  broken: string,
  reason: string,
  language: string,
): string {
  return `${taskWords(spec)}\n\nProgram:\n${fenced(broken, language)}\n\nIt failed: ${reason}\n\nWrite a program that works.`;
}

export const HINDSIGHT_SYSTEM =
  "You write programs from examples. Given a signature and what calls return, write a program that returns the same. Answer with the whole program in one code block.";

/** @param examples Argument lists and their results. */
export function hindsightPrompt(
  name: string,
  signature: string | undefined,
  examples: readonly { readonly input: readonly Json[]; readonly output: Json }[],
): string {
  const calls = examples.map(
    ({ input, output }) =>
      `${name}(${input.map(canonicalJson).join(", ")}) returns ${canonicalJson(output)}`,
  );
  return `Signature: ${signature ?? name}\n\n${calls.join("\n")}\n\nWrite the program.`;
}

export function fenced(source: string, language: string): string {
  // A fence longer than any inside the block keeps it one block.
  const longest = Math.max(2, ...[...source.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${source.trimEnd()}\n${fence}`;
}

/**
 * @param inputs Arguments that came with the request in addition to its text, as JSON text.
 * @param shown Number of inputs that are written out.
 */
export function requestPrompt(
  request: Pick<DataOf<"request-submit">, "objective" | "requirements" | "constraints">,
  inputs: readonly string[],
  shown: number,
): string {
  const list = (title: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`${title}:\n${items.map((item) => `- ${item}`).join("\n")}`];
  const title =
    inputs.length > shown ? `Inputs (the first ${shown} of ${inputs.length})` : "Inputs";
  return [
    request.objective,
    ...list("Requirements", request.requirements),
    ...list("Constraints", request.constraints),
    ...list(title, inputs.slice(0, shown)),
  ].join("\n\n");
}

export const RUN_PROGRAM: ChatTool = {
  name: "run_program",
  description:
    "Runs TypeScript in which the other tools are async functions, e.g. `await tools.NAME({ ... })`. Gives what it returns.",
  parameters: {
    type: "object",
    properties: {
      code: { type: "string", description: "Statements with await and return." },
      input: { description: "`input` in the program." },
    },
    required: ["code"],
  },
};

export const CREATE_TOOL: ChatTool = {
  name: "create_tool",
  description:
    "Makes a new tool when no known tool serves. It can be called once it is registered.",
  parameters: {
    type: "object",
    properties: {
      name: { type: "string", description: "Name of the tool, letters, digits and _." },
      description: { type: "string", description: "What the tool shall do." },
    },
    required: ["name", "description"],
  },
};
