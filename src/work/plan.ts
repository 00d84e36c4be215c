/**
 * The plan as data: steps, their dependencies, and the validation of a planner's reply.
 * The planner gets the messages of the faults found here.
 */
import { z } from "zod";
import type { Json } from "../core/json.ts";
import type { Tool } from "../core/tool.ts";
import type { Answer } from "./answer.ts";
import { parseReference, referencesIn } from "./references.ts";
import { dependenciesOf, predecessorsOf, Step, valuesOf } from "./step.ts";

/** One version of a model's plan. The next version replaces it; old ones stay in the trace. */
export interface Plan {
  /** 1, 2, ... */
  readonly version: number;
  readonly reason: string;
  readonly steps: readonly Step[];
}

/** A decision of the rules: one step, the answer, or why there is neither. */
export type Decision =
  | { readonly kind: "step"; readonly step: RuleStep; readonly reason: string }
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "give-up"; readonly reason: string };

export type RuleStep =
  | { readonly kind: "create-tool"; readonly name: string; readonly description: string }
  | { readonly kind: "call-tool"; readonly tool: Tool };

const LONGEST_PLAN = 20;

/** What a plan may refer to. */
export interface PlanScope {
  /** Names of everything that can be called, including agents. */
  readonly callable: ReadonlySet<string>;
  readonly agents: ReadonlySet<string>;
  /** Ids of successful steps. */
  readonly finished: ReadonlySet<string>;
  /** Why arguments do not fit a callable's parameters; empty if they do. */
  readonly argumentFaults: (
    name: string,
    given: { readonly [key: string]: Json },
  ) => readonly string[];
}

/** A planner's reply. Bounds in `meta` are only for the model: a longer reply is accepted. */
export const PlanReply = z.object({
  reason: z.string().describe("one sentence: why this plan").meta({ maxLength: 500 }),
  steps: z.array(Step).min(1).max(LONGEST_PLAN),
});

/** The same, validated against `scope`. Steps that are already done are removed. */
export function planReply(scope: PlanScope) {
  return PlanReply.transform(({ reason, steps }) => ({
    reason,
    steps: steps.filter(({ id }) => !scope.finished.has(id)),
  })).superRefine(({ steps }, context) => {
    for (const message of planFaults(steps, scope)) context.addIssue({ code: "custom", message });
  });
}

/** Why a plan cannot be carried out, as messages to its author. Empty if it can. */
export function planFaults(steps: readonly Step[], scope: PlanScope): readonly string[] {
  if (steps.length === 0)
    return ["All steps of the plan are done already. Write the remaining steps."];
  const ids = new Set(steps.map(({ id }) => id));
  const faults: string[] = [];
  if (ids.size < steps.length) faults.push("Two steps share an id. Give each step its own id.");
  if (steps.filter(({ kind }) => kind === "answer").length > 1) {
    faults.push("Expected at most one answer step, got several. Keep one.");
  }
  for (const step of steps) {
    faults.push(...stepFaults(step, steps, scope));
    for (const id of dependenciesOf(step)) {
      if (!ids.has(id) && !scope.finished.has(id)) {
        faults.push(
          `Step ${step.id} depends on ${id}, which is neither a step of this plan nor done.`,
        );
      }
    }
  }
  const stuck = circular(steps);
  if (stuck.length > 0) faults.push(`Steps ${stuck.join(", ")} wait for each other in a circle.`);
  return faults;
}

function stepFaults(step: Step, steps: readonly Step[], scope: PlanScope): readonly string[] {
  const faults = valuesOf(step)
    .flatMap(referencesIn)
    .filter((text) => parseReference(text) === undefined)
    .map(
      (text) => `Step ${step.id}: "${text}" is no reference. Write "id", "id.field" or "id[0]".`,
    );
  switch (step.kind) {
    case "call-tool": {
      if (scope.callable.has(step.tool)) {
        // Where a part is known only later, the whole is checked then.
        const known = referencesIn(step.arguments).length === 0;
        const wrong = known ? scope.argumentFaults(step.tool, step.arguments) : [];
        return [...faults, ...wrong.map((fault) => `Step ${step.id}, ${step.tool}: ${fault}`)];
      }
      const made = steps.some((other) => other.kind === "create-tool" && other.name === step.tool);
      if (made) return faults;
      const there = [...scope.callable].join(", ");
      return [
        ...faults,
        `Step ${step.id} calls "${step.tool}", which does not exist. Available: ${there === "" ? "no tools" : there}.`,
      ];
    }
    case "create-tool":
      return scope.callable.has(step.name)
        ? [
            ...faults,
            `Step ${step.id}: "${step.name}" exists already. Call it, or choose another name.`,
          ]
        : faults;
    case "delegate":
      return scope.agents.has(step.agent)
        ? faults
        : [...faults, `Step ${step.id}: there is no agent "${step.agent}".`];
    case "program":
    case "ask":
    case "answer":
      return faults;
  }
}

/** Ids of steps that are part of a circular dependency or depend on one. */
function circular(steps: readonly Step[]): readonly string[] {
  let left = [...steps];
  for (;;) {
    const waiting = new Set(left.map(({ id }) => id));
    const next = left.filter((step) => predecessorsOf(step, steps).some((id) => waiting.has(id)));
    if (next.length === left.length) return left.map(({ id }) => id);
    left = next;
  }
}

/** What a new version changes, by step id. */
export function planDiff(
  before: readonly Step[],
  after: readonly Step[],
): { readonly added: string[]; readonly dropped: string[]; readonly changed: string[] } {
  const old = new Map(before.map((step) => [step.id, JSON.stringify(step)]));
  const ids = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    dropped: before.filter(({ id }) => !ids.has(id)).map(({ id }) => id),
    changed: after
      .filter((step) => old.has(step.id) && old.get(step.id) !== JSON.stringify(step))
      .map(({ id }) => id),
  };
}
