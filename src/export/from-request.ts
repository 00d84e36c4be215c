/**
 * A request's run as one conversation: the request, the tools that were made and called, their results,
 * the answer. The run needs no model: a small model can learn from what the engine did by rule.
 */
import type { RunRecord } from "../trace/read/read.ts";
import { dialogueOf, requestOrigin, toolList, type Writers } from "./dialogue.ts";
import type { Conversation, Drop } from "./examples.ts";
import { toolsOf } from "./request-tools.ts";

/** @returns The conversation, or why there is none. */
export function fromRequest(record: RunRecord, writers: Writers): Conversation | Drop {
  const { summary, steps } = record;
  const drop = (reason: string): Drop => ({ run: summary.id, reason, count: 1 });
  const answer = steps.findLast((step) => step.kind === "answer");
  const tools = toolsOf(record);
  const dialogue = dialogueOf(record, steps);
  if (dialogue === undefined) return drop("no request was submitted in it");
  if (record.request?.agent !== undefined) {
    return drop("a sub-agent's: its calls of the model tell the conversation");
  }
  if (answer?.kind !== "answer") return drop("the request has no answer");
  if (dialogue.calls === 0) return drop("no tool was made or called for it");

  const content = answer.event.answer;
  if (content.trim() === "") return drop("its answer is empty");
  return {
    kind: "conversation",
    messages: [...dialogue.messages, { role: "assistant", content }],
    tools: toolList(record, tools),
    origin: requestOrigin(record, writers, [...tools.keys()], "tool-use"),
  };
}
