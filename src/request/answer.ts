/**
 * The answer as text and as data, built from the results of the steps, with every requirement and
 * constraint checked.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { evidenceWarning } from "../core/evidence.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { Steps } from "../core/steps.ts";
import type { Answer, Draft } from "../work/answer.ts";
import { quoteJson } from "../work/callable.ts";
import type { Check } from "../work/check.ts";
import { type Goal, goalVariables, type TaskGoal } from "../work/goal.ts";
import {
  type DoneStep,
  historyLine,
  imagesOf,
  resultsOf,
  type ToolCalled,
} from "../work/outcome.ts";
import { resolveReferences } from "../work/references.ts";
import type { StepOf } from "../work/step.ts";
import { checkByJudge, checkByRule } from "./checks.ts";

/** Builds the answer from a successful call. */
export function answerByRule(
  { request, task, instances }: TaskGoal,
  { tool, trial }: ToolCalled,
): Answer {
  if (trial.status !== "serves") throw new RangeError("an answer needs a successful call");
  const measures = task.measures?.(trial.scores, instances) ?? {};
  const count = instances.length;
  const figures = Object.entries(measures).map(
    ([key, value]) => `${task.labels?.[key] ?? key}: ${round(value)}`,
  );
  const warning = evidenceWarning(tool);
  const text = [
    figures.length > 0
      ? `${tool.name} served ${count} inputs. ${figures.join("; ")}.`
      : `${tool.name} served ${count} inputs, each with the expected result.`,
    ...(warning === undefined ? [] : [warning]),
  ].join(" ");
  return {
    text,
    tool: { name: tool.name, version: tool.version },
    ...present({ evidence: tool.evidence }),
    checks: checkByRule(request, { text, value: null }),
    outputs: trial.outputs,
    measures,
  };
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

export interface AnswerPorts {
  readonly ask: Ask;
  readonly steps: Steps;
}

/** A complete answer, or why another plan is needed. */
export type Answered =
  | { readonly kind: "answered"; readonly answer: Answer; readonly createdBy: string | undefined }
  | { readonly kind: "replan"; readonly reason: string };

export async function answerByModel(
  ports: AnswerPorts,
  goal: Goal,
  step: StepOf<"answer">,
  done: readonly DoneStep[],
): Promise<Answered> {
  const resolved = resolveReferences(step.value, resultsOf(done));
  if (resolved.status === "unresolved") return { kind: "replan", reason: resolved.reason };
  const draft = await composed(ports, goal, step.text, resolved.value, done);
  const checks = await checkByJudge(ports.ask, goal.request, draft, done, ports.steps.signal);
  await traceChecks(ports.steps, checks);
  const unmet = checks.filter(({ verdict }) => verdict === "unmet");
  if (unmet.length > 0) {
    const faults = unmet.map(({ item, reason }) => `"${item}" (${reason})`).join(" ");
    return { kind: "replan", reason: `The answer does not meet: ${faults}` };
  }
  const called = done.findLast(
    ({ step: { kind }, outcome }) => kind === "call-tool" && outcome.status === "done",
  );
  const made = done.findLast(
    ({ outcome }) => outcome.status === "done" && outcome.made !== undefined,
  );
  const tool = made?.outcome.status === "done" ? made.outcome.made?.tool : undefined;
  return {
    kind: "answered",
    answer: {
      ...draft,
      checks,
      tool: tool === undefined ? null : { name: tool.name, version: tool.version },
      outputs: called?.outcome.status === "done" ? [called.outcome.result] : [],
      measures: {},
    },
    createdBy: tool?.lineage.runId,
  };
}

const Written = asked(
  "answer",
  z.object({
    text: z.string().min(1),
    value: z
      .unknown()
      .optional()
      .transform((value) => (value ?? null) as Json),
  }),
);

/** Uses the answer in the plan if it is complete; else a model writes it from the results. */
async function composed(
  { ask, steps }: AnswerPorts,
  goal: Goal,
  text: string | undefined,
  value: Json,
  done: readonly DoneStep[],
): Promise<Draft> {
  if (text !== undefined && text.trim() !== "") return { text, value };
  const written = await ask(
    {
      role: "planner",
      prompt: "answer",
      variables: {
        ...goalVariables(goal),
        results:
          done
            .filter(({ outcome }) => outcome.status === "done")
            .map(historyLine)
            .join("\n") || "none",
        value: value === null ? "" : quoteJson(value),
      },
      schema: Written,
      images: imagesOf(done),
    },
    steps.signal,
  );
  // The plan refers to the data. A model that copies the data could change it.
  return { text: written.text, value: value ?? written.value };
}

async function traceChecks(steps: Steps, checks: readonly Check[]): Promise<void> {
  if (checks.length === 0) return;
  await steps.trace("checks", [
    { type: "answer-checked", data: { checks: checks.map((check) => ({ ...check })) } },
  ]);
}
