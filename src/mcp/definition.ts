/**
 * Converts an MCP server's tool into a stored tool. Its source is its definition, so the digest of
 * the stored version pins the definition, and a changed definition becomes a new version.
 */
import type { Tool as McpTool } from "@modelcontextprotocol/client";
import { z } from "zod";
import { digestText } from "../core/digest.ts";
import { Limits } from "../core/execution.ts";
import { canonicalJson, Json } from "../core/json.ts";
import { signatureText } from "../core/text/signature.ts";
import type { JsonSchema, Tool } from "../core/tool.ts";

const Source = z.object({ server: z.string(), tool: z.string() });

export function originOf(server: string): string {
  return `mcp:${server}`;
}

/** The server and tool that a stored source names; undefined if it is not an MCP source. */
export function namedIn(
  source: string,
): { readonly server: string; readonly tool: string } | undefined {
  try {
    return Source.parse(JSON.parse(source));
  } catch {
    return undefined;
  }
}

/** The pinned definition: everything that describes what the tool does and which arguments it takes. */
export function sourceOf(server: string, definition: McpTool): string {
  const { name, description, inputSchema, outputSchema, annotations } = definition;
  const pinned = { server, tool: name, description, inputSchema, outputSchema, annotations };
  const plain = JSON.parse(JSON.stringify(pinned)) as Json;
  return JSON.stringify(JSON.parse(canonicalJson(plain)), null, 2);
}

/** The tool's name in the store: server and tool, with invalid characters replaced. */
export function storedName(server: string, tool: string): string {
  const plain = (text: string) => text.replace(/[^A-Za-z0-9_]/g, "_");
  const whole = `${plain(server)}__${plain(tool)}`;
  // Replacing or cutting can make two names equal; the digest keeps them different.
  const changed = whole !== `${server}__${tool}` || whole.length > 64;
  return changed ? `${whole.slice(0, 57)}_${digestText(`${server} ${tool}`).slice(0, 6)}` : whole;
}

export function toolOf(
  server: string,
  definition: McpTool,
  timeoutMs: number,
  createdAt: string,
): Omit<Tool, "version" | "digest" | "status"> {
  const name = storedName(server, definition.name);
  const parameters = schema(definition.inputSchema);
  const result = schema(definition.outputSchema ?? {});
  const { title = "", description = "" } = definition;
  return {
    name,
    description: description || title || `${definition.name} of the MCP server ${server}`,
    signature: signatureText(name, parameters, result),
    parameters,
    result,
    language: "mcp",
    source: sourceOf(server, definition),
    entry: name,
    limits: Limits.parse({ timeoutMs }),
    capabilities: { network: [], files: false, model: false },
    cases: [],
    evaluation: { train: 0, heldOut: 0, measures: {} },
    lineage: { parents: [], generator: originOf(server) },
    origin: originOf(server),
    // Stated by the server; without it the protocol assumes that a tool changes things.
    effects: definition.annotations?.readOnlyHint !== true,
    ...(isRisky(definition.annotations) ? { risky: true } : {}),
    usage: { calls: 0, successes: 0, totalMs: 0, costUsd: 0, lastErrors: [], queries: [] },
    createdAt,
  };
}

/**
 * By the protocol's defaults a tool that is not read-only can destroy something. They count only for a
 * server that states hints; most servers state none, and nothing is known of their tools.
 */
function isRisky(hints: McpTool["annotations"]): boolean {
  if (hints === undefined) return false;
  const { readOnlyHint, destructiveHint, openWorldHint } = hints;
  const stated = [readOnlyHint, destructiveHint, openWorldHint].some((hint) => hint !== undefined);
  return openWorldHint === true || (stated && readOnlyHint !== true && destructiveHint !== false);
}

function schema(value: unknown): JsonSchema {
  return z.record(z.string(), Json).parse(JSON.parse(JSON.stringify(value)));
}
