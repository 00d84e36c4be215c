/**
 * Reads the configuration: flags > environment > toolwright.config.{json,yaml,yml} of the folder > the
 * same of the home > defaults. The schema is src/core/config.ts.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { Config } from "../core/config.ts";
import { ConfigError } from "../core/errors.ts";

export interface ConfigSources {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Folder in which a configuration file is looked for. */
  readonly folder?: string;
}

const FILES = ["toolwright.config.json", "toolwright.config.yaml", "toolwright.config.yml"];

/** @throws ConfigError BAD_CONFIG, naming the source and the field. */
export function loadConfig({ flags = {}, environment = {}, folder = "." }: ConfigSources): Config {
  const here = fromFile(folder);
  const home = flags.home ?? environment.TOOLWRIGHT_HOME ?? here.home;
  // A home has settings of its own, which those of the folder outrank.
  const own = typeof home === "string" ? fromFile(resolve(folder, home)) : {};
  const file = { ...own, ...here };
  const merged = {
    ...file,
    ...defined(fromEnvironment(environment, file)),
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
  const { home: place, data } = parsed.data;
  return {
    ...parsed.data,
    home: resolve(folder, place),
    // A worker may look from another folder.
    data: data.map((path) => resolve(folder, path)),
  };
}

function fromFile(folder: string): Record<string, unknown> {
  for (const name of FILES) {
    const path = join(folder, name);
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      // No folder there: whether one can be made is asked when the home is prepared.
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) continue;
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
  file: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const model = environment.TOOLWRIGHT_MODEL;
  const baseUrl = environment.TOOLWRIGHT_BASE_URL ?? environment.OPENAI_BASE_URL;
  const endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  const qdrant = environment.QDRANT_URL;
  return {
    home: environment.TOOLWRIGHT_HOME,
    seed: number(environment.TOOLWRIGHT_SEED),
    workers: number(environment.TOOLWRIGHT_WORKERS),
    sandbox: environment.TOOLWRIGHT_SANDBOX,
    sandboxes: environment.TOOLWRIGHT_SANDBOXES || undefined,
    // Whoever names a server means it, unless the file names another driver.
    store: qdrant ? { driver: "qdrant", ...mapping(file.store), url: qdrant } : undefined,
    telemetry: endpoint ? { ...mapping(file.telemetry), endpoint } : undefined,
    model:
      model === undefined
        ? undefined
        : { ...mapping(file.model), model, ...(baseUrl ? { baseUrl } : {}) },
  };
}

/** What the file says of a section, as far as it is one. */
function mapping(section: unknown): object {
  return section !== null && typeof section === "object" ? section : {};
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
