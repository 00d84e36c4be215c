/**
 * Tools as a file: every version with its lineage and usage, in JSON, to carry a library elsewhere.
 */
import { z } from "zod";
import { InputError } from "../src/core/errors.ts";
import type { ToolStore } from "../src/core/ports.ts";
import { Tool } from "../src/core/tool.ts";
import { toolDigest } from "./digest.ts";

export const ToolsFile = z.strictObject({
  format: z.literal("toolwright-tools"),
  formatVersion: z.literal(1),
  /** By name, then version; gapless from 1 per name. */
  tools: z.array(Tool),
});
export type ToolsFile = z.output<typeof ToolsFile>;

/** @param names Default: all. @throws ToolNotFoundError for a name that is not there. */
export async function exportTools(store: ToolStore, names?: readonly string[]): Promise<ToolsFile> {
  const wanted = names ?? (await store.list()).map(({ name }) => name);
  const tools: Tool[] = [];
  for (const name of [...new Set(wanted)].sort()) tools.push(...(await store.history(name)));
  return { format: "toolwright-tools", formatVersion: 1, tools };
}

export interface ImportResult {
  readonly added: number;
  readonly unchanged: number;
}

/**
 * Puts what is new into the store. Everything is checked before anything is written.
 *
 * @param data Parsed JSON from anywhere. @param file Its name, for messages.
 * @throws InputError BAD_TOOLS_FILE if it is not such a file, a digest is not its content's, or
 *   versions have gaps; IMPORT_CONFLICT if the store has another tool under a name and version.
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
          `${file} and the store hold different code as ${name}@${tool.version}: export the store's first, then rename one of them. Nothing was imported.`,
          { facts: { tool: name, version: tool.version } },
        );
      }
    }
  }
  for (const tool of added) await store.put(tool);
  const all = [...tools.values()].reduce((sum, versions) => sum + versions.length, 0);
  return { added: added.length, unchanged: all - added.length };
}

function parseToolsFile(data: unknown, file: string): Map<string, Tool[]> {
  const parsed = ToolsFile.safeParse(data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw badFile(file, `${issue?.path.join(".") || "the whole"}: ${issue?.message}`);
  }
  const byName = new Map<string, Tool[]>();
  for (const tool of parsed.data.tools) {
    if (tool.digest !== toolDigest(tool)) {
      throw badFile(file, `the digest of ${tool.name}@${tool.version} is not that of its content`);
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
