/** Model calls as conversations, e.g. of the planner and the judge. */
import { digestJson } from "../core/digest.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import { withoutReasoning } from "../core/text/reasoning.ts";
import type { ModelCall, RunRecord } from "../trace/read/read.ts";
import { sentMessages } from "./attempts.ts";
import { authorshipOf, groupName } from "./calls.ts";
import type { AssistantMessage, ChatMessage, Conversation } from "./examples.ts";
import { taskName } from "./wording.ts";

/** Calls that did not write candidates. If a dialogue was sent again each turn, only its longest form. */
export function modelCalls(record: RunRecord): Conversation[] {
  const { summary, modelCalls: calls, candidates } = record;
  const authorship = authorshipOf(calls);
  const written = new Set(candidates.map((each) => authorship(each)?.group));
  const task = taskName(record);
  const all = calls.flatMap((call): Conversation[] => {
    const { reply } = call;
    if (reply === undefined) return [];
    if (call.promptGroup !== undefined && written.has(groupName(call.promptGroup))) return [];
    // A truncated or refused reply is not worth learning.
    if (reply.finishReason === "length" || reply.finishReason === "refused") return [];
    const content = withoutReasoning(reply.content).trim();
    if (content === "" && reply.toolCalls.length === 0) return [];
    const last: AssistantMessage =
      reply.toolCalls.length === 0
        ? { role: "assistant", content }
        : { role: "assistant", content, toolCalls: reply.toolCalls };
    return [
      {
        kind: "conversation",
        messages: [...asked(call), last],
        tools: call.tools ?? [],
        origin: {
          run: summary.id,
          kind: summary.kind,
          recipe: "model-call",
          outcome: summary.status,
          time: call.time,
          ...present({ task, user: record.request?.user }),
          models: [reply.model ?? call.model ?? "unknown"],
          terms: [call.terms ?? "unknown"],
          tools: reply.toolCalls.map(({ name }) => name),
          families: [
            `${summary.kind === "request" ? "request" : "run"}:${summary.id}`,
            // A sub-agent's messages are already in the dialogue of the parent request.
            ...(summary.kind === "request" && summary.parent !== undefined
              ? [`request:${summary.parent}`]
              : []),
            ...(task === undefined ? [] : [`task:${task}`]),
          ],
        },
      },
    ];
  });
  const held = new Set(all.flatMap(({ messages }) => beginnings(messages)));
  return all.filter(
    ({ messages, tools }) =>
      !held.has(sameWords(messages)) && !(tools.length > 0 && held.has(goneOn(messages))),
  );
}

/**
 * If the call required a format, earlier replies are those that did not fit it. If a sub-agent got a
 * message after its first reply, that reply contained an unreadable call. Both are shown, not learned.
 */
function asked(call: ModelCall): readonly ChatMessage[] {
  const sent = sentMessages(call);
  const { parameters } = call;
  const formed =
    parameters !== undefined &&
    parameters !== null &&
    typeof parameters === "object" &&
    Object.hasOwn(parameters, "schema");
  if (!formed && call.promptName !== "agent") return sent;
  return sent.map((message, index) =>
    message.role === "assistant" && (formed || corrected(sent, index))
      ? { ...message, weight: 0 as const }
      : message,
  );
}

/** Whether a user message follows a reply and its results. */
function corrected(messages: readonly ChatMessage[], index: number): boolean {
  return messages.slice(index + 1).find(({ role }) => role !== "tool")?.role === "user";
}

/** Digests of every shorter dialogue that is a prefix of this one. */
function beginnings(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message, index) => {
    if (message.role !== "assistant" || index === messages.length - 1) return [];
    const upTo = messages.slice(0, index + 1);
    return [sameWords(upTo), goneOn(upTo)];
  });
}

/** Independent of the last reply's form: a call that a model wrote as text is later shown as a call. */
function goneOn(messages: readonly ChatMessage[]): string {
  return `gone on: ${sameWords(messages.slice(0, -1))}`;
}

function sameWords(messages: readonly ChatMessage[]): string {
  const words = messages.map((message) => {
    const { weight: _, ...rest } = message as AssistantMessage;
    return rest;
  });
  return digestJson(words as unknown as Json);
}
