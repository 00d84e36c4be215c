/**
 * Reads the configuration. Precedence: flags > environment > toolwright.config.{json,yaml,yml} of the
 * folder > the same file of the home > defaults. The schema is src/core/config.ts.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Config } from "../core/config.ts";
import { ConfigError } from "../core/errors.ts";
import { checkSchema, faultText } from "../core/schema-check.ts";
import { decodeText } from "../core/text/decode.ts";
import { readDocument } from "../core/text/yaml.ts";
import { type Environment, fromEnvironment, variablesIn } from "./config-variables.ts";

export interface ConfigSources {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Environment;
  /** Folder of the configuration file. */
  readonly folder?: string;
}

const FILES = ["toolwright.config.json", "toolwright.config.yaml", "toolwright.config.yml"];

interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>;
  /** `file:line` of a field. */
  locate(path: readonly PropertyKey[]): string;
}

/** @throws ConfigError BAD_CONFIG, naming the source and the field. */
export function loadConfig({ flags = {}, environment = {}, folder = "." }: ConfigSources): Config {
  const here = fromFile(folder);
  const place = flags.home ?? (environment.TOOLWRIGHT_HOME || here?.values.home);
  // A home may have its own settings; those of the folder take precedence.
  const own = typeof place === "string" ? fromFile(resolve(folder, place)) : undefined;
  const file = { ...own?.values, ...here?.values };
  const given = Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  );
  const checked = checkSchema(Config, {
    ...file,
    ...fromEnvironment(environment, file),
    ...given,
  });
  if (!checked.ok) {
    const locate = (path: readonly PropertyKey[]): string => {
      const key = String(path[0] ?? "");
      if (Object.hasOwn(given, key)) return flagOf(key);
      const variable = variablesIn(environment).findLast(({ sets }) =>
        sets.every((part, at) => part === path[at]),
      );
      if (variable !== undefined) return variable.name;
      const source = here !== undefined && Object.hasOwn(here.values, key) ? here : (own ?? here);
      return source?.locate(path) ?? "the configuration";
    };
    throw new ConfigError(
      "BAD_CONFIG",
      `The configuration does not fit:\n${faultText(checked.faults, { locate })}`,
    );
  }
  const { home, data } = checked.data;
  return {
    ...checked.data,
    home: resolve(folder, home),
    // A worker may run in another folder.
    data: data.map((path) => resolve(folder, path)),
  };
}

function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function fromFile(folder: string): ConfigFile | undefined {
  for (const name of FILES) {
    const path = join(folder, name);
    let text: string;
    try {
      text = decodeText(readFileSync(path));
    } catch (error) {
      // The folder does not exist; preparing the home checks if it can be created.
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) continue;
      throw new ConfigError("BAD_CONFIG", `Cannot read ${path}: ${(error as Error).message}.`, {
        cause: error,
      });
    }
    const document = readDocument(text);
    if ("message" in document) {
      const { line, column, message } = document;
      throw new ConfigError("BAD_CONFIG", `${path}:${line}:${column}: ${message}`);
    }
    const { value, placeOf } = document;
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw new ConfigError("BAD_CONFIG", `${path}: expected a mapping of settings.`);
    }
    return {
      values: value as Record<string, unknown>,
      locate: (at) => `${path}:${placeOf(at).line}`,
    };
  }
  return undefined;
}
