/** The error of an endpoint that wants a key where none is set. */
import { ConfigError } from "../core/errors.ts";

/** @param variable Where the key was looked for, where a configuration names it. */
export function missingKey(id: string, variable: string | undefined): ConfigError {
  return new ConfigError(
    "MISSING_API_KEY",
    variable === undefined
      ? `${id} has no API key. Give one as apiKey.`
      : `Expected the API key of ${id} in ${variable}, got none. Set ${variable}, or name another variable with apiKeyEnv.`,
  );
}
