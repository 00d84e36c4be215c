/** Which MCP servers' tools the engine may use: started as a process, or reached by an address. */
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";

const timeoutMs = z.int().min(1).max(600_000).default(60_000);

const ServerName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/);

export const McpServerSettings = z.union(
  [
    z.strictObject({
      command: z.string().min(1),
      args: z.array(z.string()).default([]),
      /** Added to a minimal environment. A value `$NAME` is taken from the variable NAME. */
      env: z.record(z.string(), z.string()).default({}),
      /** For one call. */
      timeoutMs,
    }),
    z.strictObject({
      url: z.url({ protocol: /^https?$/ }),
      /** Headers with the names of the environment variables that hold their values. */
      headersEnv: z.record(z.string(), z.string()).default({}),
      timeoutMs,
    }),
  ],
  {
    error: "expected { command, args?, env?, timeoutMs? } or { url, headersEnv?, timeoutMs? }",
  },
);
export type McpServerSettings = z.output<typeof McpServerSettings>;

export const McpServers = z.record(ServerName, McpServerSettings, {
  error: ({ code }) =>
    code === "invalid_key"
      ? "expected a name of letters, digits, _ and -, at most 32, a letter first"
      : "expected servers by name",
});
export type McpServers = z.output<typeof McpServers>;

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
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  throw new ConfigError(
    "MISSING_VARIABLE",
    `The MCP server "${server}" needs the environment variable ${name}, which is not set: set it, or take the server out of mcpServers.`,
    { facts: { server, variable: name } },
  );
}

function mapped(
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
