/** Reads rows of the embedded store's file as tools. */
import { z } from "zod";
import { StoreError, ToolNotFoundError } from "../../src/core/errors.ts";
import { Tool } from "../../src/core/tool.ts";
import type { Statements } from "./embedded-file.ts";

const Row = z.object({
  name: z.string(),
  version: z.int(),
  record: z.string(),
  status: z.string(),
  usage: z.string(),
});
const Name = z.object({ name: z.string() });

export function getTool(
  path: string,
  sql: Statements,
  name: string,
  version: number | undefined,
): Tool {
  const row = version === undefined ? sql.current.get(name) : sql.version.get(name, version);
  if (row !== undefined) return parseTool(path, row);
  const known = historyOf(path, sql, name).map((tool) => `${name}@${tool.version}`);
  throw new ToolNotFoundError(`${name}@${version}`, known);
}

export function historyOf(path: string, sql: Statements, name: string): Tool[] {
  const history = sql.history.all(name).map((row) => parseTool(path, row));
  if (history.length > 0) return history;
  throw new ToolNotFoundError(
    name,
    sql.names.all().map((row) => Name.parse(row).name),
  );
}

export function parseTool(path: string, row: unknown): Tool {
  const { name, version, record, status, usage } = Row.parse(row);
  try {
    return Tool.parse({ ...JSON.parse(record), status, usage: JSON.parse(usage) });
  } catch (error) {
    throw new StoreError(
      "CORRUPT_RECORD",
      `The tool store ${path} contains a record of ${name}@${version} that is not a valid tool: restore the file from a backup, or export the readable tools.`,
      { facts: { path, tool: name, version }, cause: error },
    );
  }
}
