/**
 * Writes as data, and the effect of each on a tool's history. The same code serves the server, the
 * waiting writes, and the local copies that are used while the server is unavailable.
 */
import { z } from "zod";
import { ToolNotFoundError } from "../../src/core/errors.ts";
import { Evidence } from "../../src/core/evidence.ts";
import { Case, Tool, ToolStatus } from "../../src/core/tool.ts";
import { isNewVersion, withEvidence } from "../store/tool-table.ts";
import { usageAfter } from "../store/usage.ts";

const Use = z.object({
  succeeded: z.boolean(),
  wallMs: z.number(),
  costUsd: z.number().exactOptional(),
  error: z.string().exactOptional(),
  query: z.string().exactOptional(),
  id: z.string().exactOptional(),
  reported: Case.exactOptional(),
});

const id = z.string().min(1);
/** Because of its `id`, an operation takes effect once, even if it is sent several times. */
export const Operation = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("put"), id, tool: Tool }),
  z.object({
    kind: z.literal("set-status"),
    id,
    name: z.string(),
    version: z.int(),
    status: ToolStatus,
  }),
  z.object({
    kind: z.literal("set-evidence"),
    id,
    name: z.string(),
    version: z.int(),
    known: z.object({ evidence: Evidence, description: z.string(), cases: z.array(Case) }),
  }),
  z.object({
    kind: z.literal("record-use"),
    id,
    name: z.string(),
    version: z.int(),
    use: Use,
  }),
]);
export type Operation = z.output<typeof Operation>;

export function nameOf(operation: Operation): string {
  return operation.kind === "put" ? operation.tool.name : operation.name;
}

/**
 * @param history Versions of the operation's tool, oldest first.
 * @returns The version after the operation, or undefined if nothing changes.
 * @throws StoreError VERSION_CONFLICT, ToolNotFoundError
 */
export function changed(history: readonly Tool[], operation: Operation): Tool | undefined {
  switch (operation.kind) {
    case "put":
      return isNewVersion(operation.tool, history.at(-1)) ? operation.tool : undefined;
    case "set-status":
      return { ...versionOf(history, operation), status: operation.status };
    case "set-evidence":
      return withEvidence(versionOf(history, operation), operation.known);
    case "record-use": {
      const tool = versionOf(history, operation);
      return { ...tool, usage: usageAfter(tool.usage, operation.use) };
    }
  }
}

function versionOf(
  history: readonly Tool[],
  { name, version }: { readonly name: string; readonly version: number },
): Tool {
  const tool = history.find((each) => each.version === version);
  if (tool !== undefined) return tool;
  const known = history.map((each) => `${name}@${each.version}`);
  throw new ToolNotFoundError(known.length === 0 ? name : `${name}@${version}`, known);
}
