/** The journal of a request: what makes it durable. */
import { z } from "zod";
import { SPENDING_UNITS } from "../spending.ts";
import { events, Value } from "./define.ts";

/** `name#occurrence`, under the step around it. */
const key = z.string();
const Amounts = z.partialRecord(z.enum(SPENDING_UNITS), z.number());

export const JOURNAL_EVENTS = events({
  "step-started": {
    meaning: "A step begins.",
    data: z.object({
      key,
      input: Value.exactOptional().describe("What it is done with."),
      onUncertain: z
        .literal("ask")
        .exactOptional()
        .describe("There: a person decides when nobody knows whether its effect happened."),
    }),
    volatile: z.object({
      epoch: z.int().describe("Of the claim under which it began."),
      idempotencyKey: z.string(),
    }),
  },
  "step-done": {
    meaning: "A step has ended; its result is what every later attempt gets.",
    data: z.object({ key }),
    volatile: z.object({ result: Value }),
  },
  "step-failed": {
    meaning: "A step failed; a later attempt may do it again.",
    data: z.object({ key, error: z.string() }),
  },
  "wait-started": {
    meaning: "The request waits for a signal.",
    data: z.object({
      key,
      name: z.string(),
      question: Value.exactOptional().describe(
        "What is being asked, for the person who is to answer.",
      ),
      deadline: z.string().exactOptional().describe("ISO 8601."),
    }),
  },
  "wait-done": {
    meaning: "A wait is over.",
    data: z.object({
      key,
      signal: z
        .string()
        .nullable()
        .describe("Id of the signal that came. Null: the deadline passed."),
    }),
  },
  "sleep-started": {
    meaning: "The request sleeps until a time.",
    data: z.object({
      key,
      until: z.string().describe("ISO 8601."),
    }),
  },
  "signal-received": {
    meaning: "Something was sent to the request from outside.",
    data: z.object({
      id: z.string().describe("Chosen by the sender: the second one of an id is dropped."),
      name: z.string(),
      payload: Value,
    }),
  },
  "budget-reserved": {
    meaning: "A part of the budget is put aside before it is spent.",
    data: z.object({ key }),
    volatile: z.object({ amounts: Amounts }),
  },
  "budget-settled": {
    meaning: "What was really spent is entered, and the rest is free again.",
    data: z.object({ key }),
    volatile: z.object({ amounts: Amounts }),
  },
});
