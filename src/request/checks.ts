/**
 * Checks every requirement and constraint: by a rule if the text allows one; by a judge who did not
 * write the answer if a model is configured; else it is reported as unchecked.
 */

import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { helpful } from "../ask/help.ts";
import { ModelError } from "../core/errors.ts";
import type { Request } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";
import type { Draft } from "../work/answer.ts";
import { quoteJson } from "../work/callable.ts";
import type { Check } from "../work/check.ts";
import { type DoneStep, historyLine, imagesOf, resultsOf } from "../work/outcome.ts";

type Item = Pick<Check, "item" | "kind">;

/** Without a model: checks what a rule can decide and reports the rest as unchecked. */
export function checkByRule(request: Request, draft: Draft): readonly Check[] {
  return itemsOf(request).map(
    (item) =>
      propertyCheck(item, draft) ??
      unchecked(item, "No rule and no model is available to check it."),
  );
}

const Verdicts = asked(
  "judge",
  z.object({
    verdicts: z
      .array(
        z.object({
          item: z.int().min(0),
          verdict: z.enum(["met", "unmet", "unclear"]),
          reason: z.string().meta({ maxLength: 500 }),
          cases: z
            .string()
            .meta({ maxLength: 80 })
            .nullish()
            .describe("name of a used tool whose test cases show it, if they do"),
        }),
      )
      .meta({ maxItems: 100 }),
  }),
);

/** The role `judge` is asked: a separate call, and another model if configured. */
export async function checkByJudge(
  ports: { readonly ask: Ask; readonly steps: Steps },
  request: Request,
  draft: Draft,
  done: readonly DoneStep[],
): Promise<readonly Check[]> {
  const items = itemsOf(request);
  const byRule = items.map((item) => propertyCheck(item, draft));
  if (byRule.every((check) => check !== undefined)) return byRule;
  const tested = testedTools(done);
  const judged = await helpful(
    (events) => ports.steps.trace("help", events),
    "judge",
    "not judged",
    () =>
      ports.ask(
        {
          role: "judge",
          prompt: "judge",
          variables: {
            objective: request.objective,
            items: items.map(({ item }, index) => `${index}: ${item}`).join("\n"),
            answer: draft.text,
            value: draft.value === null ? "" : quoteJson(draft.value),
            evidence: [
              ...done.map(historyLine),
              ...[...tested].map(([name, cases]) => `- ${name} passes its ${cases} test cases`),
            ].join("\n"),
          },
          schema: Verdicts,
          images: imagesOf(done),
        },
        ports.steps.signal,
      ),
    // The answer is there already, so whatever fails here costs no more than the judgement.
    (error) => error instanceof ModelError,
  );
  return items.map((item, index): Check => {
    const rule = byRule[index];
    if (rule !== undefined) return rule;
    if (judged === undefined)
      return unchecked(item, "Not judged: the judge gave no usable answer.");
    const found = judged.verdicts.find((verdict) => verdict.item === index);
    if (found === undefined) return unchecked(item, "Not judged: the judge passed over it.");
    // A tool that was not used or has no cases proves nothing.
    const shown = found.verdict === "met" && tested.has(found.cases ?? "");
    const { verdict, reason } = found;
    return { ...item, by: shown ? "case" : "judge", verdict, reason };
  });
}

/** Tools that were called successfully, with the number of cases that each passed. */
function testedTools(done: readonly DoneStep[]): ReadonlyMap<string, number> {
  const cases = new Map(
    done.flatMap(({ outcome }) => {
      const tool = outcome.status === "done" ? outcome.made?.tool : undefined;
      return tool === undefined ? [] : [[tool.name, tool.cases.length] as const];
    }),
  );
  const finished = resultsOf(done);
  const called = new Set(
    done.flatMap(({ step }) =>
      step.kind === "call-tool" && finished.has(step.id) ? [step.tool] : [],
    ),
  );
  return new Map([...cases].filter(([name, count]) => called.has(name) && count > 0));
}

function itemsOf({ requirements, constraints }: Request): readonly Item[] {
  return [
    ...requirements.map((item): Item => ({ item, kind: "requirement" })),
    ...constraints.map((item): Item => ({ item, kind: "constraint" })),
  ];
}

function unchecked(item: Item, reason: string): Check {
  return { ...item, by: "unchecked", verdict: "unclear", reason };
}

const COUNTED: Readonly<Record<string, (text: string) => number>> = {
  word: (text) => text.split(/\s+/).filter((word) => word !== "").length,
  character: (text) => [...text].length,
  line: (text) => text.split("\n").filter((line) => line.trim() !== "").length,
  sentence: (text) => text.split(/[.!?…]+(?:\s|$)/).filter((part) => /\w/.test(part)).length,
};
const AMOUNT =
  /\b(?<bound>at most|no more than|up to|maximum of|under|fewer than|less than|at least|no fewer than|minimum of|more than|exactly)\s+(?<count>\d+)\s+(?<unit>word|character|line|sentence)s?\b/i;

/**
 * A rule for constraints on the answer's form: number of words, characters, lines or sentences. It
 * applies only if the whole item is about the answer: "a function that takes at most 3 lines" is not.
 */
function propertyCheck(item: Item, { text }: Draft): Check | undefined {
  const match = AMOUNT.exec(item.item);
  const rest = item.item
    .replace(AMOUNT, "")
    .replace(/[\s.,:]+/g, " ")
    .trim()
    .toLowerCase();
  const about =
    /^(?:(?:the|your|its)?\s*(?:answer|reply|text|response|result)?\s*(?:must|should|shall|may|has to|is to)?\s*(?:be|have|has|is|use|in|with|of|contain)?\s*(?:long|in length)?)$/;
  if (match?.groups === undefined || !about.test(rest)) return undefined;
  const { bound = "", count = "", unit = "" } = match.groups;
  const counted = COUNTED[unit.toLowerCase()]?.(text) ?? 0;
  const verdict = within(bound.toLowerCase(), counted, Number(count)) ? "met" : "unmet";
  return { ...item, by: "property", verdict, reason: `The answer has ${counted} ${unit}s.` };
}

function within(bound: string, counted: number, count: number): boolean {
  if (bound === "exactly") return counted === count;
  if (bound === "more than") return counted > count;
  if (/^(?:at least|no fewer|minimum)/.test(bound)) return counted >= count;
  return /^(?:under|fewer|less)/.test(bound) ? counted < count : counted <= count;
}
