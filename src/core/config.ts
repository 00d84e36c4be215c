/** The configuration: one schema with defaults. src/engine/load-config.ts reads it. */
import { availableParallelism } from "node:os";
import { z } from "zod";
import { AgentConfig, agentCircle } from "./agent.ts";
import { Approvals } from "./approvals.ts";
import { Language } from "./execution.ts";
import { Json } from "./json.ts";
import { McpServers } from "./mcp-servers.ts";
import type { Budget } from "./request.ts";
import { EmbedderConfig, StoreConfig } from "./store.ts";

/** The settings of a model. */
const modelFields = {
  provider: z
    .enum(["openai", "anthropic", "local"])
    .describe(
      "The API of the endpoint: `openai` (any OpenAI-compatible endpoint) or `anthropic` (Messages API). `local`: no endpoint, the model file of `path`.",
    ),
  driver: z
    .enum(["openai", "anthropic", "local"])
    .exactOptional()
    .describe("Another name for `provider`; it counts more."),
  path: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "The model file (GGUF) of a local model. It runs in this process, by the optional package `node-llama-cpp`.",
    ),
  memoryMiB: z
    .int()
    .min(1)
    .exactOptional()
    .describe(
      "Maximum memory of all local models together, in MiB. Models that do not fit beside each other are loaded in turn. Default: what is free.",
    ),
  baseUrl: z
    .url()
    .exactOptional()
    .describe("Address of the endpoint. Default: the provider's own."),
  model: z
    .string()
    .describe("The model's name, as the endpoint knows it. A local model needs none."),
  apiKeyEnv: z
    .string()
    .min(1)
    .describe("The environment variable that holds the key. The key itself is never stored."),
  api: z
    .enum(["chat", "responses"])
    .exactOptional()
    .describe("The API of an OpenAI-compatible endpoint: chat completions (default) or responses."),
  tools: z
    .enum(["native", "words"])
    .exactOptional()
    .describe(
      "How tools are passed to the model. `native` (default): in the API's own field. `words`: in the prompt, and calls are parsed from the text; for open models.",
    ),
  structuredOutput: z
    .enum(["native", "words"])
    .exactOptional()
    .describe(
      "How the schema of an answer is passed to the model. `native` (default): in the API's own field, if the endpoint accepts it. `words`: in the prompt.",
    ),
  terms: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "Terms under which its output may be used, e.g. `open-weights:apache-2.0`. Exports for training filter by them.",
    ),
  temperature: z.number().min(0).max(2).describe("How much the answers vary."),
  timeoutSeconds: z
    .number()
    .positive()
    .max(86_400)
    .exactOptional()
    .describe("Maximum time for one reply, from the call to its end. Default 1800."),
  silenceSeconds: z
    .number()
    .positive()
    .max(86_400)
    .exactOptional()
    .describe(
      "Maximum time without data from the server, before a reply starts and between its parts. Default 300.",
    ),
  maxConcurrent: z
    .int()
    .min(1)
    .max(1_024)
    .exactOptional()
    .describe(
      "Maximum number of concurrent calls to the server, over all roles and requests of a process. Below it, the number adapts: it begins with one or two and grows while the server gives more replies per second. Default: no maximum.",
    ),
  requestsPerMinute: z
    .number()
    .positive()
    .exactOptional()
    .describe(
      "Maximum number of calls per minute, evenly spaced, over all roles and requests of a process. Default: no limit.",
    ),
  maxRetries: z
    .int()
    .min(0)
    .max(20)
    .exactOptional()
    .describe("Retries after a temporary failure. Default 4."),
  maxTokens: z
    .int()
    .min(16)
    .max(1_000_000)
    .exactOptional()
    .describe("Maximum length of a reply, in tokens. Default 4000."),
  contextTokens: z
    .int()
    .min(512)
    .max(100_000_000)
    .exactOptional()
    .describe(
      "Size of the server's context window, in tokens. Request and reply together are kept within it. Default: not known.",
    ),
  price: z
    .strictObject({
      inputPerMillion: z.number().min(0).describe("Dollars per million input tokens."),
      outputPerMillion: z.number().min(0).describe("Dollars per million output tokens."),
      cachedInputPerMillion: z
        .number()
        .min(0)
        .exactOptional()
        .describe("Dollars per million input tokens that the server has in its cache."),
    })
    .exactOptional()
    .describe(
      "Price of the model. Default: the list price, if it is known. A budget in dollars needs a price.",
    ),
  extraBody: z
    .record(z.string(), Json)
    .exactOptional()
    .describe(
      "Fields that are added unchanged to the body of each call, e.g. `top_k: 20`. They override the engine's own fields.",
    ),
  samplers: z.int().min(1).max(1_024).describe("Concurrent calls while a function evolves."),
  budgetTokens: z
    .int()
    .min(1)
    .exactOptional()
    .describe("Maximum tokens of one evolution run. They are reserved before they are spent."),
  budgetUsd: z
    .number()
    .positive()
    .exactOptional()
    .describe("Maximum dollars of one evolution run. They are reserved before they are spent."),
};

