/** What is called on the way: tools, sub-agents, programs, and the people who allow it. */
import { z } from "zod";
import { events, Link, Mapping, Value } from "./define.ts";

const decided = {
  tool: z.string(),
  version: z.int(),
  by: z
    .string()
    .nullable()
    .describe("Who said so, in words. Null: a version before this one did not record it."),
  hash: z.string().describe("Of the call that was asked about."),
  asked: Value,
};

const ran = {
  id: z.string(),
  calls: z.int(),
  simulated: z.int(),
  lines: z
    .array(z.object({ line: z.int(), changed: z.record(z.string(), z.string()) }))
    .describe("What each line at the program's top changed."),
};

const asked = {
  name: z.string(),
  signature: z.string(),
  arguments: z.array(Value),
  line: z.int(),
  state: z.record(z.string(), z.string()).describe("Variables of the program as they stood."),
  simulated: z.literal(true),
};

export const CALL_EVENTS = events({
  "tool-call": {
    meaning: "Something is called by name: a tool, an agent or a function of the engine.",
    data: z.object({
      id: z.string().describe("Of a program's calls it begins with the program's own."),
      name: z.string(),
      version: z.int().exactOptional().describe("Of a stored tool."),
      description: z
        .string()
        .exactOptional()
        .describe("Of several calls in a row, the first says what is called."),
      parameters: Mapping.exactOptional(),
      arguments: Mapping,
    }),
  },
  "tool-result": {
    meaning: "The call has its result.",
    data: z.discriminatedUnion("status", [
      z.object({ id: z.string(), status: z.literal("returned"), output: Value }),
      z.object({ id: z.string(), status: z.literal("failed"), error: z.string() }),
    ]),
    volatile: z.object({ wallMs: z.number() }).exactOptional(),
  },
  "approval-given": {
    meaning: "A person allowed a call, as it was asked for or with other arguments.",
    data: z.object({
      ...decided,
      decision: z.literal("approved"),
      arguments: Value.describe("What was allowed: another than `asked` where a person edited it."),
      edited: z.boolean(),
    }),
  },
  "approval-refused": {
    meaning: "A call was not allowed.",
    data: z.object({ ...decided, decision: z.literal("rejected"), reason: z.string() }),
  },
  "agent-start": {
    meaning: "A sub-agent begins, in a run of its own.",
    data: z.object({ agent: z.string(), message: z.string(), run: z.string() }),
    link: Link,
  },
  "program-start": {
    meaning: "A program over tools begins.",
    data: z.object({
      id: z.string(),
      code: z.string(),
      input: Value,
      tools: z.array(z.string()),
      gaps: z.array(z.string()).describe("Signatures of the functions that a model fills."),
    }),
  },
  "program-result": {
    meaning: "The program has ended.",
    data: z.discriminatedUnion("status", [
      z.object({ ...ran, status: z.literal("returned"), value: Value }),
      z.object({ ...ran, status: z.literal("empty") }),
      z.object({ ...ran, status: z.literal("threw"), message: z.string() }),
      z.object({ ...ran, status: z.literal("refused"), code: z.string(), reason: z.string() }),
    ]),
  },
  "semantic-call": {
    meaning: "A model stood in for a function that nobody wrote.",
    data: z.union([
      z.object({ ...asked, value: Value }),
      z.object({ ...asked, error: z.string() }),
    ]),
  },
});
