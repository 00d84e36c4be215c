/**
 * Decisions about stored tools, with actor and reason. Each decision is a separate run in the trace,
 * written before the store is changed.
 */
import { readEvents } from "../../src/core/events/read.ts";
import type { DataOf } from "../../src/core/events/schemas.ts";
import type { EventStore, OpenTrace, ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";

/** `time`: ISO 8601. */
export type Review = DataOf<"tool-review"> & { readonly time: string; readonly runId: string };

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

/** The decisions about a tool, oldest first, without those that could not be carried out. */
export async function reviewsOf(events: EventStore, name: string): Promise<readonly Review[]> {
  const found: Review[] = [];
  const title = ` ${name}@`;
  for (const run of (await events.runs()).toReversed()) {
    if (run.kind !== "library" || run.status !== "succeeded" || !run.title.includes(title))
      continue;
    for await (const { data, time } of readEvents(events, run.id, ["tool-review"])) {
      if (data.name === name) found.push({ ...data, time, runId: run.id });
    }
  }
  return found;
}
