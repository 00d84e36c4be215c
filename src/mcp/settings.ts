/** Reads the values that a configured MCP server takes from environment variables. */
import { ConfigError } from "../core/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError MISSING_VARIABLE naming the server and the variable. */
export function environmentOf(
  server: string,
  env: Readonly<Record<string, string>>,
  environment: Environment,
): Record<string, string> {
  return mapped(env, (value) =>
    value.startsWith("$") ? variable(server, value.slice(1), environment) : value,
  );
}

/** @throws ConfigError MISSING_VARIABLE */
export function headersOf(
  server: string,
  headersEnv: Readonly<Record<string, string>>,
  environment: Environment,
): Record<string, string> {
  return mapped(headersEnv, (name) => variable(server, name, environment));
}

function variable(server: string, name: string, environment: Environment): string {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined && value !== "") return value;
  throw new ConfigError(
    "MISSING_VARIABLE",
    `The MCP server "${server}" needs the environment variable ${name}, which is not set: set it, or remove the server from mcpServers.`,
    { facts: { server, variable: name } },
  );
}

function mapped(
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
