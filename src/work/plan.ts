/**
 * The plan as data: steps, their dependencies, and the validation of a planner's reply.
 * The planner gets the messages of the faults found here.
 */
import { z } from "zod";
import type { Json } from "../core/json.ts";
import { isBlank } from "../core/text/blank.ts";
import type { Tool } from "../core/tool.ts";
import type { Hypothesis } from "./affordance.ts";
import type { Answer } from "./answer.ts";
import { literalsIn, referenceFaults, referencesIn } from "./references.ts";
import {
  dependenciesOf,
  predecessorsOf,
  Step,
  type StepNames,
  stepSchema,
  valuesOf,
} from "./step.ts";

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
  /** Tools that do not exist and could be made: a plan that only calls one means to have it made. */
  readonly missing?: readonly Hypothesis[];
  /** Names that the planner was shown. Default: all that can be called. */
  readonly shown?: readonly string[];
  /** Ids of successful steps. */
  readonly finished: ReadonlySet<string>;
  /** Every step of the plan before is done, so a plan may have nothing to add. */
  readonly complete: boolean;
  /** Why arguments do not fit a callable's parameters; empty if they do. */
  readonly argumentFaults: (
    name: string,
    given: { readonly [key: string]: Json },
  ) => readonly string[];
}

/** A planner's reply. Bounds in `meta` are only for the model: a longer reply is accepted. */
export const PlanReply = z.object({
  reason: z.string().describe("one sentence: why this plan").meta({ maxLength: 500 }),
  steps: z.array(Step).max(LONGEST_PLAN).meta({ minItems: 1 }),
});

function replyIn(names: StepNames): typeof PlanReply {
  const { steps } = PlanReply.shape;
  return PlanReply.extend({ steps: steps.meta({ minItems: 1, items: stepSchema(names) }) });
}

/**
 * The same, validated against `scope`. Steps that are already done are removed.
 *
 * @param names What the schema offers to the planner; `scope` may hold more.
 * @param onAnswerAhead Called with a plan whose only fault is that its answer was written too early,
 *   without that answer.
 */
export function planReply(
  scope: PlanScope,
  names: StepNames,
  onAnswerAhead: (plan: Planned) => void,
) {
  return replyIn(names)
    .transform(({ reason, steps }) => ({
      reason,
      steps: withMissingMade(
        steps.filter(({ id }) => !scope.finished.has(id)),
        scope,
      ),
    }))
    .superRefine(({ reason, steps }, context) => {
      const faults = planFaults(steps, scope);
      for (const message of faults) context.addIssue({ code: "custom", message });
      if (faults.length === 0) return;
      const open = steps.map((step) => {
        if (step.kind !== "answer" || answeredAhead(step, steps).length === 0) return step;
        return { ...step, text: undefined, value: null };
      });
      if (planFaults(open, scope).length === 0) onAnswerAhead({ reason, steps: open });
    });
}

/** Adds the step that makes a tool where a plan calls one that is missing and has no such step. */
function withMissingMade(
  steps: readonly Step[],
  { callable, missing = [] }: PlanScope,
): readonly Step[] {
  const ids = new Set(steps.map(({ id }) => id));
  const made = missing.flatMap(({ name, description, signature }): Step[] => {
    const called = steps.some((step) => step.kind === "call-tool" && step.tool === name);
    const planned = steps.some((step) => step.kind === "create-tool" && step.name === name);
    const id = `make_${name}`.slice(0, LONGEST_ID);
    if (!called || planned || callable.has(name) || ids.has(id)) return [];
    const step = { id, kind: "create-tool", name, description, signature };
    const read = Step.safeParse(step);
    return read.success ? [read.data] : [];
  });
  return [...made, ...steps];
}

const LONGEST_ID = 40;

/** A planner's reply after validation. */
export type Planned = Omit<Plan, "version">;

/** Why a plan cannot be carried out, as messages to its author. Empty if it can. */
export function planFaults(steps: readonly Step[], scope: PlanScope): readonly string[] {
  if (steps.length === 0) return scope.complete ? [] : [NOTHING_PLANNED];
  const ids = new Set(steps.map(({ id }) => id));
  const faults: string[] = [];
  if (ids.size < steps.length) faults.push("Two steps share an id. Give each step its own id.");
  if (steps.filter(({ kind }) => kind === "answer").length > 1) {
    faults.push("Expected at most one answer step, got several. Keep one.");
  }
  for (const step of steps) {
    faults.push(...answeredAhead(step, steps), ...stepFaults(step, steps, scope));
    for (const id of dependenciesOf(step)) {
      if (!ids.has(id) && !scope.finished.has(id)) {
        faults.push(
          `Step ${step.id} depends on ${id}, which is neither a step of this plan nor done. Write a value of the request as it is, without $from.`,
        );
      }
    }
  }
  const stuck = circular(steps);
  if (stuck.length > 0) faults.push(`Steps ${stuck.join(", ")} wait for each other in a circle.`);
  return faults;
}

const NOTHING_PLANNED = "No step of the plan is left to do. Write the remaining steps.";

/** Why an answer cannot come from the results of the other steps: it was written before they ran. */
function answeredAhead(step: Step, steps: readonly Step[]): readonly string[] {
  if (step.kind !== "answer" || steps.length === 1) return [];
  const { id, text = "", value } = step;
  const literals = literalsIn(value);
  // A label beside a reference is no result. What holds a figure may be one.
  const ahead = referencesIn(value).length === 0 ? literals : literals.filter(holdsFigure);
  const written = [...(isBlank(text) ? [] : [text]), ...ahead].map((each) => JSON.stringify(each));
  if (written.length === 0) return [];
  return [
    `Step ${id} answers ${written.join(", ").slice(0, 200)} before the other steps have run. Leave text out, and take the value from their results: {"$from": "id"}.`,
  ];
}

function holdsFigure(literal: Json): boolean {
  return /\d/.test(String(literal));
}

function stepFaults(step: Step, steps: readonly Step[], scope: PlanScope): readonly string[] {
  const faults = valuesOf(step)
    .flatMap(referenceFaults)
    .map((fault) => `Step ${step.id}: ${fault}`);
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
      const there = (scope.shown ?? [...scope.callable]).join(", ");
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
