/**
 * A request's run as one conversation: what was asked, the tools that were made and called, what
 * they returned, the answer. It needs no model in the run: what the engine did by rule is what a
 * small model learns to do.
 */
import { canonicalJson } from "../../core/json.ts";
import type { RunRecord } from "../read.ts";
import type { ChatMessage, Conversation, Drop, Origin } from "./examples.ts";
import { toolsOf } from "./request-tools.ts";
import { partsOf, turnsOf } from "./request-turns.ts";
import { CREATE_TOOL, REQUEST_SYSTEM, requestPrompt, taskName } from "./wording.ts";

/** Of many calls at once so many are shown: more of the same teach nothing new. */
const SHOWN_CALLS = 3;

/** @returns The conversation, or why there is none. */
export function fromRequest(
  record: RunRecord,
  models: { readonly ids: readonly string[]; readonly terms: readonly string[] },
): Conversation | Drop {
  const { request, summary, steps } = record;
  const drop = (reason: string): Drop => ({ run: summary.id, reason, count: 1 });
  if (request === undefined) return drop("no request was submitted in it");
  const answer = steps.findLast((step) => step.kind === "answer");
  if (answer?.kind !== "answer") return drop("the request has no answer");

  const tools = toolsOf(record);
  const inputs = new Set<string>();
  const messages: ChatMessage[] = [];
  let ids = 0;
  // Nine letters and digits: what the strictest of the readers takes for an id.
  const nextId = () => `call${String(++ids).padStart(5, "0")}`;

  for (const turn of turnsOf(steps)) {
    const parts = partsOf(turn, tools);
    for (const { input } of parts) if (input !== undefined) inputs.add(canonicalJson(input));
    const shown = parts.slice(0, SHOWN_CALLS).map((part) => ({ id: nextId(), ...part }));
    const failed = parts.some((part) => part.failed);
    messages.push(
      {
        role: "assistant",
        content: "",
        toolCalls: shown.map(({ id, name, arguments: given }) => ({ id, name, arguments: given })),
        ...(failed ? { weight: 0 as const } : {}),
      },
      ...shown.map(
        ({ id, name, result }): ChatMessage => ({
          role: "tool",
          toolCallId: id,
          name,
          content: result,
        }),
      ),
    );
  }
  if (messages.length === 0) return drop("no tool was made or called for it");

  const said = typeof answer.answer === "string" ? answer.answer : canonicalJson(answer.answer);
  if (said.trim() === "") return drop("its answer is empty");
  // Where no model read them out of the words, the inputs came beside them.
  const brought = record.modelCalls.length === 0 ? [...inputs] : [];
  return {
    kind: "conversation",
    messages: [
      { role: "system", content: REQUEST_SYSTEM },
      { role: "user", content: requestPrompt(request, brought, SHOWN_CALLS) },
      ...messages,
      { role: "assistant", content: said },
    ],
    tools: [CREATE_TOOL, ...tools.values()],
    origin: originOf(record, models, [...tools.keys()]),
  };
}

function originOf(
  record: RunRecord,
  models: { readonly ids: readonly string[]; readonly terms: readonly string[] },
  tools: readonly string[],
): Origin {
  const { summary, request, requestStatus } = record;
  const task = taskName(record);
  return {
    run: summary.id,
    kind: summary.kind,
    recipe: "tool-use",
    outcome: requestStatus === "SUCCEEDED" ? "succeeded" : summary.status,
    time: summary.endedAt ?? summary.startedAt,
    ...(task === undefined ? {} : { task }),
    ...(request?.user === undefined ? {} : { user: request.user }),
    models: models.ids,
    // What no model wrote, the engine's own rules did.
    terms: models.terms.length === 0 ? ["engine"] : models.terms,
    tools,
    families: [
      `request:${summary.id}`,
      ...(task === undefined ? [] : [`task:${task}`]),
      ...tools.map((name) => `tool:${name}`),
    ],
  };
}
