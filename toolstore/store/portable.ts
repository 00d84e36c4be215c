/**
 * Exports and imports tools as a JSON file: every version with its lineage and usage.
 */
import { z } from "zod";
import { InputError } from "../../src/core/errors.ts";
import type { ToolLink } from "../../src/core/execution.ts";
import { toolNameFault } from "../../src/core/names.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import { checkSchema, faultText } from "../../src/core/schema-check.ts";
import { Tool } from "../../src/core/tool.ts";
import { dangersOf } from "../gate/gate.ts";
import { secretsIn } from "../gate/secrets.ts";
import { toolDigest } from "./digest.ts";

export const ToolsFile = z.strictObject({
  format: z.literal("toolwright-tools"),
  formatVersion: z.literal(1),
  /** In order of name, then version; the versions of a name start at 1 without gaps. */
  tools: z.array(Tool),
});
export type ToolsFile = z.output<typeof ToolsFile>;

/**
 * Exports the named tools and everything that they call. Tools of MCP servers are not exported.
 *
 * @param names Default: all. @throws ToolNotFoundError for an unknown name.
 */
export async function exportTools(store: ToolStore, names?: readonly string[]): Promise<ToolsFile> {
  const open = [...(names ?? (await store.list()).map(({ name }) => name))];
  const histories = new Map<string, readonly Tool[]>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (histories.has(name)) continue;
    const history = await store.history(name);
    if (names?.includes(name) === true && history.at(-1)?.origin !== undefined) {
      throw new InputError(
        "NOT_PORTABLE",
        `${name} is a tool of ${history.at(-1)?.origin}: configure that server elsewhere instead.`,
        { facts: { tool: name } },
      );
    }
    histories.set(name, history.at(-1)?.origin === undefined ? history : []);
    for (const { uses = [] } of history) open.push(...uses.map((link) => link.name));
  }
  const sorted = [...histories.keys()].sort();
  const tools = sorted.flatMap((name) => histories.get(name) ?? []);
  return { format: "toolwright-tools", formatVersion: 1, tools };
}

export interface ImportResult {
  readonly added: number;
  readonly unchanged: number;
  /** Versions that need something dangerous: they are imported as candidates, even if approved before. */
  readonly waiting: readonly string[];
}

/**
 * Adds new versions to the store. Everything is checked before anything is written; a tool is written
 * after the tools that it calls.
 *
 * @param data Untrusted parsed JSON. @param file Its name, for messages.
 * @throws InputError BAD_TOOLS_FILE if it is not such a file, a digest does not match its content, or
 *   versions have gaps; IMPORT_CONFLICT if the store has other code for a name and version;
 *   IMPORT_INCOMPLETE if a tool calls one that neither the file nor the store has; IMPORT_SECRET if
 *   a tool contains what looks like a secret.
 */
export async function importTools(
  store: ToolStore,
  data: unknown,
  file = "tools file",
): Promise<ImportResult> {
  const tools = parseToolsFile(data, file);
  const added: Tool[] = [];
  for (const [name, versions] of tools) {
    const history = await historyOf(store, name);
    for (const tool of versions) {
      const stored = history[tool.version - 1];
      if (stored === undefined) added.push(tool);
      else if (stored.digest !== tool.digest) {
        throw new InputError(
          "IMPORT_CONFLICT",
          `${file} and the store have different code for ${name}@${tool.version}: export the store's first, then rename one of them. Nothing was imported.`,
          { facts: { tool: name, version: tool.version } },
        );
      }
    }
  }
  for (const tool of added) checkSecrets(tool, file);
  const waiting: string[] = [];
  for (const tool of await inOrder(store, added, file)) {
    const waits = tool.status === "active" && dangersOf(tool).length > 0;
    if (waits) waiting.push(`${tool.name}@${tool.version}`);
    await store.put(waits ? { ...tool, status: "candidate" } : tool);
  }
  const all = [...tools.values()].reduce((sum, versions) => sum + versions.length, 0);
  return { added: added.length, unchanged: all - added.length, waiting };
}

function checkSecrets(tool: Tool, file: string): void {
  const kinds = secretsIn(tool);
  if (kinds.length === 0) return;
  throw new InputError(
    "IMPORT_SECRET",
    `${tool.name}@${tool.version} in ${file} contains what looks like a secret (${kinds.join(", ")}): remove it. Nothing was imported.`,
    { facts: { tool: tool.name, version: tool.version } },
  );
}

/** Sorts so that a version comes after those that it calls and after its previous version. */
async function inOrder(
  store: ToolStore,
  added: readonly Tool[],
  file: string,
): Promise<readonly Tool[]> {
  if (added.every(({ uses = [] }) => uses.length === 0)) return added;
  const there = new Set((await store.list()).map(({ name }) => name));
  const left = [...added];
  const ordered: Tool[] = [];
  while (left.length > 0) {
    const at = left.findIndex((tool) => {
      const before = left.some(({ name, version }) => name === tool.name && version < tool.version);
      const uses = tool.uses ?? [];
      return !before && !uses.some((link) => left.some((other) => means(link, other)));
    });
    const [next] = left.splice(at, at === -1 ? 0 : 1);
    if (next === undefined) {
      const names = [...new Set(left.map(({ name }) => name))].join(", ");
      throw badFile(file, `${names} call each other in a cycle`);
    }
    const missing = next.uses?.find(
      ({ name }) => !there.has(name) && !ordered.some((tool) => tool.name === name),
    );
    if (missing !== undefined) {
      throw new InputError(
        "IMPORT_INCOMPLETE",
        `${next.name}@${next.version} in ${file} calls ${missing.name}, which neither the file nor the store has: export it too. Nothing was imported.`,
        { facts: { tool: next.name, missing: missing.name } },
      );
    }
    ordered.push(next);
  }
  return ordered;
}

function means({ name, version }: ToolLink, tool: Tool): boolean {
  return name === tool.name && (version === undefined || version === tool.version);
}

function parseToolsFile(data: unknown, file: string): Map<string, Tool[]> {
  const checked = checkSchema(ToolsFile, data);
  if (!checked.ok) throw badFile(file, faultText(checked.faults.slice(0, 1)));
  const byName = new Map<string, Tool[]>();
  for (const tool of checked.data.tools) {
    if (tool.origin !== undefined || tool.language === "mcp") {
      // A stored MCP tool records a person's approval of its definition, which cannot be imported.
      throw badFile(file, `${tool.name} is a tool of an MCP server: configure the server instead`);
    }
    const fault = toolNameFault(tool.name);
    if (fault !== undefined) throw badFile(file, `a tool cannot be named so: ${fault}`);
    if (tool.digest !== toolDigest(tool)) {
      throw badFile(file, `the digest of ${tool.name}@${tool.version} does not match its content`);
    }
    const versions = byName.get(tool.name) ?? [];
    if (tool.version !== versions.length + 1) {
      throw badFile(file, `expected ${tool.name}@${versions.length + 1}, got @${tool.version}`);
    }
    versions.push(tool);
    byName.set(tool.name, versions);
  }
  return byName;
}

async function historyOf(store: ToolStore, name: string): Promise<readonly Tool[]> {
  try {
    return await store.history(name);
  } catch (error) {
    if (error instanceof InputError && error.code === "TOOL_NOT_FOUND") return [];
    throw error;
  }
}

function badFile(file: string, problem: string): InputError {
  return new InputError(
    "BAD_TOOLS_FILE",
    `${file} is not a file of exported tools (${problem}): export it again. Nothing was imported.`,
    { facts: { file } },
  );
}
