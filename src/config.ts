/**
 * Configuration: flags > environment > toolwright.config.{json,yaml,yml} > defaults, one schema.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { ConfigError } from "./core/errors.ts";

export const ModelConfig = z.strictObject({
  /** `openai`: any OpenAI-compatible endpoint. `anthropic`: the messages dialect. */
  provider: z.enum(["openai", "anthropic"]).default("openai"),
  baseUrl: z.url().exactOptional(),
  model: z.string().min(1),
  /** The environment variable that holds the key; the key itself is never written down. */
  apiKeyEnv: z.string().min(1).default("OPENAI_API_KEY"),
  /** Under which terms its output may be used, e.g. `open-weights:apache-2.0`. */
  terms: z.string().min(1).exactOptional(),
  temperature: z.number().min(0).max(2).default(0.8),
  /** For one evolution run; reserved before they are spent. */
  budgetTokens: z.int().min(1).exactOptional(),
  budgetUsd: z.number().positive().exactOptional(),
});
export type ModelConfig = z.output<typeof ModelConfig>;

export const Config = z.strictObject({
  /** Where state lives. */
  home: z.string().min(1).default(".toolwright"),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  /** Sandbox slots: candidates that run at once. */
  workers: z
    .int()
    .min(1)
    .max(256)
    .default(() => availableParallelism()),
  /** Where candidates and tools run: `isolate`, `container`, or the path of a driver of your own. */
  sandbox: z.string().min(1).default("isolate"),
  /** For making one tool. */
  budgetSeconds: z.number().positive().default(45),
  budgetEvaluations: z.int().min(1).exactOptional(),
  model: ModelConfig.exactOptional(),
  /** Prompt names with the files whose text replaces them. */
  prompts: z.record(z.string(), z.string()).default({}),
});
export type Config = z.output<typeof Config>;

export interface ConfigSources {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Folder in which a configuration file is looked for. */
  readonly folder?: string;
}

const FILES = ["toolwright.config.json", "toolwright.config.yaml", "toolwright.config.yml"];

/** @throws ConfigError BAD_CONFIG, naming the source and the field. */
export function loadConfig({ flags = {}, environment = {}, folder = "." }: ConfigSources): Config {
  const file = fromFile(folder);
  const merged = {
    ...file,
    ...defined(fromEnvironment(environment, file.model)),
    ...defined(flags),
  };
  const parsed = Config.safeParse(merged);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
    throw new ConfigError(
      "BAD_CONFIG",
      `The configuration does not fit: ${problems.join("; ")}. Correct the flag, variable or file.`,
    );
  }
  return { ...parsed.data, home: resolve(folder, parsed.data.home) };
}

function fromFile(folder: string): Record<string, unknown> {
  for (const name of FILES) {
    const path = join(folder, name);
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new ConfigError("BAD_CONFIG", `Cannot read ${path}: ${(error as Error).message}.`, {
        cause: error,
      });
    }
    try {
      const value: unknown = parseYaml(text); // JSON is YAML.
      if (value !== null && typeof value === "object" && !Array.isArray(value)) {
        return value as Record<string, unknown>;
      }
    } catch (error) {
      throw new ConfigError("BAD_CONFIG", `${path} does not parse: ${(error as Error).message}`, {
        cause: error,
      });
    }
    throw new ConfigError("BAD_CONFIG", `${path}: expected a mapping of settings.`);
  }
  return {};
}

function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  fileModel: unknown,
): Record<string, unknown> {
  const model = environment.TOOLWRIGHT_MODEL;
  const baseUrl = environment.TOOLWRIGHT_BASE_URL ?? environment.OPENAI_BASE_URL;
  const known = fileModel !== null && typeof fileModel === "object" ? fileModel : {};
  return {
    home: environment.TOOLWRIGHT_HOME,
    seed: number(environment.TOOLWRIGHT_SEED),
    workers: number(environment.TOOLWRIGHT_WORKERS),
    sandbox: environment.TOOLWRIGHT_SANDBOX,
    model: model === undefined ? undefined : { ...known, model, ...(baseUrl ? { baseUrl } : {}) },
  };
}

/** Text that is no number stays text, so that the schema can name it. */
function number(text: string | undefined): number | string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
