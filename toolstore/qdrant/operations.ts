/**
 * Writes as data, and what each makes of a tool's history: the same for a server, for what is still to
 * be sent to it, and for the local copy that stands in while it is out.
 */
import { z } from "zod";
import { ToolNotFoundError } from "../../src/core/errors.ts";
import { Tool, ToolStatus } from "../../src/core/tool.ts";
import { admits } from "../store/shelf.ts";
import { usageAfter } from "../store/usage.ts";

const Use = z.object({
  succeeded: z.boolean(),
  wallMs: z.number(),
  costUsd: z.number().exactOptional(),
  error: z.string().exactOptional(),
  query: z.string().exactOptional(),
});

const id = z.string().min(1);
/** `id` makes it happen once, however often it is sent. */
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
 * @returns The version as it is to be, or undefined where nothing changes.
 * @throws StoreError VERSION_CONFLICT, ToolNotFoundError
 */
export function changed(history: readonly Tool[], operation: Operation): Tool | undefined {
  switch (operation.kind) {
    case "put":
      return admits(operation.tool, history.at(-1)) ? operation.tool : undefined;
    case "set-status":
      return { ...versionOf(history, operation), status: operation.status };
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
