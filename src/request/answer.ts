/**
 * The answer as text and as data, built from the results of the steps, with every requirement and
 * constraint checked.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { isNoAnswer } from "../ask/help.ts";
import { ModelError } from "../core/errors.ts";
import { evidenceWarning } from "../core/evidence.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { Steps } from "../core/steps.ts";
import { isBlank } from "../core/text/blank.ts";
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
import { referencesIn, resolveReferences } from "../work/references.ts";
import type { StepOf } from "../work/step.ts";
import { checkByJudge, checkByRule } from "./checks.ts";
import { draftOf, findings, givesAnotherFigure, numberIn, numberOf } from "./results.ts";

/**
 * Builds the answer from a successful call.
 *
 * @param reused Why a stored tool was called instead of a new one: the person may have meant another.
 */
export function answerByRule(
  { request, task, instances }: TaskGoal,
  { tool, trial }: ToolCalled,
  reused: readonly string[] = [],
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
    ...reused,
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

/** The answer where a plan has none: it is written from the results. */
export const ANSWER_FROM_RESULTS: StepOf<"answer"> = {
  id: "answer",
  kind: "answer",
  dependsOn: [],
  text: undefined,
  value: null,
};

const NO_RESULT = "No step gave a result, so the answer is the model's word alone.";

/** @param unchecked Why no result stands behind the answer, where the caller knows that. */
export async function answerByModel(
  ports: AnswerPorts,
  goal: Goal,
  step: StepOf<"answer">,
  done: readonly DoneStep[],
  unchecked?: string,
): Promise<Answered> {
  const resolved = resolveReferences(step.value, resultsOf(done));
  if (resolved.status === "unresolved") return { kind: "replan", reason: resolved.reason };
  const draft = await composed(ports, goal, step, resolved.value, done);
  const checks = await checkByJudge(ports, goal.request, draft, done);
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
      ...present({ unchecked: unchecked ?? unsupported(done) }),
    },
    createdBy: tool?.lineage.runId,
  };
}

/** Why nothing stands behind an answer after failures; undefined if there were none, or results. */
function unsupported(done: readonly DoneStep[]): string | undefined {
  const failed = done.some(({ outcome }) => outcome.status === "failed");
  return failed && findings(done).length === 0 ? NO_RESULT : undefined;
}

/** Text for the person, and the same as data. */
export const WRITTEN = {
  text: z.string().refine((text) => !isBlank(text), "the text says nothing"),
  value: z
    .unknown()
    .optional()
    .transform((value) => (value ?? null) as Json),
};
const Written = asked("answer", z.object(WRITTEN));

/**
 * Uses the answer in the plan if it is complete and gives no other figure than the steps; else a model
 * writes it from the results. If the model cannot, the results are the answer.
 *
 * @param value The step's value with its references resolved.
 */
async function composed(
  ports: AnswerPorts,
  goal: Goal,
  { text, value: planned }: StepOf<"answer">,
  value: Json,
  done: readonly DoneStep[],
): Promise<Draft> {
  const found = findings(done);
  const taken = referencesIn(planned).length > 0;
  const number = taken ? numberOf(value) : numberIn(found);
  const pointed = taken || !givesAnotherFigure(JSON.stringify(value), number) ? value : null;
  if (text !== undefined && !isBlank(text) && !givesAnotherFigure(text, number)) {
    return { text, value: pointed };
  }
  try {
    const written = await writtenByModel(ports, goal, pointed, number, done);
    // The plan refers to the data. A model that copies the data could change it.
    return { text: written.text, value: pointed ?? written.value };
  } catch (error) {
    const plain = draftOf(pointed === null ? found : [{ id: "answer", result: pointed }]);
    const refused = error instanceof ModelError && error.code === "MODEL_BAD_REQUEST";
    if ((!isNoAnswer(error) && !refused) || plain === undefined) throw error;
    return plain;
  }
}

/** @param number The only result, if it is a number: the answer may not give another one. */
function writtenByModel(
  { ask, steps }: AnswerPorts,
  goal: Goal,
  value: Json,
  number: number | undefined,
  done: readonly DoneStep[],
): Promise<z.output<typeof Written>> {
  return ask(
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
      schema: Written.refine(
        ({ text, value: said }) =>
          !givesAnotherFigure(text, number) &&
          !(typeof said === "number" && givesAnotherFigure(String(said), number)),
        `the result is ${number}, and the answer gives other figures. Name this number in it`,
      ),
      images: imagesOf(done),
    },
    steps.signal,
  );
}

async function traceChecks(steps: Steps, checks: readonly Check[]): Promise<void> {
  if (checks.length === 0) return;
  await steps.trace("checks", [
    { type: "answer-checked", data: { checks: checks.map((check) => ({ ...check })) } },
  ]);
}
