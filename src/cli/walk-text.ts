/** The walk with a model as text for people: what was found, planned, called, checked. */

import { aboutStep, type PlannedStep } from "../core/events/plan.ts";
import type { DataOf, KnownEvent } from "../core/events/schemas.ts";
import type { Check } from "../work/check.ts";

/** One line per event of the walk; undefined for events of another kind. */
export function walkNote(event: KnownEvent): string | undefined {
  switch (event.type) {
    case "request-ground": {
      const { queries, context } = event.data;
      if (queries === undefined || context.length === 0) return undefined;
      return `Context: ${context.map(({ source }) => source).join(", ")}.`;
    }
    case "affordance-result":
      return affordance(event.data);
    case "plan-proposed": {
      if ("step" in event.data) return undefined;
      const { version, steps, because } = event.data;
      const why = because === undefined ? "" : ` (because: ${clip(because)})`;
      const what = steps.length === 0 ? "nothing to add" : steps.map(stepText).join("; ");
      return `Plan ${version}: ${what}.${why}`;
    }
    case "model-call": {
      const { promptName, messages } = event.data;
      const [before, last] = messages.slice(-2);
      // A turn of a conversation with tools ends in their results.
      const again = before?.role === "assistant" && last?.role === "user";
      return again
        ? `Asking the model again: ${promptName}. ${clip(last?.content ?? "")}`
        : `Asking the model: ${promptName}.`;
    }
    case "help-missing": {
      const { name, instead, code, message } = event.data;
      return `${name} failed: ${instead}. ${code}: ${clip(message)}`;
    }
    case "agent-start":
      return `Agent ${event.data.agent}: ${clip(event.data.message)}`;
    default:
      return undefined;
  }
}

function affordance(found: DataOf<"affordance-result">): string | undefined {
  const { resolved, missing, knownFrom, matches, degraded } = found;
  if (resolved === undefined) return undefined;
  if (knownFrom !== undefined) {
    const tools = matches.map(({ name }) => name);
    return `Affordance: ${tools.join(", ")}, reused from the equal request ${knownFrom}.`;
  }
  const met = resolved.map(({ hypothesis, tools }) => `${hypothesis} → ${tools[0]?.name}`);
  const open = missing.map(({ name }) => name);
  return `Affordance: ${met.length === 0 ? "no stored tool" : met.join(", ")}${
    open.length === 0 ? "" : `; missing: ${open.join(", ")}`
  }.${degraded === undefined ? "" : ` Degraded: ${clip(degraded)}`}`;
}

function stepText(step: PlannedStep): string {
  const { id, kind, dependsOn } = step;
  const about = aboutStep(step);
  const after = dependsOn.length === 0 ? "" : ` after ${dependsOn.join(", ")}`;
  return `${id} ${kind}${about === undefined ? "" : ` ${about}`}${after}`;
}

/** Every requirement and constraint, and how it was checked. */
export function checkLines(checks: readonly Check[]): readonly string[] {
  return checks.map(
    ({ item, by, verdict, reason }) =>
      `  ${by === "unchecked" ? "unchecked" : `${verdict} (${by})`}: ${item} (${reason})`,
  );
}

function clip(words: string): string {
  const text = words.replace(/\s+/g, " ");
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`;
}
