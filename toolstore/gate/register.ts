/**
 * Registers a tool written by a person: it passes the same gate as an evolved one and becomes the next
 * version of its name. If it needs something dangerous, it waits for approval.
 */
import { InputError } from "../../src/core/errors.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { type ReviewPorts, review } from "../care/reviews.ts";
import { checkUses } from "../link/graph.ts";
import { toolDigest } from "../store/digest.ts";
import { type CollectOptions, collectGateFacts } from "./facts.ts";
import { type GateDecision, gate } from "./gate.ts";

export type ToolDraft = Omit<Tool, "version" | "digest" | "status" | "usage" | "evaluation">;

export type Registration =
  /** `waiting`: stored as a candidate that a person must approve. */
  | {
      readonly status: "registered" | "waiting";
      readonly tool: Tool;
      readonly reasons: readonly string[];
    }
  | { readonly status: "unchanged"; readonly tool: Tool; readonly reasons: readonly string[] }
  | { readonly status: "refused"; readonly reasons: readonly string[] };

/**
 * @throws InputError if its links are invalid (see `checkUses`); SandboxUnavailableError.
 */
export async function registerTool(
  ports: ReviewPorts & { readonly sandbox: Sandbox },
  draft: ToolDraft,
  options: CollectOptions,
  signal: AbortSignal,
): Promise<Registration> {
  const history = await historyOf(ports, draft.name);
  const last = history.at(-1);
  const tool = complete(draft, (last?.version ?? 0) + 1);
  if (last?.digest === tool.digest) {
    return { status: "unchanged", tool: last, reasons: [`It is the same as ${at(last)}.`] };
  }
  if (tool.uses !== undefined) await checkUses(ports.store, tool);
  const facts = await collectGateFacts(ports, tool, options, signal);
  const decision = gate(facts);
  const reasons = reasonsOf(decision);
  if (!decision.accepted && !decision.approvable) return { status: "refused", reasons };

  const fitness = facts.heldOut.status === "scored" ? facts.heldOut.fitness : 0;
  const status = decision.accepted ? "active" : "candidate";
  const registered: Tool = {
    ...tool,
    status,
    evaluation: { train: fitness, heldOut: fitness, measures: {} },
  };
  await review(ports, registered, { action: "register", to: status, reasons, by: "person" }, () =>
    ports.store.put(registered),
  );
  const stored = await ports.store.get(registered.name, registered.version);
  return { status: decision.accepted ? "registered" : "waiting", tool: stored, reasons };
}

function complete(draft: ToolDraft, version: number): Tool {
  return {
    ...draft,
    version,
    digest: toolDigest(draft),
    status: "candidate",
    evaluation: { train: 0, heldOut: 0, measures: {} },
    usage: { calls: 0, successes: 0, totalMs: 0, costUsd: 0, lastErrors: [], queries: [] },
  };
}

function reasonsOf(decision: GateDecision): readonly string[] {
  return decision.accepted
    ? ["It passed the gate."]
    : decision.reasons.map(({ message }) => message);
}

async function historyOf({ store }: ReviewPorts, name: string): Promise<readonly Tool[]> {
  try {
    return await store.history(name);
  } catch (error) {
    if (error instanceof InputError && error.code === "TOOL_NOT_FOUND") return [];
    throw error;
  }
}

function at({ name, version }: Tool): string {
  return `${name}@${version}`;
}
