/**
 * The events that readers know, as loose schemas: fields that a reader does not use are ignored, and
 * an event that lacks what its reader needs is counted, not guessed.
 */
import { z } from "zod";
import { Json } from "../../core/json.ts";

const ModelToolCall = z.object({
  id: z.string(),
  name: z.string(),
  arguments: z.record(z.string(), Json),
});

/** Beside words: with its bytes, by its address, or as an export has put it aside. */
const Shown = z.union([
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
export type Shown = z.output<typeof Shown>;

/** A message as it was sent. Providers' nulls are empty text. */
const Message = z.object({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z
    .string()
    .nullish()
    .transform((content) => content ?? ""),
  toolCalls: z.array(ModelToolCall).exactOptional(),
  toolCallId: z.string().exactOptional(),
  name: z.string().exactOptional(),
  images: z.array(Shown).exactOptional(),
});

const ModelTool = z.object({
  name: z.string(),
  description: z.string().default(""),
  parameters: z.record(z.string(), Json).default({}),
});

/** Absent and null are the same to a reader. */
const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** What a tool shall do, in words and as a signature. */
const Spec = z.object({
  name: z.string(),
  description: z.string().default(""),
  signature: maybe(z.string()),
});

export const RunStart = z.object({
  kind: maybe(z.string()),
  config: maybe(Json),
  seed: maybe(z.union([z.number(), z.string()])),
  /** The task's name, or the task with its spec. */
  task: maybe(z.union([z.string(), Spec])),
  spec: maybe(Spec),
  generator: maybe(z.string()),
  /** The function that evolves. */
  entry: maybe(z.string()),
  language: maybe(z.string()),
  version: maybe(z.string()),
  /** The first training inputs: argument lists of the candidate. */
  inputs: maybe(z.array(z.array(Json))),
  /** By what the sealed cases are known. */
  sealed: maybe(z.object({ hashes: z.record(z.string(), z.array(z.string())) })),
});

export const ModelCallEvent = z.object({
  /** Pairs call and reply where it is there. */
  id: maybe(z.string()),
  role: maybe(z.string()),
  promptName: maybe(z.string()),
  promptVersion: maybe(z.union([z.string(), z.number()])),
  promptDigest: maybe(z.string()),
  messages: z.array(Message),
  tools: maybe(z.array(ModelTool)),
  parameters: maybe(Json),
  model: maybe(z.string()),
  terms: maybe(z.string()),
  promptGroup: maybe(z.string()),
  sampleIndex: maybe(z.int()),
});

export const ModelReplyEvent = z.object({
  id: maybe(z.string()),
  content: z
    .string()
    .nullish()
    .transform((content) => content ?? ""),
  toolCalls: z.array(ModelToolCall).default([]),
  finishReason: maybe(z.string()),
  usage: maybe(z.object({ inputTokens: z.number(), outputTokens: z.number() })),
  costUsd: maybe(z.number()),
  model: maybe(z.string()),
  promptGroup: maybe(z.string()),
  sampleIndex: maybe(z.int()),
});

export const CandidateEvent = z.object({
  index: z.int(),
  digest: z.string(),
  source: maybe(z.string()),
  operator: maybe(z.string()),
  generator: maybe(z.string()),
  parents: z.array(z.string()).default([]),
  island: maybe(z.int()),
  status: z.string(),
  fitness: maybe(z.number()),
  scores: maybe(z.array(z.number())),
  /** What went wrong, case by case. */
  feedback: maybe(z.array(z.string())),
  /** Of a failure: threw, timed-out and the like. */
  kind: maybe(z.string()),
  reason: maybe(z.string()),
  promptGroup: maybe(z.string()),
  sampleIndex: maybe(z.int()),
  /** Of the generator's own; a model's leads back to its call. */
  tag: maybe(z.string()),
  parentFitness: maybe(z.number()),
  terms: maybe(z.string()),
  /** Version of what scored it: scores of two versions are not compared. */
  evaluator: maybe(z.string()),
});

export const BestChange = z.object({ digest: z.string(), fitness: z.number() });
export const HeldOutResult = z.object({
  digest: z.string(),
  /** Absent where the task seals no cases. */
  score: maybe(z.number()),
  measures: maybe(z.record(z.string(), Json)),
});
export const RunResult = z.object({
  best: maybe(z.union([z.string(), z.object({ digest: z.string() })])),
});

export const RequestSubmit = z.object({
  objective: z.string(),
  requirements: z.array(z.string()).default([]),
  constraints: z.array(z.string()).default([]),
  examples: maybe(z.array(Json)),
  images: maybe(z.array(Shown)),
  user: maybe(z.string()),
  /** There: an agent was handed a part of another request. */
  agent: maybe(z.string()),
});
export const RequestGround = z.object({ task: maybe(z.string()), spec: maybe(Spec) });
export const RequestStatusEvent = z.object({ from: maybe(z.string()), to: z.string() });
export const AffordanceResult = z.object({
  query: maybe(z.string()),
  matches: z
    .array(
      z.object({
        name: z.string(),
        version: maybe(z.int()),
        score: maybe(z.number()),
        description: maybe(z.string()),
        parameters: maybe(z.record(z.string(), Json)),
      }),
    )
    .default([]),
  missing: Json.default([]),
});
export const ToolCreate = z.object({
  name: z.string(),
  description: z.string().default(""),
  parameters: maybe(z.record(z.string(), Json)),
});
export const ToolRegister = z.object({
  name: z.string(),
  version: maybe(z.int()),
  digest: maybe(z.string()),
  description: maybe(z.string()),
  parameters: maybe(z.record(z.string(), Json)),
});
export const RegistrationRefused = z.object({
  name: z.string(),
  reasons: z.array(z.string()).default([]),
});
export const ToolCallEvent = z.object({
  id: z.string(),
  name: z.string(),
  version: maybe(z.int()),
  description: maybe(z.string()),
  parameters: maybe(z.record(z.string(), Json)),
  /** There: `arguments` is a list of argument lists, the first of so many calls in one. */
  calls: maybe(z.int()),
  /** Else an object of arguments, or the list of them. */
  arguments: Json,
});
export const ToolResultEvent = z.object({
  id: z.string(),
  status: z.string(),
  output: Json.optional(),
  error: maybe(z.string()),
});
/** A person was asked, and what they said. The signal's id pairs them. */
export const WaitStart = z.object({
  key: z.string(),
  question: maybe(z.looseObject({ kind: maybe(z.string()), text: maybe(z.string()) })),
});
export const SignalReceived = z.object({ id: z.string(), payload: Json.default(null) });
export const WaitDone = z.object({ key: z.string(), signal: maybe(z.string()) });
export const RequestRevised = z.object({
  objective: z.string(),
  requirements: z.array(z.string()).default([]),
  constraints: z.array(z.string()).default([]),
});
/** `arguments` is what was allowed: another than `asked` where a person changed it. */
export const ApprovalGiven = z.object({
  tool: z.string(),
  asked: Json,
  arguments: Json,
  edited: z.boolean().default(false),
});
/** What an answer was held against, and by what. */
export const Checks = z.array(
  z.object({
    item: z.string(),
    by: maybe(z.string()),
    verdict: maybe(z.string()),
    reason: maybe(z.string()),
  }),
);
export const AnswerGiven = z.object({ answer: Json, checks: maybe(Checks) });
/** A sub-agent begins, in a run of its own. */
export const AgentStart = z.object({ agent: z.string(), run: z.string() });
/** Plan as code. Calls that it makes have ids that begin with its own. */
export const ProgramStart = z.object({
  id: z.string(),
  code: z.string(),
  input: Json.default(null),
  tools: z.array(z.string()).default([]),
});
export const ProgramResult = z.object({
  id: z.string(),
  status: z.string(),
  value: Json.optional(),
  message: maybe(z.string()),
  reason: maybe(z.string()),
});
/** A whole plan, or the one next step of it. */
export const PlanProposed = z.object({
  reason: z.string().default(""),
  because: maybe(z.string()),
  step: maybe(z.string()),
  steps: maybe(z.array(z.looseObject({ id: z.string(), kind: z.string() }))),
});

export type TraceMessage = z.output<typeof Message>;
export type TraceTool = z.output<typeof ModelTool>;
export type TraceSpec = z.output<typeof Spec>;
export type TraceCandidate = z.output<typeof CandidateEvent> & {
  /** Of a lean one, in place of its source: UTF-16 units. */
  readonly sourceLength?: number;
  readonly seq: number;
  readonly time: string;
};
