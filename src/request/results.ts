/** What the finished steps of a request found out: the results that no later step has used. */
import type { Json } from "../core/json.ts";
import type { Draft } from "../work/answer.ts";
import { quoteJson } from "../work/callable.ts";
import type { DoneStep } from "../work/outcome.ts";
import { dependenciesOf, type Step } from "../work/step.ts";

type Finding = { readonly id: string; readonly result: Json };

/** A person's reply is no finding, and neither is a tool that was made. */
export function findings(done: readonly DoneStep[]): readonly Finding[] {
  const finished = done.filter(({ outcome }) => outcome.status === "done");
  return finished.flatMap(({ step, outcome }, index) => {
    if (outcome.status !== "done" || step.kind === "ask" || step.kind === "create-tool") return [];
    const used = finished.slice(index + 1).some((later) => uses(later.step, step.id));
    return used ? [] : [{ id: step.id, result: outcome.result }];
  });
}

function uses(step: Step, id: string): boolean {
  if (dependenciesOf(step).includes(id)) return true;
  return step.kind === "program" && new RegExp(`\\b${id}\\b`).test(step.code);
}

/** The findings as an answer, where no model words it; undefined if there are none. */
export function draftOf(found: readonly Finding[]): Draft | undefined {
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  if (others.length === 0) return { text: wordsOf(first.result), value: first.result };
  return {
    text: found.map(({ id, result }) => `${id}: ${wordsOf(result)}`).join("\n"),
    value: Object.fromEntries(found.map(({ id, result }) => [id, result])),
  };
}

function wordsOf(result: Json): string {
  return typeof result === "string" ? result : quoteJson(result);
}

/** Figures as people write them: with a sign, with signs between groups, with a fraction. */
const FIGURE = /[-−]?\d+(?:[.,'\u00a0\u202f ]\d+)*/g;

/** The number that was found out, if it is a single one. */
export function numberIn(found: readonly Finding[]): number | undefined {
  const [first, ...others] = found;
  return first === undefined || others.length > 0 ? undefined : numberOf(first.result);
}

/** Of a number, of a text that is one, or of an object that holds nothing else. */
export function numberOf(value: Json): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string") {
    return /^[-+]?\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  const [only, ...others] = Object.values(value) as readonly Json[];
  return only === undefined || others.length > 0 ? undefined : numberOf(only);
}

/** Whether a text gives figures, and none of them is the number. */
export function givesAnotherFigure(text: string, number: number | undefined): boolean {
  if (number === undefined) return false;
  const figures = text.match(FIGURE) ?? [];
  return figures.length > 0 && !figures.some((figure) => isRounded(figure, number));
}

/** Whether a figure is the number, rounded to the figure's digits. Per cent counts as well. */
function isRounded(figure: string, number: number): boolean {
  const plain = figure.replace("−", "-");
  const last = plain.search(/[.,](?=\d+$)/);
  const digits = plain.replace(/[^\d-]/g, "");
  const decimals = last === -1 ? 0 : plain.length - last - 1;
  // "1,234" may be a whole number or have a fraction.
  return [0, decimals].some((places) => {
    const read = Number(digits) / 10 ** places;
    const near = (value: number): boolean => Math.abs(read - value) <= 0.5 * 10 ** -places + 1e-9;
    return near(number) || near(100 * number);
  });
}
