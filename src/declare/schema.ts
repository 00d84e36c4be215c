/**
 * What a manifest says: language models, agents, tools, tasks and runs, each an object with a name.
 * Unknown keys are refused; what is left out has the default that stands here.
 */
import { z } from "zod";
import { Limits } from "../core/execution.ts";
import { Budget } from "../core/request.ts";
import { JsonSchema, ToolName } from "../core/tool.ts";
import { BUILTINS, type BuiltinName } from "./builtins.ts";

const Label = z
  .string()
  .regex(/^\S(?:[^\n\r]{0,98}\S)?$/, "one line of at most 100 characters, without space around it");

const Variable = z.string().regex(/^[A-Za-z_]\w*$/, "the name of an environment variable");

const Llm = z.strictObject({
  name: Label,
  provider: z.enum(["openai", "anthropic"]).default("openai"),
  model: z.string().min(1),
  /** Of any endpoint that speaks the provider's dialect. */
  base_url: z.url({ protocol: /^https?$/ }).exactOptional(),
  /** The variable that holds the key. Default: `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`. */
  api_key_env: Variable.exactOptional(),
  api: z.enum(["chat", "responses"]).exactOptional(),
  tools: z.enum(["native", "words"]).exactOptional(),
  structured_output: z.enum(["native", "words"]).exactOptional(),
  terms: z.string().min(1).exactOptional(),
  parameters: z.strictObject({ temperature: z.number().min(0).max(2).exactOptional() }).default({}),
});

/** `add`, `tool: add` and `agent: name`. */
const ToolReference = z.union(
  [
    z.string().min(1),
    z.strictObject({ agent: z.string().min(1) }),
    z.strictObject({ tool: z.string().min(1) }),
  ],
  { error: "expected a tool's name, { tool: name } or { agent: name }" },
);
export type ToolReference = z.output<typeof ToolReference>;

const Agent = z.strictObject({
  name: ToolName,
  /** For whoever delegates to it. Default: its system prompt's first line. */
  description: z.string().min(1).exactOptional(),
  system_prompt: z.string().min(1),
  /** Default: the model that is configured; where none is, the first of the home's `llms`. */
  llm: z.string().min(1).exactOptional(),
  tools: z.array(ToolReference).default([]),
  max_turns: z.int().min(1).max(100).exactOptional(),
});

const Env = z.record(
  Variable,
  z.string().regex(/^\$[A-Za-z_]\w*$/, "a reference, as in $NAME: values are never written down"),
);

const commandFields = {
  command: z.string().trim().min(1),
  env: Env.default({}),
  /** How standard output is read; `auto`: its last line, as JSON where it is JSON. */
  output: z.enum(["auto", "json", "text"]).default("auto"),
};

/** One of these keys. */
const Executor = z.strictObject({
  python: z
    .strictObject({
      ...commandFields,
      image: z.string().min(1).exactOptional(),
      requirements: z.array(z.string().min(1)).default([]),
    })
    .exactOptional(),
  docker: z.strictObject({ ...commandFields, image: z.string().min(1) }).exactOptional(),
  local_nodejs: z.strictObject(commandFields).exactOptional(),
  local_bash: z.strictObject(commandFields).exactOptional(),
});

const builtinNames = Object.keys(BUILTINS) as [BuiltinName, ...BuiltinName[]];

const ToolObject = z.strictObject({
  name: ToolName,
  description: z.string().min(1).exactOptional(),
  /** JSON Schema of an object. */
  parameters: JsonSchema.default({ type: "object", properties: {} }),
  builtin: z.enum(builtinNames).exactOptional(),
  executor: Executor.exactOptional(),
  timeout_ms: Limits.shape.timeoutMs.unwrap().default(30_000),
  memory_mib: Limits.shape.memoryMiB.unwrap().default(128),
});

const TaskObject = z.strictObject({
  name: Label,
  user_message: z.string().trim().min(1),
  agent: z.string().min(1),
  budget: Budget.exactOptional(),
});

const Run = z.strictObject({ name: Label, task: z.string().min(1) });

export const SECTIONS = {
  llms: Llm,
  agents: Agent,
  tools: ToolObject,
  tasks: TaskObject,
  runs: Run,
} as const;

export type Section = keyof typeof SECTIONS;
export type Body<S extends Section> = z.output<(typeof SECTIONS)[S]>;

/** In the order in which they refer to each other. */
export const SECTION_NAMES = ["llms", "tools", "agents", "tasks", "runs"] as const;

/** Objects by section and name. */
export type Objects = { readonly [S in Section]: ReadonlyMap<string, Body<S>> };

export function nameOf(reference: ToolReference): string {
  if (typeof reference === "string") return reference;
  return "agent" in reference ? reference.agent : reference.tool;
}
