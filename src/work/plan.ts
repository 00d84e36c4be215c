/**
 * The plan as data: steps, what they depend on, and the check that a planner's reply has to pass.
 * What does not pass is told back to the planner in the words of the faults found here.
 */
import { z } from "zod";
import type { Json } from "../core/json.ts";
import { ToolName } from "../core/tool.ts";
import { parseReference, referencesIn } from "./references.ts";

const Value = z.unknown().transform((value) => (value ?? null) as Json);
const MaybeValue = z
  .unknown()
  .optional()
  .transform((value) => (value ?? null) as Json);
const Arguments = z.record(z.string(), Value);
const absent = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

const common = {
  id: z.string().regex(/^[A-Za-z_]\w{0,39}$/, "an id of letters, digits and _ (at most 40)"),
  dependsOn: z
    .array(z.string())
    .nullish()
    .transform((ids) => ids ?? []),
};

/** A function that a program calls and a model fills. */
export const SemanticGap = z.object({
  name: ToolName,
  signature: z.string().min(1),
  description: z.string().min(1),
});

export const PlanStep = z.discriminatedUnion("kind", [
  z.object({
    ...common,
    kind: z.literal("call-tool"),
    tool: z.string().min(1),
    arguments: Arguments.nullish().transform((given) => given ?? {}),
  }),
  z.object({
    ...common,
    kind: z.literal("create-tool"),
    name: ToolName,
    description: z.string().min(1),
    signature: absent(z.string()),
  }),
  z.object({
    ...common,
    kind: z.literal("program"),
    code: z.string().min(1),
    semantic: z
      .array(SemanticGap)
      .nullish()
      .transform((gaps) => gaps ?? []),
  }),
  z.object({
    ...common,
    kind: z.literal("delegate"),
    agent: z.string().min(1),
    message: z.string().min(1),
  }),
  z.object({ ...common, kind: z.literal("ask"), question: z.string().min(1) }),
  z.object({ ...common, kind: z.literal("answer"), text: absent(z.string()), value: MaybeValue }),
]);
export type PlanStep = z.output<typeof PlanStep>;
export type PlanStepOf<Kind extends PlanStep["kind"]> = PlanStep & { readonly kind: Kind };

const LONGEST_PLAN = 20;

/** What a plan may refer to. */
export interface PlanScope {
  /** Names of what can be called, agents among them. */
  readonly callable: ReadonlySet<string>;
  readonly agents: ReadonlySet<string>;
  /** Ids of steps that are done. */
  readonly finished: ReadonlySet<string>;
  /** Whether programs can be run and tools be made here. */
  readonly kinds: { readonly program: boolean; readonly createTool: boolean };
  /** Why arguments do not fit a callable's parameters; empty if they do. */
  readonly argumentFaults: (
    name: string,
    given: { readonly [key: string]: Json },
  ) => readonly string[];
}

/** What a planner replies, checked against what there is. Steps that are done already are left out. */
export function planReply(scope: PlanScope) {
  return z
    .object({
      reason: z.string().describe("one sentence: why this plan"),
      steps: z.array(PlanStep).min(1).max(LONGEST_PLAN),
    })
    .transform(({ reason, steps }) => ({
      reason,
      steps: steps.filter(({ id }) => !scope.finished.has(id)),
    }))
    .superRefine(({ steps }, context) => {
      for (const message of planFaults(steps, scope)) context.addIssue({ code: "custom", message });
    });
}

/** Why a plan can not be carried out, in words for whoever wrote it. Empty: it can. */
export function planFaults(steps: readonly PlanStep[], scope: PlanScope): readonly string[] {
  if (steps.length === 0)
    return ["The plan has no step that is not done already. Write what remains."];
  const ids = new Set(steps.map(({ id }) => id));
  const faults: string[] = [];
  if (ids.size < steps.length) faults.push("Two steps share an id. Give each its own.");
  if (steps.filter(({ kind }) => kind === "answer").length > 1) {
    faults.push("The plan has several answer steps. One answers.");
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

function stepFaults(
  step: PlanStep,
  steps: readonly PlanStep[],
  scope: PlanScope,
): readonly string[] {
  const faults = partsOf(step)
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
        `Step ${step.id} calls "${step.tool}", which is not there. There are: ${there === "" ? "no tools" : there}.`,
      ];
    }
    case "create-tool":
      if (!scope.kinds.createTool)
        return [...faults, `Step ${step.id}: no tools can be made here.`];
      return scope.callable.has(step.name)
        ? [
            ...faults,
            `Step ${step.id}: "${step.name}" is there already. Call it, or choose another name.`,
          ]
        : faults;
    case "program":
      return scope.kinds.program
        ? faults
        : [...faults, `Step ${step.id}: programs can not be run here. Use other steps.`];
    case "delegate":
      return scope.agents.has(step.agent)
        ? faults
        : [...faults, `Step ${step.id}: there is no agent "${step.agent}".`];
    case "ask":
    case "answer":
      return faults;
  }
}

/** The values of a step in which references may stand. */
function partsOf(step: PlanStep): readonly Json[] {
  switch (step.kind) {
    case "call-tool":
      return [step.arguments];
    case "answer":
      return [step.value];
    case "create-tool":
    case "program":
    case "delegate":
    case "ask":
      return [];
  }
}

/** Ids that have to be done first: said ones and those it takes results of. */
export function dependenciesOf(step: PlanStep): readonly string[] {
  const taken = partsOf(step)
    .flatMap(referencesIn)
    .flatMap((text) => parseReference(text)?.step ?? []);
  return [...new Set([...step.dependsOn, ...taken])];
}

/** Dependencies, and the making of the tool that a step calls. */
export function predecessorsOf(step: PlanStep, steps: readonly PlanStep[]): readonly string[] {
  const makers =
    step.kind === "call-tool"
      ? steps.filter((other) => other.kind === "create-tool" && other.name === step.tool)
      : step.kind === "answer"
        ? steps.filter((other) => other.id !== step.id)
        : [];
  return [...new Set([...dependenciesOf(step), ...makers.map(({ id }) => id)])];
}

/** Ids of steps that no order can serve. */
function circular(steps: readonly PlanStep[]): readonly string[] {
  let left = [...steps];
  for (;;) {
    const waiting = new Set(left.map(({ id }) => id));
    const next = left.filter((step) => predecessorsOf(step, steps).some((id) => waiting.has(id)));
    if (next.length === left.length) return left.map(({ id }) => id);
    left = next;
  }
}

/** What a new version changes, by ids. */
export function planDiff(
  before: readonly PlanStep[],
  after: readonly PlanStep[],
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
