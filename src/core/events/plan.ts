/** What a request is grounded in, which tools could act, and what is planned. */
import { z } from "zod";
import { events, Mapping, Value, type Written } from "./define.ts";

const ContextItem = z.object({
  kind: z.enum(["past-outcome", "preference", "data"]),
  text: z.string(),
  source: z.string().describe("Run id, file or user that it comes from."),
});

/** A tool in the words of whoever would use it, before any was seen. */
const Hypothesis = z.object({
  name: z.string(),
  signature: z.string(),
  description: z.string(),
});

const Match = z.object({ name: z.string(), version: z.int(), score: z.number() });

const Tried = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("serves"),
    name: z.string(),
    version: z.int(),
    fitness: z.number(),
  }),
  z.object({
    status: z.literal("fails"),
    name: z.string(),
    version: z.int(),
    reason: z.string(),
  }),
]);

const step = { id: z.string(), dependsOn: z.array(z.string()) };
const PlannedStep = z.discriminatedUnion("kind", [
  z.object({ ...step, kind: z.literal("call-tool"), tool: z.string(), arguments: Mapping }),
  z.object({
    ...step,
    kind: z.literal("create-tool"),
    name: z.string(),
    description: z.string(),
    signature: z.string().exactOptional(),
  }),
  z.object({
    ...step,
    kind: z.literal("program"),
    code: z.string(),
    semantic: z.array(Hypothesis),
  }),
  z.object({ ...step, kind: z.literal("delegate"), agent: z.string(), message: z.string() }),
  z.object({ ...step, kind: z.literal("ask"), question: z.string() }),
  z.object({ ...step, kind: z.literal("answer"), text: z.string().exactOptional(), value: Value }),
]);
export type PlannedStep = Written<z.output<typeof PlannedStep>>;

/** What a planned step is about by name: a tool, an agent; undefined where it has none. */
export function aboutStep(planned: PlannedStep): string | undefined {
  switch (planned.kind) {
    case "call-tool":
      return planned.tool;
    case "create-tool":
      return planned.name;
    case "delegate":
      return planned.agent;
    case "program":
    case "ask":
    case "answer":
      return undefined;
  }
}

/** By rule a plan is the one next step; a model writes all of them. */
const NextStep = z.object({ step: z.enum(["create-tool", "call-tool"]), reason: z.string() });
const WholePlan = z.object({
  version: z.int().min(1),
  reason: z.string(),
  steps: z.array(PlannedStep),
  because: z.string().exactOptional().describe("Why the version before it did not do."),
  kept: z.array(z.string()).exactOptional().describe("Ids of steps that are done and stay so."),
  diff: z
    .object({
      added: z.array(z.string()),
      dropped: z.array(z.string()),
      changed: z.array(z.string()),
    })
    .exactOptional()
    .describe("Ids, against the version before it."),
});

export const PLAN_EVENTS = events({
  "request-ground": {
    meaning: "It was looked up what is known of the matter.",
    data: z.object({
      context: z.array(ContextItem),
      task: z
        .string()
        .exactOptional()
        .describe("By rule: the task that measures success, with how many inputs it came."),
      spec: Hypothesis.exactOptional(),
      inputs: z.int().exactOptional(),
      queries: z
        .record(z.string(), z.array(z.string()))
        .exactOptional()
        .describe("With a model: what was asked of each source, and what came of it."),
      tokens: z.number().exactOptional(),
      leftOut: z.int().exactOptional(),
      earlier: z.string().exactOptional().describe("An equal request that was served."),
    }),
  },
  "affordance-result": {
    meaning: "Stored tools that could act were looked for.",
    data: z.object({
      query: z.string(),
      hypotheses: z.array(Hypothesis),
      matches: z.array(Match),
      tried: z.array(Tried),
      missing: z.array(Hypothesis),
      degraded: z
        .string()
        .exactOptional()
        .describe("Why the store's answer is less than it could be."),
      rounds: z
        .int()
        .exactOptional()
        .describe("With a model: how often it was asked, and which tools meet which hypothesis."),
      resolved: z
        .array(
          z.object({
            hypothesis: z.string(),
            tools: z.array(Match.extend({ votes: z.int() })),
          }),
        )
        .exactOptional(),
      knownFrom: z.string().exactOptional().describe("The equal request whose tools these are."),
    }),
  },
  "plan-proposed": {
    meaning: "A plan was made: the next step, or all of them.",
    data: z.union([WholePlan, NextStep]),
  },
});
