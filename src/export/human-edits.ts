/**
 * Preference pairs from people's edits: the requested call is rejected; the same call with the person's
 * arguments is chosen.
 */
import type { Json } from "../core/json.ts";
import type { RunRecord } from "../trace/read/read.ts";
import type { Step } from "../trace/read/steps.ts";
import { callId, dialogueOf, requestOrigin, toolList, type Writers } from "./dialogue.ts";
import type { AssistantMessage, ChatTool, Preference } from "./examples.ts";
import { toolsOf } from "./request-tools.ts";
import { parameterNames } from "./signature.ts";

export function humanEdits(record: RunRecord, writers: Writers): readonly Preference[] {
  const tools = toolsOf(record);
  return record.steps.flatMap((step): Preference[] => {
    if (step.kind !== "edit") return [];
    const tool = tools.get(step.event.tool);
    // The tool was never called, so its parameters are unknown.
    if (tool === undefined) return [];
    const dialogue = dialogueOf(record, before(record.steps, step.seq));
    if (dialogue === undefined) return [];
    const id = callId(dialogue.calls + 1);
    const origin = requestOrigin(record, writers, [tool.name], "human-edit");
    return [
      {
        kind: "preference",
        prompt: dialogue.messages,
        tools: toolList(record, tools),
        chosen: called(tool, id, step.event.arguments),
        rejected: called(tool, id, step.event.asked),
        origin: { ...origin, terms: [...new Set([...origin.terms, "human"])].sort() },
      },
    ];
  });
}

/** The steps that had ended before it. */
function before(steps: readonly Step[], seq: number): readonly Step[] {
  return steps.filter(
    (step) =>
      (step.kind === "call" || step.kind === "program" ? (step.resultSeq ?? Infinity) : step.seq) <
      seq,
  );
}

/** @param given By name. If rules plan, a list of argument lists, of which the first is shown. */
function called({ name, parameters }: ChatTool, id: string, given: Json): AssistantMessage {
  const first: Json = Array.isArray(given) ? ((given as readonly Json[])[0] ?? null) : given;
  const names = parameterNames(parameters);
  const list = Array.isArray(first) ? (first as readonly Json[]) : [first];
  const named = isObject(first)
    ? first
    : Object.fromEntries(list.map((value, at) => [names[at] ?? `argument${at + 1}`, value]));
  return { role: "assistant", content: "", toolCalls: [{ id, name, arguments: named }] };
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
