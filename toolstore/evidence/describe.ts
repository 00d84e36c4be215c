/**
 * What the cases of a tool show and what they do not, in words. It stands in the tool's description,
 * behind what was asked.
 */
import type { Json } from "../../src/core/json.ts";

/**
 * @param inputs Argument lists of all cases, the held-out ones too.
 * @param unused Numbers of the request that the tool does not use.
 * @returns Sentences, at least one.
 */
export function describeTests(
  inputs: readonly (readonly Json[])[],
  unused: readonly string[],
): string {
  const missing = untested(inputs);
  return [
    `Tested on ${inputs.length} case${inputs.length === 1 ? "" : "s"}.`,
    ...(missing.length > 0 ? [`Not tested: ${missing.join(", ")}.`] : []),
    ...(unused.length > 0
      ? [`Numbers of the request that it does not use: ${unused.join(", ")}.`]
      : []),
  ].join(" ");
}

/** Kinds of inputs that no case has, of those that the types allow. */
function untested(inputs: readonly (readonly Json[])[]): readonly string[] {
  const numbers: number[] = [];
  const texts: string[] = [];
  const lists: number[] = [];
  const visit = (value: Json): void => {
    if (typeof value === "number") numbers.push(value);
    if (typeof value === "string") texts.push(value);
    if (Array.isArray(value)) lists.push(value.length);
    if (value !== null && typeof value === "object") Object.values(value).forEach(visit);
  };
  for (const input of inputs) input.forEach(visit);
  const kinds: readonly (readonly [boolean, string])[] = [
    [numbers.length > 0 && numbers.every((value) => value >= 0), "negative numbers"],
    [numbers.length > 0 && !numbers.includes(0), "zero"],
    [numbers.length > 0 && numbers.every(Number.isInteger), "decimals"],
    [texts.length > 0 && !texts.includes(""), "an empty text"],
    [texts.length > 0 && texts.every((text) => /^\p{ASCII}*$/u.test(text)), "letters beyond ASCII"],
    [lists.length > 0 && !lists.includes(0), "an empty list"],
  ];
  return kinds.filter(([missing]) => missing).map(([, name]) => name);
}
