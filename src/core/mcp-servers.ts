/** MCP servers whose tools the engine may use: started as a process, or reached at a URL. */
import { z } from "zod";

const timeoutMs = z.int().min(1).max(600_000).default(60_000).describe("For one call.");

const ServerName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/);

export const McpServerSettings = z.union(
  [
    z.strictObject({
      command: z.string().min(1).describe("The program that is started."),
      args: z.array(z.string()).default([]).describe("Its arguments."),
      env: z
        .record(z.string(), z.string())
        .default({})
        .describe(
          "Variables that are added to a minimal environment. A value `$NAME` is read from the variable NAME.",
        ),
      timeoutMs,
    }),
    z.strictObject({
      url: z.url({ protocol: /^https?$/ }).describe("Address of a running server."),
      headersEnv: z
        .record(z.string(), z.string())
        .default({})
        .describe("Headers, each with the name of the environment variable that holds its value."),
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
