/** One step of a plan, in the format that a planner writes. */
import { z } from "zod";
import { type Json, JsonObject } from "../core/json.ts";
import { type JsonSchema, ToolName } from "../core/tool.ts";
import { quoteJson } from "./callable.ts";
import { parseReference, referencesIn } from "./references.ts";

const MaybeValue = z
  .unknown()
  .optional()
  .transform((value) => (value ?? null) as Json);
const absent = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

const common = {
  id: z.string().regex(/^[A-Za-z_]\w{0,39}$/, "an id of letters, digits and _ (at most 40)"),
  dependsOn: z
    .array(z.string().meta({ maxLength: 40 }))
    .meta({ maxItems: 20 })
    .nullish()
    .transform((ids) => ids ?? []),
};

/** A function that a program calls and a model implements at run time. */
const SemanticGap = z.object({
  name: ToolName,
  signature: z.string().min(1).meta({ maxLength: 300 }),
  description: z.string().min(1).meta({ maxLength: 600 }),
});

const Called = z.string().min(1).meta({ maxLength: 200 });
const CallTool = z.object({
  ...common,
  kind: z.literal("call-tool"),
  tool: Called,
  arguments: JsonObject.nullish().transform((given) => given ?? {}),
});
const CreateTool = z.object({
  ...common,
  kind: z.literal("create-tool"),
  name: ToolName,
  description: z.string().min(1).meta({ maxLength: 1_000 }),
  signature: absent(z.string().meta({ maxLength: 300 })),
});
const Program = z.object({
  ...common,
  kind: z.literal("program"),
  code: z.string().min(1),
  semantic: z
    .array(SemanticGap)
    .meta({ maxItems: 8 })
    .nullish()
    .transform((gaps) => gaps ?? []),
});
const Delegate = z.object({
  ...common,
  kind: z.literal("delegate"),
  agent: Called,
  message: z.string().min(1),
});
const AskPerson = z.object({ ...common, kind: z.literal("ask"), question: z.string().min(1) });
const GiveAnswer = z.object({
  ...common,
  kind: z.literal("answer"),
  text: absent(z.string()),
  value: MaybeValue,
});

export const Step = z.discriminatedUnion("kind", [
  CallTool,
  CreateTool,
  Program,
  Delegate,
  AskPerson,
  GiveAnswer,
]);
export type Step = z.output<typeof Step>;
export type StepOf<Kind extends Step["kind"]> = Step & { readonly kind: Kind };

/** The names that a plan may use. */
export interface StepNames {
  readonly callable: readonly string[];
  readonly agents: readonly string[];
  /** Names of tools that can be created. Absent: any name. */
  readonly creatable?: readonly string[];
}

/**
 * A step in JSON Schema, for the planner alone: only the kinds and the names that are of use here, so
 * that a model that is held to the schema cannot name what does not exist. `Step` accepts more.
 */
export function stepSchema({ callable, agents, creatable }: StepNames): JsonSchema {
  const called = creatable === undefined ? undefined : [...callable, ...creatable];
  const kinds = [
    ...(called?.length === 0 ? [] : [CallTool.extend({ tool: oneOf(Called, called) })]),
    ...(creatable?.length === 0 ? [] : [CreateTool.extend({ name: oneOf(ToolName, creatable) })]),
    Program,
    ...(agents.length === 0 ? [] : [Delegate.extend({ agent: oneOf(Called, agents) })]),
    AskPerson,
    GiveAnswer,
  ];
  const { $schema: _, ...schema } = z.toJSONSchema(z.union(kinds), {
    io: "input",
    unrepresentable: "any",
  });
  return schema as JsonSchema;
}

function oneOf(text: z.ZodString, names: readonly string[] | undefined): z.ZodString {
  return names === undefined ? text : z.string().meta({ enum: [...names] });
}

/** The values of a step that may contain references. */
export function valuesOf(step: Step): readonly Json[] {
  switch (step.kind) {
    case "call-tool":
      return [step.arguments];
    case "answer":
      return [step.value];
    case "create-tool":
    case "program":
    case "delegate":
    case "ask":
      return [];
  }
}

/** Ids of steps that must be done first: the listed ones and those that references name. */
export function dependenciesOf(step: Step): readonly string[] {
  const taken = valuesOf(step)
    .flatMap(referencesIn)
    .flatMap((text) => parseReference(text)?.step ?? []);
  return [...new Set([...step.dependsOn, ...taken])];
}

/** Dependencies, plus the step that creates the tool which a step calls. */
export function predecessorsOf(step: Step, steps: readonly Step[]): readonly string[] {
  const makers =
    step.kind === "call-tool"
      ? steps.filter((other) => other.kind === "create-tool" && other.name === step.tool)
      : step.kind === "answer"
        ? steps.filter((other) => other.id !== step.id)
        : [];
  return [...new Set([...dependenciesOf(step), ...makers.map(({ id }) => id)])];
}

/** What a step does, as a short text for a prompt. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "call-tool":
      return `${step.tool} ${quoteJson(step.arguments, 500)}`;
    case "create-tool":
      return `create ${step.name}`;
    case "program":
      return "program";
    case "delegate":
      return `${step.agent}: ${step.message}`;
    case "ask":
      return `asked: ${step.question}`;
    case "answer":
      return "answer";
  }
}
