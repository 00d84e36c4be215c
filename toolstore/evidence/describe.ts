/**
 * What a tool's evidence says, in words: how it was tested, what no case shows, and where it is unsure.
 * It stands in the tool's description, behind what was asked.
 */
import type { Evidence } from "../../src/core/evidence.ts";
import type { Json } from "../../src/core/json.ts";
import type { Case } from "../../src/core/tool.ts";

const LONGEST = 60;

/**
 * @param cases All cases, the held-out ones too.
 * @param unused Numbers of the request that the tool does not use.
 * @returns Sentences, at least one.
 */
export function describeEvidence(
  { status, heldOut, unsureOn }: Evidence,
  cases: readonly Case[],
  unused: readonly string[],
): string {
  const missing = untested(cases.map(({ args }) => args));
  const { passed, total } = heldOut;
  const tested =
    total === 0
      ? `Made from ${cases.length} cases, none of them held out`
      : `Tested on ${cases.length} cases, ${total} of them held out (${passed} passed)`;
  return [
    `${tested}: ${status}.`,
    ...(missing.length > 0 ? [`Not tested: ${missing.join(", ")}.`] : []),
    ...(unused.length > 0
      ? [`Numbers of the request that it does not use: ${unused.join(", ")}.`]
      : []),
    ...unsureOn
      .slice(0, 2)
      .map(
        ({ args, results }) =>
          `Unsure on ${shown(args)}: ${results.slice(0, 3).map(shown).join(" or ")}.`,
      ),
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

function shown(value: Json | readonly Json[]): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
