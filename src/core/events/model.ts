/** Calls of language models. */
import { z } from "zod";
import { events, Mapping, type Written } from "./define.ts";

const ToolCall = z.object({ id: z.string(), name: z.string(), arguments: Mapping });

/** An image beside words: with its bytes, by its address, or as an export has put it aside. */
export const Shown = z.union([
  z.object({ type: z.literal("image"), url: z.string() }),
  z.object({ type: z.literal("image"), mimeType: z.string(), data: z.string() }),
  z.object({
    type: z.literal("image"),
    mimeType: z.string(),
    sha256: z.string(),
    bytes: z.int(),
    width: z.int(),
    height: z.int(),
  }),
]);
export type Shown = Written<z.output<typeof Shown>>;

/** A message as it was sent. */
const Message = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.string(),
  toolCalls: z.array(ToolCall).exactOptional(),
  toolCallId: z.string().exactOptional(),
  name: z.string().exactOptional(),
  images: z.array(Shown).exactOptional(),
});
export type TraceMessage = Written<z.output<typeof Message>>;

const ModelTool = z.object({ name: z.string(), description: z.string(), parameters: Mapping });

const said = {
  content: z.string(),
  toolCalls: z.array(ToolCall),
  finishReason: z.enum(["stop", "length", "tool-calls", "refused", "other"]),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).exactOptional(),
  model: z.string(),
  costUsd: z
    .number()
    .exactOptional()
    .describe("US dollars. Absent: the price is not known, which is not zero."),
};

export const RecordedReply = z.object(said);

/** One call as it is kept for replays. A failure is recorded as well, for it is replayed too. */
export const RecordedCall = z.object({
  requestDigest: z.string(),
  occurrence: z.int().min(0).describe("How many calls with this digest started before."),
  outcome: z.discriminatedUnion("status", [
    z.object({ status: z.literal("replied"), reply: RecordedReply }),
    z.object({
      status: z.literal("failed"),
      code: z.string(),
      message: z.string(),
      retryable: z.boolean(),
      facts: Mapping,
    }),
  ]),
});
export type RecordedCall = Written<z.output<typeof RecordedCall>>;

/** What a generator made of a reply. */
const Outcome = z
  .discriminatedUnion("status", [
    z.object({ status: z.literal("proposed"), source: z.string() }),
    z.object({ status: z.literal("failed"), reason: z.string() }),
  ])
  .exactOptional();

export const MODEL_EVENTS = events({
  "model-call": {
    meaning: "A model is asked.",
    data: z.object({
      id: z.string().describe("Pairs call and reply."),
      role: z.string(),
      promptName: z.string(),
      promptVersion: z.string(),
      promptDigest: z.string(),
      messages: z.array(Message),
      tools: z.array(ModelTool).exactOptional(),
      parameters: z
        .object({
          temperature: z.number().exactOptional(),
          seed: z.number().exactOptional(),
          schema: z.string().exactOptional(),
        })
        .describe("`schema`: the name of the form that the reply has to have."),
      model: z.string().describe("`driver:model`."),
      terms: z.string().describe("For training on its output."),
      promptGroup: z
        .string()
        .exactOptional()
        .describe(
          "Of a generator's call. Equal for samples of one rendered prompt about the same parents.",
        ),
      sampleIndex: z.int().exactOptional(),
      turn: z
        .int()
        .exactOptional()
        .describe("0: the first question. 1: the one that told a failure back."),
      parents: z.array(z.string()).exactOptional(),
      temperature: z.number().exactOptional(),
      seed: z.number().exactOptional(),
    }),
  },
  "model-reply": {
    meaning: "The model has answered, or failed to.",
    data: z.union([
      z.object({ id: z.string(), ...said, outcome: Outcome }),
      z.object({
        id: z.string(),
        error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }),
        outcome: Outcome,
      }),
    ]),
  },
  "help-missing": {
    meaning: "Something that helps a request failed, and the request went on without it.",
    data: z.object({
      name: z.string().describe("Of the prompt; `memory`: what the home remembers."),
      code: z.string(),
      message: z.string(),
      instead: z.string().describe("What the request went on with."),
    }),
  },
  "model-recorded": {
    meaning: "A reply as a run's models gave it, in the run of replies beside it.",
    data: RecordedCall,
  },
});
