/**
 * The words of prompts that are made from traces: one place, so that equal facts give equal bytes,
 * and pairs of one prompt share it to the last character.
 */
import type { z } from "zod";
import type { RunRecord } from "../read.ts";
import type { RequestSubmit, TraceSpec } from "../vocabulary.ts";
import type { ChatTool } from "./examples.ts";

export const IMPROVE_SYSTEM =
  "You write programs that are run and scored. Given a task and scored programs, write one program that scores higher. Answer with the whole program in one code block.";

export const REQUEST_SYSTEM =
  "You answer requests by calling tools. If a tool serves the request, call it. If none does, make one with create_tool, then call it. Answer from what the tools return.";

/** What an evolution run was about: the task's name, description and signature. */
export function taskSpec(record: RunRecord): TraceSpec {
  const { start } = record;
  if (start?.spec !== undefined) return start.spec;
  if (start?.task !== undefined && typeof start.task !== "string") return start.task;
  const name = typeof start?.task === "string" ? start.task : record.summary.title;
  return { name, description: "", signature: undefined };
}

/** The task's name: what splits, filters and caps go by. */
export function taskName(record: RunRecord): string | undefined {
  const task = record.start?.task ?? record.ground?.task;
  return task === undefined || typeof task === "string" ? task : task.name;
}

/** @param parents Programs with their fitness, best first. */
export function improvePrompt(
  spec: TraceSpec,
  parents: readonly { readonly source: string; readonly fitness: number | undefined }[],
  language: string,
): string {
  const task = [
    `Task: ${spec.name}`,
    ...(spec.description === "" ? [] : [spec.description]),
    ...(spec.signature === undefined ? [] : [`Signature: ${spec.signature}`]),
  ].join("\n");
  if (parents.length === 0) return `${task}\n\nWrite the program.`;
  const programs = parents.map(({ source, fitness }, index) => {
    const title = parents.length === 1 ? "Program" : `Program ${index + 1}`;
    const score = fitness === undefined ? "" : `, score ${fitness}`;
    return `${title}${score}:\n${fenced(source, language)}`;
  });
  return `${task}\n\n${programs.join("\n\n")}\n\nWrite a program with a higher score.`;
}

export function fenced(source: string, language: string): string {
  // A fence longer than any inside keeps the block one block.
  const longest = Math.max(2, ...[...source.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${source.trimEnd()}\n${fence}`;
}

/**
 * @param inputs Arguments that the request brought beside its words, as JSON text.
 * @param shown Of the inputs, how many are written out.
 */
export function requestPrompt(
  request: z.output<typeof RequestSubmit>,
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
