/** The gate's verdict on a candidate: weighed on what it is judged on, the reasons in words. */
import type { Sandbox, ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { gate } from "./gate.ts";
import { type WeighOptions, weighTool } from "./weigh.ts";

export type GateVerdict =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      /** Nothing stands against it but that a person has not approved it yet. */
      readonly approvable: boolean;
      readonly reasons: readonly string[];
      /** A stored tool that does the same. */
      readonly twin?: { readonly name: string; readonly version: number };
    };

/** @param sandbox Runs programs that stand alone. */
export function gateOf(
  store: ToolStore,
  sandbox: () => Promise<Sandbox>,
): (candidate: Tool, options: WeighOptions, signal: AbortSignal) => Promise<GateVerdict> {
  return async (candidate, options, signal) => {
    const ports = { store, sandbox: await sandbox() };
    const facts = await weighTool(ports, candidate, options, signal);
    const decision = gate(facts);
    if (decision.accepted) return decision;
    const [twin] = facts.duplicates ?? [];
    const reasons = decision.reasons.map(({ message }) => message);
    return { ...decision, reasons, ...(twin === undefined ? {} : { twin }) };
  };
}
