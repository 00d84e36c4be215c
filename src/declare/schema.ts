/**
 * The format of a manifest: language models, agents, tools, tasks and runs, each an object with a name.
 * Unknown keys are refused; the defaults of missing keys are defined here.
 */
import { z } from "zod";
import { ModelConfig, saysWhichModel } from "../core/config.ts";
import { Limits } from "../core/execution.ts";
import { Budget } from "../core/request.ts";
import { JsonSchema, ToolName } from "../core/tool.ts";
import { BUILTINS, type BuiltinName } from "./builtins.ts";

const Label = z
  .string()
  .regex(/^\S(?:[^\n\r]{0,98}\S)?$/, "one line of at most 100 characters, without space around it");

const Variable = z.string().regex(/^[A-Za-z_]\w*$/, "the name of an environment variable");

const Llm = z
  .strictObject({
    name: Label.describe("By this name agents refer to it."),
    provider: ModelConfig.shape.provider,
    model: ModelConfig.shape.model,
    path: ModelConfig.shape.path,
    memory_mib: ModelConfig.shape.memoryMiB,
    base_url: z
      .url({ protocol: /^https?$/ })
      .exactOptional()
      .describe("Address of the endpoint. Default: the provider's own."),
    api_key_env: Variable.exactOptional().describe(
      "The variable that holds the key. Default: `OPENAI_API_KEY` or `ANTHROPIC_API_KEY`.",
    ),
    api: ModelConfig.shape.api,
    tools: ModelConfig.shape.tools,
    structured_output: ModelConfig.shape.structuredOutput,
    terms: ModelConfig.shape.terms,
    timeout_seconds: ModelConfig.shape.timeoutSeconds,
    silence_seconds: ModelConfig.shape.silenceSeconds,
    max_concurrent: ModelConfig.shape.maxConcurrent,
    requests_per_minute: ModelConfig.shape.requestsPerMinute,
    max_retries: ModelConfig.shape.maxRetries,
    max_tokens: ModelConfig.shape.maxTokens,
    context_tokens: ModelConfig.shape.contextTokens,
    price: z
      .strictObject({
        input_per_million: z.number().min(0).describe("Dollars per million input tokens."),
        output_per_million: z.number().min(0).describe("Dollars per million output tokens."),
        cached_input_per_million: z
          .number()
          .min(0)
          .exactOptional()
          .describe("Dollars per million input tokens that the server has in its cache."),
      })
      .exactOptional()
      .describe("Price of the model. Default: the list price, if it is known."),
    extra_body: ModelConfig.shape.extraBody,
    parameters: z
      .strictObject({
        temperature: z
          .number()
          .min(0)
          .max(2)
          .exactOptional()
          .describe("How much the answers vary."),
      })
      .default({})
      .describe("Parameters of every call."),
  })
  .superRefine(saysWhichModel);

const ToolReference = z.union(
  [
    z.string().min(1),
    z.strictObject({ agent: z.string().min(1).describe("Name of an agent.") }),
    z.strictObject({ tool: z.string().min(1).describe("Name of a tool.") }),
  ],
  { error: "expected a tool's name, { tool: name } or { agent: name }" },
);
export type ToolReference = z.output<typeof ToolReference>;

const Agent = z.strictObject({
  name: ToolName.describe("By this name tasks and other agents refer to it."),
  description: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "What it can do, for those who delegate to it. Default: the first line of its system prompt.",
    ),
  system_prompt: z.string().min(1).describe("Who it is, in the first message to the model."),
  llm: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "Its model, by name. Default: the model of the configuration; where there is none, the first of the home's `llms`.",
    ),
  tools: z
    .array(ToolReference)
    .default([])
    .describe("What it may call: `add`, `{ tool: add }` or `{ agent: name }`."),
  max_turns: z
    .int()
    .min(1)
    .max(100)
    .exactOptional()
    .describe("Most calls of its model for one message. Default: 12."),
});

const Env = z
  .record(
    Variable,
    z.string().regex(/^\$[A-Za-z_]\w*$/, "a reference, as in $NAME: values are never written down"),
  )
  .default({})
  .describe("Variables of the command, each a reference `$NAME` to a variable of this process.");

const Image = z.string().min(1).describe("Image of the container.");

const commandFields = {
  command: z
    .string()
    .trim()
    .min(1)
    .describe(
      "The command line. Arguments arrive as JSON on standard input, as variables of the environment, and in `python` and `local_nodejs` as variables of the program.",
    ),
  env: Env,
  output: z
    .enum(["auto", "json", "text"])
    .default("auto")
    .describe("How standard output is read. `auto`: its last line, as JSON where it is JSON."),
};

const Executor = z
  .strictObject({
    python: z
      .strictObject({
        ...commandFields,
        image: Image.exactOptional(),
        requirements: z
          .array(z.string().min(1))
          .default([])
          .describe("Packages that have to be there. Nothing is installed."),
      })
      .exactOptional()
      .describe("Runs it where Python runs."),
    docker: z
      .strictObject({ ...commandFields, image: Image })
      .exactOptional()
      .describe("Runs it in a container of an image."),
    local_nodejs: z.strictObject(commandFields).exactOptional().describe("Runs it with Node."),
    local_bash: z.strictObject(commandFields).exactOptional().describe("Runs it with Bash."),
  })
  .describe("What runs the tool: one of these keys.");

const builtinNames = Object.keys(BUILTINS) as [BuiltinName, ...BuiltinName[]];

const ToolObject = z.strictObject({
  name: ToolName.describe("By this name agents refer to it."),
  description: z
    .string()
    .min(1)
    .exactOptional()
    .describe("What it does: a model chooses tools by it. A builtin has its own."),
  parameters: JsonSchema.default({ type: "object", properties: {} }).describe(
    "JSON Schema of an object with the parameters.",
  ),
  builtin: z.enum(builtinNames).exactOptional().describe("A function that the engine brings."),
  executor: Executor.exactOptional(),
  timeout_ms: Limits.shape.timeoutMs.unwrap().default(30_000).describe("For one call."),
  memory_mib: Limits.shape.memoryMiB.unwrap().default(128).describe("Memory of one call in MiB."),
});

const TaskObject = z.strictObject({
  name: Label.describe("By this name runs refer to it."),
  user_message: z.string().trim().min(1).describe("What the agent is asked."),
  agent: z.string().min(1).describe("The agent that is asked, by name."),
  budget: Budget.exactOptional().describe("What it may cost."),
});

const Run = z.strictObject({
  name: Label.describe("Name of the run. The same name and task are never run twice."),
  task: z.string().min(1).describe("The task that is run, by name."),
});

export const SECTIONS = {
  llms: Llm,
  agents: Agent,
  tools: ToolObject,
  tasks: TaskObject,
  runs: Run,
} as const;

export type Section = keyof typeof SECTIONS;
export type Body<S extends Section> = z.output<(typeof SECTIONS)[S]>;

/** Ordered so that objects come after those that they refer to. */
export const SECTION_NAMES = ["llms", "tools", "agents", "tasks", "runs"] as const;

/** Objects by section and name. */
export type Objects = { readonly [S in Section]: ReadonlyMap<string, Body<S>> };

export function nameOf(reference: ToolReference): string {
  if (typeof reference === "string") return reference;
  return "agent" in reference ? reference.agent : reference.tool;
}
