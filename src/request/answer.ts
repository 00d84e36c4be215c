/** The answer: in words and as data, out of what the steps gave. */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import type { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";
import { quoteJson } from "../work/callable.ts";
import type { Answered } from "../work/check.ts";
import { type DoneStep, imagesOf, type Matter, resultsOf } from "../work/goal.ts";
import type { PlanStepOf } from "../work/plan.ts";
import { resolveReferences } from "../work/references.ts";
import { matterVariables } from "./ground-by-model.ts";
import { historyLine } from "./plan-by-model.ts";

const Written = z.object({
  text: z.string().min(1),
  value: z
    .unknown()
    .optional()
    .transform((value) => (value ?? null) as Json),
});

export type Composed =
  | ({ readonly status: "answered" } & Answered)
  | { readonly status: "failed"; readonly reason: string };

/** A plan that says the whole answer is taken at its word; otherwise it is written from results. */
export async function composeAnswer(
  { ask, steps }: { readonly ask: Ask; readonly steps: Steps },
  matter: Matter,
  { text, value }: PlanStepOf<"answer">,
  done: readonly DoneStep[],
): Promise<Composed> {
  const results = resultsOf(done);
  const resolved = resolveReferences(value, results);
  if (resolved.status === "unresolved") return { status: "failed", reason: resolved.reason };
  if (text !== undefined && text.trim() !== "") {
    return { status: "answered", text, value: resolved.value };
  }
  const written = await ask(
    {
      role: "planner",
      prompt: "answer",
      variables: {
        ...matterVariables(matter),
        results:
          done
            .filter(({ outcome }) => outcome.status === "done")
            .map(historyLine)
            .join("\n") || "none",
        value: resolved.value === null ? "" : quoteJson(resolved.value),
      },
      schema: Written,
      images: imagesOf(done),
    },
    steps.signal,
  );
  // What the plan points at is data; a model that copies it could change it.
  const exact = resolved.value ?? written.value;
  return { status: "answered", text: written.text, value: exact };
}
