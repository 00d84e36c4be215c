/** The configuration: one schema, with its defaults. Where it is read from: src/engine/load-config.ts. */
import { availableParallelism } from "node:os";
import { z } from "zod";
import { AgentConfig, agentCircle } from "./agent.ts";
import { Approvals } from "./approvals.ts";
import { Language } from "./execution.ts";
import { McpServers } from "./mcp-servers.ts";
import type { Budget } from "./request.ts";
import { EmbedderConfig, StoreConfig } from "./store.ts";

/** What can be said of a model. */
const modelFields = {
  /** `openai`: any OpenAI-compatible endpoint. `anthropic`: the messages dialect. */
  provider: z.enum(["openai", "anthropic"]),
  baseUrl: z.url().exactOptional(),
  model: z.string().min(1),
  /** The environment variable that holds the key; the key itself is never written down. */
  apiKeyEnv: z.string().min(1),
  /** Of an OpenAI-compatible endpoint: chat completions (default), or the responses interface. */
  api: z.enum(["chat", "responses"]).exactOptional(),
  /** `words`: tools go into the prompt, and calls are read from the text. For open models. Default `native`. */
  tools: z.enum(["native", "words"]).exactOptional(),
  /** `words`: the schema goes into the prompt; else the endpoint's own field, while it has one. */
  structuredOutput: z.enum(["native", "words"]).exactOptional(),
  /** Under which terms its output may be used, e.g. `open-weights:apache-2.0`. */
  terms: z.string().min(1).exactOptional(),
  temperature: z.number().min(0).max(2),
  /** Calls in flight while a function evolves. */
  samplers: z.int().min(1).max(1_024),
  /** For one evolution run; reserved before they are spent. */
  budgetTokens: z.int().min(1).exactOptional(),
  budgetUsd: z.number().positive().exactOptional(),
};

export const ModelConfig = z.strictObject({
  ...modelFields,
  provider: modelFields.provider.default("openai"),
  apiKeyEnv: modelFields.apiKeyEnv.default("OPENAI_API_KEY"),
  temperature: modelFields.temperature.default(0.8),
  samplers: modelFields.samplers.default(16),
});
export type ModelConfig = z.output<typeof ModelConfig>;

/** Who asks a model for what; agents may name roles of their own. */
const ROLES = ["planner", "author", "tester", "judge", "simulator", "agent"] as const;

const TracesConfig = z.strictObject({
  maxDays: z.number().positive().exactOptional(),
  maxBytes: z.int().min(1_000_000).exactOptional(),
});

const TelemetryConfig = z.strictObject({
  /** OTLP over HTTP, e.g. `http://127.0.0.1:4318`. */
  endpoint: z.url(),
  /** The environment variable that holds `name=value,name=value`. */
  headersEnv: z.string().min(1).exactOptional(),
  /** Whether prompts, replies, arguments and results go along. */
  content: z.boolean().default(false),
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
    /** Where state lives. */
    home: z.string().min(1).default(".toolwright"),
    seed: z.int().min(0).max(4_294_967_295).default(1),
    /** Sandbox slots: candidates that run at once. */
    workers: z
      .int()
      .min(1)
      .max(256)
      .default(() => availableParallelism()),
    /** Where programs run: `auto`, `isolate`, `container`, or the path of a driver of your own. */
    sandbox: z.string().min(1).default("auto"),
    /** The driver of a single language, likewise, or `process`; as text `python=container,shell=...`. */
    sandboxes: SandboxByLanguage.default({}),
    /** For making one tool. */
    budgetSeconds: z.number().positive().default(45),
    budgetEvaluations: z.int().min(1).exactOptional(),
    model: ModelConfig.exactOptional(),
    /** By role, what differs from `model`: planner, author, tester, judge, simulator, agent, or an agent's own. */
    roles: z.record(z.string(), z.strictObject(modelFields).partial()).default({}),
    /** Sub-agents that a plan may delegate to. */
    agents: z.array(AgentConfig).default([]),
    /** Text files that every request may look things up in. */
    data: z.array(z.string().min(1)).default([]),
    /** Of what is known beside the request's words, in estimated tokens. */
    contextTokens: z.int().min(100).max(200_000).default(2_000),
    /** MCP servers whose tools are offered beside the engine's own, by name. */
    mcpServers: McpServers.default({}),
    /** Where tools are kept. */
    store: StoreConfig.prefault({}),
    /** Finds tools by meaning beside words. Default: words alone. */
    embedder: EmbedderConfig.exactOptional(),
    /** Cosine above which a model's program counts as one that was there before; needs `embedder`. */
    novelty: z.number().min(0.5).max(1).exactOptional(),
    /** Unused tools are retired after every so many requests; 0: only when asked to. */
    retireEvery: z.int().min(0).default(500),
    /** What is kept of old runs; applied when a command ends. Absent: everything. */
    traces: TracesConfig.default({}),
    /** Where spans go; the trace is written in any case. */
    telemetry: TelemetryConfig.exactOptional(),
    /** Which tool calls a person has to approve first. */
    approvals: Approvals.prefault({}),
    /** Prompt names with the files whose text replaces them. */
    prompts: z.record(z.string(), z.string()).default({}),
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

/** What making one tool may take where nobody says more. */
export function toolBudget({
  budgetSeconds,
  budgetEvaluations,
}: Pick<Config, "budgetSeconds" | "budgetEvaluations">): Budget {
  return budgetEvaluations === undefined
    ? { seconds: budgetSeconds }
    : { evaluations: budgetEvaluations };
}

/** The settings of the model that speaks for a role; undefined: there is none. */
export function modelOfRole(
  { model, roles }: Pick<Config, "model" | "roles">,
  role: string,
): ModelConfig | undefined {
  const own = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (own === undefined) return model;
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  // A role that a manifest brings stands by itself.
  if (model === undefined) return ModelConfig.parse(said);
  // Another provider is another place: its address and key are not the default's.
  const { baseUrl: _, ...elsewhere } = model;
  const base = own.provider !== undefined && own.provider !== model.provider ? elsewhere : model;
  return ModelConfig.parse({ ...base, ...said });
}
