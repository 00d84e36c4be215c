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
    .enum(["openai", "anthropic"])
    .describe(
      "Which interface the endpoint speaks: `openai` (any OpenAI-compatible endpoint) or `anthropic` (messages).",
    ),
  baseUrl: z
    .url()
    .exactOptional()
    .describe("Address of the endpoint. Default: the provider's own."),
  model: z.string().min(1).describe("The model's name, as the endpoint knows it."),
  apiKeyEnv: z
    .string()
    .min(1)
    .describe("The environment variable that holds the key. The key itself is never written down."),
  api: z
    .enum(["chat", "responses"])
    .exactOptional()
    .describe(
      "Which interface of an OpenAI-compatible endpoint: chat completions (default) or responses.",
    ),
  tools: z
    .enum(["native", "words"])
    .exactOptional()
    .describe(
      "How the model is told of tools. `native` (default): in the field of the interface. `words`: in the prompt, and calls are read from the text; for open models.",
    ),
  structuredOutput: z
    .enum(["native", "words"])
    .exactOptional()
    .describe(
      "How the model is told of the schema of an answer. `native` (default): in the field of the interface, while the endpoint takes it. `words`: in the prompt.",
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
    .describe("Longest time for one reply, from the call to its end. Default 1800."),
  silenceSeconds: z
    .number()
    .positive()
    .max(86_400)
    .exactOptional()
    .describe(
      "Longest silence of the server, before a reply begins and between its pieces. Default 300.",
    ),
  maxConcurrent: z
    .int()
    .min(1)
    .max(1_024)
    .exactOptional()
    .describe(
      "Calls that the server gets at once, over all roles and requests of a process. Default: 8 for each role.",
    ),
  requestsPerMinute: z
    .number()
    .positive()
    .exactOptional()
    .describe(
      "Calls that start in a minute, evenly spaced, over all roles and requests of a process. Default: no limit.",
    ),
  maxRetries: z
    .int()
    .min(0)
    .max(20)
    .exactOptional()
    .describe("Further attempts after a failure that may pass. Default 4."),
  maxTokens: z
    .int()
    .min(16)
    .max(1_000_000)
    .exactOptional()
    .describe("Longest reply, in tokens. Default 4000."),
  contextTokens: z
    .int()
    .min(512)
    .max(100_000_000)
    .exactOptional()
    .describe(
      "Size of the server's context, in tokens. Replies are asked for that fit behind their request, and less is packed into a request. Default: not known.",
    ),
  price: z
    .strictObject({
      inputPerMillion: z.number().min(0).describe("Dollars for a million tokens that are sent."),
      outputPerMillion: z.number().min(0).describe("Dollars for a million tokens of replies."),
      cachedInputPerMillion: z
        .number()
        .min(0)
        .exactOptional()
        .describe("Dollars for a million tokens that the server has in its cache."),
    })
    .exactOptional()
    .describe(
      "Price of the model. Default: the list price, where it is known. A budget in dollars needs one.",
    ),
  extraBody: z
    .record(z.string(), Json)
    .exactOptional()
    .describe(
      "Fields that go into the body of each call as they are, e.g. `top_k: 20`. They outrank the engine's own.",
    ),
  samplers: z.int().min(1).max(1_024).describe("Calls in flight while a function evolves."),
  budgetTokens: z
    .int()
    .min(1)
    .exactOptional()
    .describe("Most tokens of one evolution run. They are reserved before they are spent."),
  budgetUsd: z
    .number()
    .positive()
    .exactOptional()
    .describe("Most dollars of one evolution run. They are reserved before they are spent."),
};

export const ModelConfig = z.strictObject({
  ...modelFields,
  provider: modelFields.provider.default("openai"),
  apiKeyEnv: modelFields.apiKeyEnv.default("OPENAI_API_KEY"),
  temperature: modelFields.temperature.default(0.8),
  samplers: modelFields.samplers.default(16),
});
export type ModelConfig = z.output<typeof ModelConfig>;

/** The roles of models; agents may name further roles. */
const ROLES = ["planner", "author", "tester", "judge", "simulator", "agent"] as const;

const TracesConfig = z.strictObject({
  maxDays: z
    .number()
    .positive()
    .exactOptional()
    .describe("Runs that ended longer ago are removed."),
  maxBytes: z
    .int()
    .min(1_000_000)
    .exactOptional()
    .describe("The oldest ended runs are removed until the rest fits."),
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
    .describe("Whether spans carry prompts, replies, arguments and results."),
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
        "Folder of the state: tools, traces, requests. It may hold a configuration file of its own.",
      ),
    seed: z.int().min(0).max(4_294_967_295).default(1).describe("Seed of every random choice."),
    workers: z
      .int()
      .min(1)
      .max(256)
      .default(() => availableParallelism())
      .describe("Sandbox slots: how many programs run at once. Default: one per core."),
    sandbox: z
      .string()
      .min(1)
      .default("auto")
      .describe(
        "Where programs run: `auto`, `isolate`, `container`, or the path of a module with a driver of your own.",
      ),
    sandboxes: SandboxByLanguage.default({}).describe(
      "The driver of single languages, by language. Naming `process` accepts what that driver does not hold. In a variable or flag: `python=container,shell=process`.",
    ),
    budgetSeconds: z.number().positive().default(45).describe("Seconds for making one tool."),
    budgetEvaluations: z
      .int()
      .min(1)
      .exactOptional()
      .describe(
        "Evaluations for making one tool, in place of seconds: the result then does not depend on the machine's speed.",
      ),
    model: ModelConfig.exactOptional().describe("The language model. Absent: what works offline."),
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
      .describe("Text files that every request may look things up in."),
    contextTokens: z
      .int()
      .min(100)
      .max(200_000)
      .default(2_000)
      .describe("Most tokens (estimated) of what a model is told about the context of a request."),
    mcpServers: McpServers.default({}).describe(
      "MCP servers whose tools are offered beside the engine's own, by name.",
    ),
    store: StoreConfig.prefault({}).describe("Where tools are kept."),
    embedder: EmbedderConfig.exactOptional().describe(
      "Finds tools by meaning too. Absent: by words alone.",
    ),
    novelty: z
      .number()
      .min(0.5)
      .max(1)
      .exactOptional()
      .describe(
        "Cosine similarity above which a program of a model counts as one that was there before. Needs `embedder`.",
      ),
    retireEvery: z
      .int()
      .min(0)
      .default(500)
      .describe(
        "After so many requests, tools that nobody uses are retired. 0: only by the command `tools retire`.",
      ),
    traces: TracesConfig.default({}).describe(
      "How much of old runs is kept. Applied when a command ends. Empty: everything is kept.",
    ),
    telemetry: TelemetryConfig.exactOptional().describe(
      "Where OpenTelemetry spans are sent. The trace is written in any case.",
    ),
    approvals: Approvals.prefault({}).describe("Which tool calls a person has to approve first."),
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
      else if (
        own.provider !== undefined &&
        own.provider !== model.provider &&
        own.model === undefined
      ) {
        fault(["roles", role, "model"], "another provider needs a model's name");
      }
    }
    const names = agents.map(({ name }) => name);
    if (new Set(names).size < names.length) fault(["agents"], "two agents share a name");
    const circle = agentCircle(agents);
    if (circle !== undefined) fault(["agents"], `${circle.join(" -> ")} is a circle of agents`);
  });
export type Config = z.output<typeof Config>;

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
  const { baseUrl: _, price: __, extraBody: ___, ...shared } = model;
  const base = own.provider !== undefined && own.provider !== model.provider ? shared : model;
  return ModelConfig.parse({ ...base, ...given });
}
