/**
 * A request's run as messages: calls with their results, questions with people's answers, changes of
 * the request.
 */
import { canonicalJson } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { RunRecord } from "../trace/read/read.ts";
import type { Step } from "../trace/read/steps.ts";
import type { ChatMessage, ChatTool, Origin } from "./examples.ts";
import { putAside } from "./images.ts";
import { type Part, partOf, turnsOf } from "./request-turns.ts";
import { CREATE_TOOL, REQUEST_SYSTEM, RUN_PROGRAM, requestPrompt, taskName } from "./wording.ts";

/** Maximum number of shown calls of a tool on listed inputs: more calls teach nothing new. */
const SHOWN_CALLS = 3;

/** Models and terms of the authors of a run's text. */
export interface Writers {
  readonly ids: readonly string[];
  readonly terms: readonly string[];
}

/** Nine letters and digits: the strictest reader accepts only such ids. */
export function callId(number: number): string {
  return `call${String(number).padStart(5, "0")}`;
}

/**
 * The request and all given steps, in order. Ends with the user or a tool, or with the answer to a
 * question.
 *
 * @param calls Number of shown calls.
 */
export function dialogueOf(
  { request, modelCalls }: RunRecord,
  steps: readonly Step[],
): { readonly messages: readonly ChatMessage[]; readonly calls: number } | undefined {
  if (request === undefined) return undefined;
  // If no model read the inputs from the text, they came as a separate list.
  const listed = modelCalls.length === 0;
  const inputs = new Set<string>();
  const messages: ChatMessage[] = [];
  let calls = 0;
  for (const turn of turnsOf(steps)) {
    if (turn.kind === "ask") {
      messages.push(
        { role: "assistant", content: turn.question },
        { role: "user", content: turn.reply },
      );
      continue;
    }
    if (turn.kind === "revise") {
      const content = `The request is now:\n\n${requestPrompt(turn.event, [], 0)}`;
      messages.push({ role: "user", content });
      continue;
    }
    const parts = turn.steps.map(partOf);
    for (const { input } of parts) if (input !== undefined) inputs.add(canonicalJson(input));
    const few = listed ? firstOfEach(parts) : parts;
    const shown = few.map((part) => ({ id: callId(++calls), ...part }));
    messages.push(
      {
        role: "assistant",
        content: "",
        toolCalls: shown.map(({ id, name, arguments: given }) => ({ id, name, arguments: given })),
        ...(parts.some(({ failed }) => failed) ? { weight: 0 as const } : {}),
      },
      ...shown.map(
        ({ id, name, result, images }): ChatMessage => ({
          role: "tool",
          toolCallId: id,
          name,
          content: result,
          ...(images.length === 0 ? {} : { images }),
        }),
      ),
    );
  }
  const brought = listed ? [...inputs] : [];
  return {
    messages: [
      { role: "system", content: REQUEST_SYSTEM },
      {
        role: "user",
        content: requestPrompt(request, brought, SHOWN_CALLS),
        ...putAside(request.images),
      },
      ...messages,
    ],
    calls,
  };
}

function firstOfEach(parts: readonly Part[]): readonly Part[] {
  const seen = new Map<string, number>();
  return parts.filter(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count <= SHOWN_CALLS;
  });
}

/** Every tool that the dialogue may call: the engine's own first, then those of the library. */
export function toolList(
  { steps }: RunRecord,
  tools: ReadonlyMap<string, ChatTool>,
): readonly ChatTool[] {
  const programs = steps.some(({ kind }) => kind === "program");
  return [CREATE_TOOL, ...(programs ? [RUN_PROGRAM] : []), ...tools.values()];
}

/** The origin of a request's examples. */
export function requestOrigin(
  record: RunRecord,
  writers: Writers,
  tools: readonly string[],
  recipe: "tool-use" | "human-edit",
): Origin {
  const { summary, request, requestStatus } = record;
  const task = taskName(record);
  return {
    run: summary.id,
    kind: summary.kind,
    recipe,
    outcome: requestStatus === "SUCCEEDED" ? "succeeded" : summary.status,
    time: summary.endedAt ?? summary.startedAt,
    ...present({ task, user: request?.user }),
    models: writers.ids,
    // Without a model, the engine's own rules wrote it.
    terms: writers.terms.length === 0 ? ["engine"] : writers.terms,
    tools,
    families: [
      `request:${summary.id}`,
      ...(summary.parent === undefined ? [] : [`request:${summary.parent}`]),
      ...(task === undefined ? [] : [`task:${task}`]),
      ...tools.map((name) => `tool:${name}`),
    ],
  };
}
