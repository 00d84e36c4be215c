/** A request from its submission to its answer. */
import { z } from "zod";
import { Evidence } from "../evidence.ts";
import { Budget, RequestStatus } from "../request.ts";
import { events, Mapping, Value } from "./define.ts";
import { Shown } from "./model.ts";

/** How a request is to be worked on, as it is kept: a later process makes the same of it. */
export const RequestWork = z.strictObject({
  source: Value.describe(
    "Says where the task comes from; whoever submits also knows how to read it. Null: no task.",
  ),
  seed: z.int().min(0),
  budget: Budget.exactOptional().describe("For making one tool."),
  generator: z.string().exactOptional(),
  questions: z
    .enum(["made", "all"])
    .exactOptional()
    .describe(
      "There: a person is asked where programs that fit every case disagree. `made`: about a tool that it makes. `all`: a stored tool that is not trusted is made again for this.",
    ),
});
export type RequestWork = z.output<typeof RequestWork>;

const words = {
  objective: z.string(),
  requirements: z.array(z.string()),
  constraints: z.array(z.string()),
};

/** What an answer was held against, and by what. */
const Check = z.object({
  item: z.string(),
  kind: z.enum(["requirement", "constraint"]),
  by: z.enum(["case", "property", "judge", "unchecked"]),
  verdict: z.enum(["met", "unmet", "unclear"]),
  reason: z.string(),
});
const Checks = z.array(Check);

export const REQUEST_EVENTS = events({
  "request-submit": {
    meaning: "A person submitted a request, or an agent was handed a part of one.",
    data: z.object({
      ...words,
      examples: z.array(z.object({ args: z.array(Value), expected: Value })).exactOptional(),
      budget: Budget.exactOptional(),
      user: z.string().exactOptional(),
      files: z.array(z.string()).exactOptional(),
      images: z.array(Shown).exactOptional(),
      work: RequestWork.exactOptional().describe("Of a person's request."),
      agent: z
        .string()
        .exactOptional()
        .describe("There: the agent that was handed a part of another request."),
    }),
  },
  "request-status": {
    meaning: "The request went from one status to another.",
    data: z.object({
      from: RequestStatus,
      to: RequestStatus,
      cause: z.string(),
      actor: z.enum(["engine", "user"]),
    }),
  },
  "request-revised": {
    meaning: "The person changed the request while it ran; its words are now these.",
    data: z.object({
      ...words,
      revision: z
        .int()
        .min(2)
        .nullable()
        .describe("2 for the first change. Null: a version before this one did not count."),
      changed: z.array(z.string()).describe("Names of the fields that were replaced."),
      before: z
        .object(words)
        .nullable()
        .describe("The words until then. Null: a version before this one did not keep them."),
    }),
  },
  "answer-checked": {
    meaning: "An answer was held against the requirements and constraints.",
    data: z.object({ checks: Checks }),
  },
  "answer-given": {
    meaning: "The request has its answer.",
    data: z.object({
      answer: z.string(),
      value: Value.exactOptional().describe(
        "The same as data, where there is more to it than the text.",
      ),
      tool: z
        .object({ name: z.string(), version: z.int() })
        .nullable()
        .describe("The tool that was made or called for it, if any."),
      evidence: Evidence.exactOptional().describe("How sure it is that this tool is right."),
      checks: Checks,
      measures: Mapping.describe("Named figures of the task."),
      unchecked: z
        .string()
        .exactOptional()
        .describe("Why no result stands behind the answer: it is a model's word alone."),
    }),
  },
});
