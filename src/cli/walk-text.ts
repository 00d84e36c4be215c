/** The walk with a model, in words for whoever follows it: what was found, planned, called, checked. */

import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { Check } from "../work/check.ts";

type Facts = Readonly<Record<string, Json>>;

/** One line for an event of the walk; undefined for events of another kind. */
export function walkNote({ type, data }: NewEvent): string | undefined {
  const facts = data as Facts;
  switch (type) {
    case "request-ground": {
      const context = list(facts.context);
      if (facts.queries === undefined || context.length === 0) return undefined;
      return `Known of it: ${context.map(({ source }) => String(source)).join(", ")}.`;
    }
    case "affordance-result":
      return facts.resolved === undefined ? undefined : affordance(facts);
    case "plan-proposed": {
      const steps = list(facts.steps);
      if (steps.length === 0) return undefined;
      const because = facts.because === undefined ? "" : ` (because: ${clip(facts.because)})`;
      return `Plan ${String(facts.version)}: ${steps.map(stepText).join("; ")}.${because}`;
    }
    case "agent-start":
      return `Agent ${String(facts.agent)}: ${clip(facts.message)}`;
    default:
      return undefined;
  }
}

function affordance({ resolved, missing, knownFrom, matches, degraded }: Facts): string {
  if (knownFrom !== undefined) {
    const tools = list(matches).map(({ name }) => String(name));
    return `Affordance: ${tools.join(", ")}, as for the equal request ${String(knownFrom)}.`;
  }
  const met = list(resolved).map(
    ({ hypothesis, tools }) => `${String(hypothesis)} → ${String(list(tools)[0]?.name)}`,
  );
  const open = list(missing).map(({ name }) => String(name));
  return `Affordance: ${met.length === 0 ? "no stored tool" : met.join(", ")}${
    open.length === 0 ? "" : `; missing: ${open.join(", ")}`
  }.${degraded === undefined ? "" : ` Degraded: ${clip(degraded)}`}`;
}

function stepText({ id, kind, tool, name, agent, dependsOn }: Facts): string {
  const what = [tool, name, agent].find((each) => typeof each === "string");
  const after =
    Array.isArray(dependsOn) && dependsOn.length > 0 ? ` after ${dependsOn.join(", ")}` : "";
  return `${String(id)} ${String(kind)}${what === undefined ? "" : ` ${what}`}${after}`;
}

/** Every requirement and constraint with what it was checked by. */
export function checkLines(checks: readonly Check[]): readonly string[] {
  return checks.map(
    ({ item, by, verdict, reason }) =>
      `  ${by === "unchecked" ? "unchecked" : `${verdict} (${by})`}: ${item}${by === "unchecked" ? "" : ` (${reason})`}`,
  );
}

function list(value: Json | undefined): readonly Facts[] {
  return Array.isArray(value) ? (value as readonly Facts[]) : [];
}

function clip(value: Json | undefined): string {
  const text = String(value ?? "").replace(/\s+/g, " ");
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`;
}