/** A local model needs its file, any other one its name. */
export function saysWhichModel(
  model: Pick<z.output<z.ZodObject<typeof modelFields>>, "driver" | "provider" | "path" | "model">,
  context: z.core.$RefinementCtx,
): void {
  const needed = isLocal(model) ? "path" : "model";
  if ((model[needed] ?? "") !== "") return;
  context.addIssue({ code: "invalid_type", expected: "string", input: undefined, path: [needed] });
}

export const ModelConfig = z
  .strictObject({
    ...modelFields,
    provider: modelFields.provider.default("openai"),
    model: modelFields.model.default(""),
    apiKeyEnv: modelFields.apiKeyEnv.default("OPENAI_API_KEY"),
    temperature: modelFields.temperature.default(0.8),
    samplers: modelFields.samplers.default(16),
    waitSeconds: z
      .number()
      .min(0)
      .max(2_592_000)
      .exactOptional()
      .describe(
        "Maximum time that a request waits for a server that is away, is loading or asks for patience. It tries again after 2 seconds, later each time, at least every 5 minutes. 0: the request fails at once. Default 86400.",
      ),
  })
  .superRefine(saysWhichModel);
export type ModelConfig = z.output<typeof ModelConfig>;

/** How a model is reached. */
export function driverName({
  driver,
  provider,
}: Pick<ModelConfig, "driver" | "provider">): ModelConfig["provider"] {
  return driver ?? provider;
}

/** Whether the model is a file that runs in this process. */
function isLocal(model: Pick<ModelConfig, "driver" | "provider">): boolean {
  return driverName(model) === "local";
}

/** The roles of models; agents may name further roles. */
const ROLES = ["planner", "author", "tester", "judge", "simulator", "agent"] as const;

const TracesConfig = z.strictObject({
  maxDays: z
    .number()
    .positive()
    .exactOptional()
    .describe("Runs that ended more than this many days ago are deleted."),
  maxBytes: z
    .int()
    .min(1_000_000)
    .exactOptional()
    .describe("The oldest ended runs are deleted until the others fit."),
});

const TelemetryConfig = z.strictObject({
  endpoint: z.url().describe("Receiver of spans (OTLP over HTTP), e.g. `http://127.0.0.1:4318`."),
  headersEnv: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      "The environment variable that holds headers for the receiver, as `name=value,name=value`.",
    ),
  content: z
    .boolean()
    .default(false)
    .describe("Whether spans contain prompts, replies, arguments and results."),
});

const SandboxByLanguage = z.preprocess(
  (value) =>
    typeof value !== "string"
      ? value
      : Object.fromEntries(value.split(",").map((pair) => pair.trim().split(/=(.*)/s, 2))),
  z.partialRecord(Language.exclude(["mcp", "command"]), z.string().min(1)),
);

