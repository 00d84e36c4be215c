/** Runs the gate on a candidate: collects the facts and returns the decision with its reasons. */
import type { Sandbox, ToolStore } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import type { Tool } from "../../src/core/tool.ts";
import { type CollectOptions, collectGateFacts } from "./facts.ts";
import { gate } from "./gate.ts";

export type GateVerdict =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      /** True if a person's approval is the only thing that is missing. */
      readonly approvable: boolean;
      readonly reasons: readonly string[];
      /** The name belongs to a tool that behaves differently. */
      readonly nameTaken: boolean;
      /** A stored tool that behaves the same. */
      readonly twin?: { readonly name: string; readonly version: number };
    };

/** @param sandbox Runs programs without links; links are resolved before. */
export function gateOf(
  store: ToolStore,
  sandbox: () => Promise<Sandbox>,
): (candidate: Tool, options: CollectOptions, signal: AbortSignal) => Promise<GateVerdict> {
  return async (candidate, options, signal) => {
    const ports = { store, sandbox: await sandbox() };
    const facts = await collectGateFacts(ports, candidate, options, signal);
    const decision = gate(facts);
    if (decision.accepted) return decision;
    const [twin] = facts.duplicates ?? [];
    const reasons = decision.reasons.map(({ message }) => message);
    const nameTaken = decision.reasons.some(
      ({ reason }) => reason === "stored-case-broken" || reason === "foreign-name",
    );
    return { ...decision, reasons, nameTaken, ...present({ twin }) };
  };
}
