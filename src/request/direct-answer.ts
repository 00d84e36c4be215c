/**
 * The answer where a tool was to compute it and cannot be made: a model gives it directly, if reading
 * and thinking are enough. It is marked as unchecked.
 */
import { z } from "zod";
import { asked } from "../ask/asked.ts";
import { helpful } from "../ask/help.ts";
import { type Goal, goalVariables } from "../work/goal.ts";
import { type DoneStep, historyLines } from "../work/outcome.ts";
import type { StepOf } from "../work/step.ts";
import {
  ANSWER_FROM_RESULTS,
  type Answered,
  type AnswerPorts,
  answerByModel,
  WRITTEN,
} from "./answer.ts";
import type { RepeatedFailure } from "./repeated-failure.ts";

const Direct = asked(
  "direct-answer",
  z.object({
    possible: z.boolean().describe("whether reading and thinking are enough for an answer"),
    ...WRITTEN,
  }),
);

/** @returns undefined if the request needs more than thinking, or if the answer does not meet it. */
export async function answerDirectly(
  ports: AnswerPorts,
  goal: Goal,
  { step: { kind }, reason }: RepeatedFailure,
  done: readonly DoneStep[],
): Promise<(Answered & { readonly kind: "answered" }) | undefined> {
  // A failed call may have been meant to act. Words cannot replace that.
  if (kind !== "create-tool") return undefined;
  const { ask, steps } = ports;
  const said = await helpful(
    (events) => steps.trace("help", events),
    "direct-answer",
    "no answer",
    () =>
      ask(
        {
          role: "planner",
          prompt: "direct-answer",
          variables: { ...goalVariables(goal), history: historyLines(done).join("\n") },
          schema: Direct,
        },
        steps.signal,
      ),
  );
  if (said === undefined || !said.possible) return undefined;
  const answer: StepOf<"answer"> = { ...ANSWER_FROM_RESULTS, text: said.text, value: said.value };
  const unchecked = `No tool could be made for it, so it is the model's word alone. ${reason}`;
  const last = await answerByModel(ports, goal, answer, done, unchecked);
  return last.kind === "answered" ? last : undefined;
}
