/** A manifest's models and agents as configuration: roles and sub-agents. */
import type { AgentConfig } from "../core/agent.ts";
import { present } from "../core/present.ts";
import { type Body, nameOf, type Objects } from "./schema.ts";

/** Settings of a model for a role. */
export interface LlmRole {
  readonly provider: "openai" | "anthropic";
  readonly model: string;
  readonly apiKeyEnv: string;
  readonly baseUrl?: string;
  readonly api?: "chat" | "responses";
  readonly tools?: "native" | "words";
  readonly structuredOutput?: "native" | "words";
  readonly terms?: string;
  readonly temperature?: number;
}

export interface ManifestConfig {
  /** By role name. Agents without an `llm` use the role `agent`. */
  readonly roles: Readonly<Record<string, LlmRole>>;
  readonly agents: readonly AgentConfig[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const KEYS = { openai: "OPENAI_API_KEY", anthropic: "ANTHROPIC_API_KEY" } as const;

/** @param model Whether a model is configured for agents without an `llm`. */
export function configOf(
  { llms, agents }: Objects,
  environment: Environment,
  { model }: { readonly model: boolean },
): ManifestConfig {
  const [first] = llms.keys();
  const fallback = model || first === undefined ? "agent" : roleOf(first);
  return {
    roles: Object.fromEntries(
      [...llms.values()].map((llm) => [roleOf(llm.name), settingsOf(llm, environment)]),
    ),
    agents: [...agents.values()].map((agent) => ({
      name: agent.name,
      description: agent.description ?? firstLine(agent.system_prompt),
      system: agent.system_prompt,
      model: agent.llm === undefined ? fallback : roleOf(agent.llm),
      tools: agent.tools.map(nameOf),
      maxTurns: agent.max_turns ?? 12,
    })),
  };
}

/** Roles of the engine keep their names. */
function roleOf(llm: string): string {
  return `llm:${llm}`;
}

function settingsOf(llm: Body<"llms">, environment: Environment): LlmRole {
  const { provider, model, api, tools, structured_output, terms, parameters } = llm;
  const shared =
    provider === "openai"
      ? (environment.TOOLWRIGHT_BASE_URL ?? environment.OPENAI_BASE_URL)
      : undefined;
  const baseUrl = llm.base_url ?? (shared || undefined);
  const { temperature } = parameters;
  return {
    provider,
    model,
    apiKeyEnv: llm.api_key_env ?? KEYS[provider],
    ...present({ baseUrl, api, tools, structuredOutput: structured_output, terms, temperature }),
  };
}

function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0]?.trim() ?? "";
  return line === "" ? "An agent." : line.slice(0, 200);
}
