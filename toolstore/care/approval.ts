/**
 * Versions that wait for a person's approval: those that need something dangerous, and changed
 * definitions of MCP tools. Approval runs the gate again, because the library may have changed.
 */
import { InputError } from "../../src/core/errors.ts";
import type { Sandbox, ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { collectGateFacts, judgeCases } from "../gate/facts.ts";
import { gate } from "../gate/gate.ts";
import { type ReviewPorts, review } from "./reviews.ts";

/** Waiting versions, in order of name; linear in the tools of the store. */
export async function waitingForApproval(store: ToolStore): Promise<readonly Tool[]> {
  const waiting: Tool[] = [];
  for (const { name } of await store.list()) {
    waiting.push(...(await store.history(name)).filter(({ status }) => status === "candidate"));
  }
  return waiting;
}

/** The given version, by default the newest waiting one. @throws InputError NOTHING_WAITS */
async function waitingVersion(
  store: ToolStore,
  name: string,
  version: number | undefined,
): Promise<Tool> {
  const history = await store.history(name);
  const tool =
    version === undefined
      ? history.findLast(({ status }) => status === "candidate")
      : await store.get(name, version);
  if (tool?.status === "candidate") return tool;
  throw new InputError(
    "NOTHING_WAITS",
    tool === undefined
      ? `Expected a version of "${name}" that waits for approval, got none: list them with toolwright tools pending.`
      : `Expected a version that waits for approval, but ${name}@${tool.version} is ${tool.status}.`,
    { facts: { tool: name } },
  );
}

/**
 * Makes a waiting version active.
 *
 * @throws InputError NOTHING_WAITS, or NOT_APPROVABLE with every reason of the gate.
 */
export async function approve(
  ports: ReviewPorts & { readonly sandbox: () => Promise<Sandbox> },
  name: string,
  { version, reason = "approved" }: { readonly version?: number; readonly reason?: string },
  signal: AbortSignal,
): Promise<Tool> {
  const { store } = ports;
  const tool = await waitingVersion(store, name, version);
  // A tool of an MCP server has no cases here: the person judges its definition.
  if (tool.origin === undefined) await judgeAgain(ports, tool, signal);
  await review(ports, tool, { action: "approve", to: "active", reasons: [reason], by: "person" });
  return store.get(name, tool.version);
}

async function judgeAgain(
  { store, sandbox }: ReviewPorts & { readonly sandbox: () => Promise<Sandbox> },
  tool: Tool,
  signal: AbortSignal,
): Promise<void> {
  const facts = await collectGateFacts(
    { store, sandbox: await sandbox() },
    tool,
    {
      inputs: tool.cases.map(({ args }) => args),
      judge: (executions) => judgeCases(tool.cases, executions),
      // A tool registered with a measured score has no cases to pass.
      floor: tool.cases.length === 0 ? Number.NEGATIVE_INFINITY : 1,
      approvedDigest: tool.digest,
    },
    signal,
  );
  const decision = gate(facts);
  if (decision.accepted) return;
  throw new InputError(
    "NOT_APPROVABLE",
    `${tool.name}@${tool.version} cannot be approved: ${decision.reasons.map(({ message }) => message).join(" ")}`,
    { facts: { tool: tool.name, reasons: decision.reasons.map(({ reason }) => reason) } },
  );
}

/** Rejects a waiting version; it stays in the history. @throws InputError NOTHING_WAITS */
export async function reject(
  ports: ReviewPorts,
  name: string,
  { version, reason }: { readonly version?: number; readonly reason: string },
): Promise<Tool> {
  const tool = await waitingVersion(ports.store, name, version);
  await review(ports, tool, {
    action: "reject",
    to: "deprecated",
    reasons: [reason],
    by: "person",
  });
  return ports.store.get(name, tool.version);
}
