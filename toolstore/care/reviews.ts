/**
 * What was decided about stored tools, by whom and why. Each decision is a run of its own in the
 * trace, written before the store is changed.
 */
import { z } from "zod";
import type { EventStore, OpenTrace, ToolStore } from "../../src/core/ports.ts";
import { type Tool, ToolStatus } from "../../src/core/tool.ts";

export const ReviewAction = z.enum([
  "register",
  "approve",
  "reject",
  "deprecate",
  "restore",
  "retire",
  "roll-back",
]);
export type ReviewAction = z.output<typeof ReviewAction>;

export const Review = z.object({
  action: ReviewAction,
  name: z.string(),
  version: z.int(),
  digest: z.string(),
  from: ToolStatus,
  to: ToolStatus,
  reasons: z.array(z.string()),
  by: z.enum(["person", "engine"]),
});
/** `time`: ISO 8601. */
export type Review = z.output<typeof Review> & { readonly time: string; readonly runId: string };

export interface ReviewPorts {
  readonly store: ToolStore;
  readonly openTrace: OpenTrace;
  readonly newId: (kind: string) => string;
}

/** Writes a decision down; `change` then makes it so, by default by setting the version's status. */
export async function review(
  { store, openTrace, newId }: ReviewPorts,
  tool: Tool,
  decision: {
    readonly action: ReviewAction;
    readonly to: ToolStatus;
    readonly reasons: readonly string[];
    readonly by: "person" | "engine";
  },
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
      data: { action, name, version, digest, from, to, reasons: [...reasons], by },
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

/** The decisions about a tool, oldest first; decisions that could not be carried out are left out. */
export async function reviewsOf(events: EventStore, name: string): Promise<readonly Review[]> {
  const found: Review[] = [];
  const title = ` ${name}@`;
  for (const run of (await events.runs()).toReversed()) {
    if (run.kind !== "library" || run.status !== "succeeded" || !run.title.includes(title))
      continue;
    for await (const { type, data, time } of events.events(run.id)) {
      const parsed = type === "tool-review" ? Review.safeParse(data) : undefined;
      if (parsed?.success === true && parsed.data.name === name) {
        found.push({ ...parsed.data, time, runId: run.id });
      }
    }
  }
  return found;
}