export const Config = z
  .strictObject({
    home: z
      .string()
      .min(1)
      .default(".toolwright")
      .describe(
        "Folder of all stored data: tools, traces, requests. It may contain its own configuration file.",
      ),
    seed: z.int().min(0).max(4_294_967_295).default(1).describe("Seed of every random choice."),
    workers: z
      .int()
      .min(1)
      .max(256)
      .default(() => availableParallelism())
      .describe(
        "Sandbox slots: the number of programs that run at the same time. Default: one per core.",
      ),
    sandbox: z
      .string()
      .min(1)
      .default("auto")
      .describe(
        "Where programs run: `auto`, `isolate`, `container`, or the path of a module with your own driver.",
      ),
    sandboxes: SandboxByLanguage.default({}).describe(
      "The driver of each language. Naming `process` accepts what this driver does not guarantee. In a variable or flag: `python=container,shell=process`.",
    ),
    budgetSeconds: z.number().positive().default(45).describe("Seconds to make one tool."),
    budgetEvaluations: z
      .int()
      .min(1)
      .exactOptional()
      .describe(
        "Evaluations to make one tool, instead of seconds: then the result does not depend on the machine's speed.",
      ),
    model: ModelConfig.exactOptional().describe(
      "The language model. Absent: only what works offline.",
    ),
    roles: z
      .record(z.string(), z.strictObject(modelFields).partial())
      .default({})
      .describe(
        "What differs from `model`, by role: planner, author, tester, judge, simulator, agent, or a role that an agent names.",
      ),
    agents: z.array(AgentConfig).default([]).describe("Sub-agents that a plan may delegate to."),
    data: z
      .array(z.string().min(1))
      .default([])
      .describe("Text files that every request may search."),
    contextTokens: z
      .int()
      .min(100)
      .max(200_000)
      .default(2_000)
      .describe("Maximum size of a request's context for a model, in estimated tokens."),
    mcpServers: McpServers.default({}).describe(
      "MCP servers by name. Their tools are offered together with the engine's own.",
    ),
    store: StoreConfig.prefault({}).describe("Where tools are stored."),
    embedder: EmbedderConfig.exactOptional().describe(
      "Adds search by meaning. Absent: search only by words.",
    ),
    novelty: z
      .number()
      .min(0.5)
      .max(1)
      .exactOptional()
      .describe(
        "Cosine similarity above which a model's program counts as a repetition. Needs `embedder`.",
      ),
    retireEvery: z
      .int()
      .min(0)
      .default(500)
      .describe(
        "Unused tools are retired each time this many requests have run. 0: only by the command `tools retire`.",
      ),
    traces: TracesConfig.default({}).describe(
      "Retention of old runs. Applied when a command ends. Empty: everything is kept.",
    ),
    telemetry: TelemetryConfig.exactOptional().describe(
      "Where OpenTelemetry spans are sent. The trace is written in any case.",
    ),
    approvals: Approvals.prefault({}).describe("Which tool calls need a person's approval first."),
    provisionalTools: z
      .enum(["warn", "own"])
      .default("warn")
      .describe(
        "Which requests may use a tool whose evidence is weak. `warn` (default): all, and the answer says so. `own`: only the request that made it.",
      ),
    prompts: z
      .record(z.string(), z.string())
      .default({})
      .describe("Files whose text replaces a prompt, by the prompt's name (`prompts ls`)."),
  })
  .superRefine(({ model, roles, agents }, context) => {
    const known = new Set<string>([...ROLES, ...agents.map((agent) => agent.model)]);
    const fault = (path: string[], message: string): void =>
      context.addIssue({ code: "custom", path, message });
    for (const [role, own] of Object.entries(roles)) {
      if (!known.has(role)) {
        fault(["roles", role], `no role of this name; there are ${[...known].join(", ")}`);
      }
      if (model === undefined) fault(["roles", role], "a default `model` is needed beside it");
      else if (isElsewhere(own, model) && own.model === undefined && own.path === undefined) {
        fault(["roles", role, "model"], "another provider needs a model's name");
      }
    }
    const names = agents.map(({ name }) => name);
    if (new Set(names).size < names.length) fault(["agents"], "two agents share a name");
    const circle = agentCircle(agents);
    if (circle !== undefined) fault(["agents"], `${circle.join(" -> ")} is a circle of agents`);
  });
export type Config = z.output<typeof Config>;

/** How long a request waits for a model whose server is away. */
export function modelWaitSeconds({ model }: Pick<Config, "model">): number {
  return model?.waitSeconds ?? 86_400;
}

/** The default budget to make one tool. */
export function toolBudget({
  budgetSeconds,
  budgetEvaluations,
}: Pick<Config, "budgetSeconds" | "budgetEvaluations">): Budget {
  return budgetEvaluations === undefined
    ? { seconds: budgetSeconds }
    : { evaluations: budgetEvaluations };
}

/** The size of a request's context, limited so that the planner's context has room for the rest. */
export function groundingTokens(config: Config): number {
  const whole = modelOfRole(config, "planner")?.contextTokens;
  return whole === undefined
    ? config.contextTokens
    : Math.min(config.contextTokens, Math.floor(whole / 4));
}

/** The model settings of a role; undefined: no model is configured. */
export function modelOfRole(
  { model, roles }: Pick<Config, "model" | "roles">,
  role: string,
): ModelConfig | undefined {
  const own = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (own === undefined) return model;
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  // A role from a manifest needs no default model.
  if (model === undefined) return ModelConfig.parse(given);
  // The default's address, price and fields do not apply to another provider.
  const { baseUrl: _, price: __, extraBody: ___, driver: ____, ...shared } = model;
  const base = isElsewhere(own, model) ? shared : model;
  return ModelConfig.parse({ ...base, ...given });
}

interface Role {
  readonly driver?: ModelConfig["provider"] | undefined;
  readonly provider?: ModelConfig["provider"] | undefined;
}

/** Whether a role reaches its model in another way than the default one. */
function isElsewhere({ driver, provider }: Role, model: ModelConfig): boolean {
  const own = driver ?? provider;
  return own !== undefined && own !== driverName(model);
}
