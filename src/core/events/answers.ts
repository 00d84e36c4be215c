/** What a person was asked in words while a request ran, with what they answered. */
import { z } from "zod";
import { canonicalJson, type Json } from "../json.ts";
import type { EventOf } from "./schemas.ts";

export const ANSWER_TYPES = ["wait-started", "signal-received", "wait-done"] as const;

export interface Answered {
  readonly question: string;
  readonly reply: string;
}

/** A question in words, among all that a request can wait for. */
const Question = z.object({ kind: z.literal("question"), text: z.string() });

/** @returns Takes a request's events in order; gives the answer when it reads the end of its wait. */
export function answersIn(): (
  event: EventOf<(typeof ANSWER_TYPES)[number]>,
) => Answered | undefined {
  const questions = new Map<string, string>();
  const signals = new Map<string, Json>();
  return (event) => {
    switch (event.type) {
      case "wait-started": {
        const { data: question } = Question.safeParse(event.data.question);
        if (question !== undefined) questions.set(event.data.key, question.text);
        return undefined;
      }
      case "signal-received":
        signals.set(event.data.id, event.data.payload);
        return undefined;
      case "wait-done": {
        const { key, signal } = event.data;
        const question = questions.get(key);
        const said = signal === null ? undefined : signals.get(signal);
        return question === undefined || said === undefined
          ? undefined
          : { question, reply: wordsSaid(said) };
      }
    }
  };
}

/** What a person answers comes wrapped; other senders may say it plainly. */
function wordsSaid(payload: Json): string {
  const wrapped =
    payload !== null && typeof payload === "object" && Object.hasOwn(payload, "answer");
  const said = wrapped ? (Reflect.get(payload, "answer") as Json) : payload;
  return typeof said === "string" ? said : canonicalJson(said);
}
