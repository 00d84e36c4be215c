/** A manifest's models and agents as configuration: roles and sub-agents. */
import type { z } from "zod";
import type { AgentConfig } from "../core/agent.ts";
import type { ModelConfig } from "../core/config.ts";
import { present } from "../core/present.ts";
import { type Body, nameOf, type Objects } from "./schema.ts";

/** Settings of a model for a role. */
export type LlmRole = Pick<z.output<typeof ModelConfig>, "provider" | "model" | "apiKeyEnv"> &
  Partial<z.output<typeof ModelConfig>>;

export interface ManifestConfig {
  /** By role name. Agents without an `llm` use the role `agent`. */
  readonly roles: Readonly<Record<string, LlmRole>>;
  readonly agents: readonly AgentConfig[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const KEYS = {
  openai: "OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  local: "OPENAI_API_KEY",
} as const;

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
  const { name: _, provider, model, base_url, api_key_env, parameters, price, ...rest } = llm;
  const { memory_mib, extra_body, ...settings } = rest;
  const shared =
    provider === "openai"
      ? (environment.TOOLWRIGHT_BASE_URL ?? environment.OPENAI_BASE_URL)
      : undefined;
  return {
    provider,
    model,
    apiKeyEnv: api_key_env ?? KEYS[provider],
    ...present(camelCased(settings)),
    ...present({
      baseUrl: base_url ?? (shared || undefined),
      temperature: parameters.temperature,
      price: price === undefined ? undefined : present(camelCased(price)),
      memoryMiB: memory_mib,
      extraBody: extra_body,
    }),
  };
}

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

/** Manifests write keys as `max_tokens`, the configuration as `maxTokens`. */
function camelCased<T extends object>(
  fields: T,
): { [Key in keyof T & string as Camel<Key>]: T[Key] } {
  const pairs = Object.entries(fields).map(([key, value]) => [
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(pairs) as { [Key in keyof T & string as Camel<Key>]: T[Key] };
}

function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0]?.trim() ?? "";
  return line === "" ? "An agent." : line.slice(0, 200);
}
