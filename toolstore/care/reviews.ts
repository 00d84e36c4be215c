/**
 * Decisions about stored tools, with actor and reason. Each decision is a separate run in the trace,
 * written before the store is changed.
 */
import type { DataOf } from "../../src/core/events/schemas.ts";
import type { OpenTrace, ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";

export interface ReviewPorts {
  readonly store: ToolStore;
  readonly openTrace: OpenTrace;
  readonly newId: (kind: string) => string;
}

/** Records a decision; then `change` carries it out, by default by setting the version's status. */
export async function review(
  { store, openTrace, newId }: ReviewPorts,
  tool: Tool,
  decision: Pick<DataOf<"tool-review">, "action" | "to" | "reasons" | "by">,
  change: () => Promise<void> = () => store.setStatus(tool.name, tool.version, decision.to),
): Promise<void> {
  const { name, version, digest, status: from } = tool;
  const trace = await openTrace({
    id: newId("lib"),
    kind: "library",
    title: `${decision.action} ${name}@${version}`,
  });
  const { action, to, reasons, by } = decision;
  await trace.events([
    {
      type: "tool-review",
      data: { action, name, version, digest, from, to, reasons, by },
    },
  ]);
  try {
    await change();
  } catch (error) {
    await trace.end("failed");
    throw error;
  }
  await trace.end("succeeded");
}
