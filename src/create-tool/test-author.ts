/**
 * The test author writes cases from the text alone. It sees no candidate, and authors of candidates see
 * no sealed case.
 *
 * Another model call, in other words and without the author's answers, gives the result of each input.
 * A case on which the two do not agree is dropped, because one wrong case makes a right tool fail. Two
 * calls with the same words would be one voice: many servers answer an equal question equally. Only if
 * too few cases are left, another author is asked for other inputs.
 */
import { z } from "zod";
import type { Ask, Question } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { isNoAnswer } from "../ask/help.ts";
import { canonicalJson, Json, sameJson } from "../core/json.ts";
import type { Case, JsonSchema } from "../core/tool.ts";
import type { AuthoredCase, Property } from "./authored.ts";
import { ANY_ARGUMENTS, argumentLists, argumentsSchema } from "./written-arguments.ts";

/** The text's content, without anything that comes from a candidate. */
export interface TestBrief {
  readonly name: string;
  readonly description: string;
  readonly signature: string;
  /** The request's text, with its requirements and constraints. */
  readonly words: string;
  /** A person's examples: never doubted, and no author is asked for their results. */
  readonly examples: readonly Case[];
}

export interface WrittenCases {
  /** Number of authors who wrote cases. */
  readonly authors: number;
  readonly cases: readonly AuthoredCase[];
  readonly properties: readonly Property[];
  readonly dropped: readonly { readonly args: readonly Json[]; readonly reason: string }[];
}

const Value = z.unknown().transform((value) => Json.parse(value ?? null));
const WrittenProperty = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("idempotent") }),
  z.object({ kind: z.literal("symmetric") }),
  z.object({ kind: z.literal("inverse"), tool: z.string().meta({ maxLength: 80 }) }),
  z.object({
    kind: z.literal("bounds"),
    minimum: z.number().exactOptional(),
    maximum: z.number().exactOptional(),
  }),
]);
function writtenCases(args: JsonSchema = ANY_ARGUMENTS) {
  return z.object({
    cases: z
      .array(
        z
          .object({ args: z.unknown().optional().meta(args), expected: Value })
          // A case without arguments is dropped. It does not make the other cases useless.
          .meta({ required: ["args", "expected"] }),
      )
      .min(1)
      .max(30),
    properties: z.array(WrittenProperty).meta({ maxItems: 6 }).default([]),
  });
}
asked("write-cases", writtenCases());
const Answers = asked(
  "answer-cases",
  z.object({
    answers: z
      .array(z.object({ case: z.int(), expected: Value, unclear: z.boolean().default(false) }))
      .meta({ maxItems: 100 }),
  }),
);

/** Tolerance for comparing numbers that come from arithmetic. */
export const ROUNDING = 1e-6;

export interface AuthorOptions {
  /** Maximum number of authors, at least 1. */
  readonly most: number;
  /** Another author is asked as long as fewer cases are agreed on. */
  readonly enough: number;
}

/**
 * @param fault Why a case does not fit the signature; undefined if it fits.
 * @throws what the first author threw if all failed.
 */
export async function writeCases(
  ask: Ask,
  brief: TestBrief,
  { most, enough }: AuthorOptions,
  fault: (entry: Case) => string | undefined,
  signal: AbortSignal,
): Promise<WrittenCases> {
  const known = new Set(brief.examples.map(({ args }) => canonicalJson(args)));
  const cases: AuthoredCase[] = [];
  const dropped: { args: readonly Json[]; reason: string }[] = [];
  const properties: (readonly Property[])[] = [];
  let failure: unknown;
  for (let sample = 0; sample === 0 || (sample < most && cases.length < enough); sample++) {
    const author = await askAuthor(ask, brief, { sample, used: [...known] }, signal).catch(
      (error: unknown) => {
        if (!isNoAnswer(error)) throw error;
        failure ??= error;
      },
    );
    if (author === undefined) continue;
    properties.push(author.properties);
    const fitting: Case[] = [];
    for (const { args: written, expected } of author.cases) {
      const readings = argumentLists(written, brief.signature).map((args) => ({
        args: [...args],
        expected,
      }));
      const entry = readings.find((reading) => fault(reading) === undefined) ?? readings[0];
      if (entry === undefined || known.has(canonicalJson(entry.args))) continue;
      known.add(canonicalJson(entry.args));
      const reason = fault(entry);
      if (reason === undefined) fitting.push(entry);
      else dropped.push({ args: entry.args, reason });
    }
    const inputs = fitting.map(({ args }) => args);
    const second = await answerCases(ask, brief, inputs, { sample }, signal);
    for (const [index, { args, expected }] of fitting.entries()) {
      const answer = second[index];
      if (answer !== undefined && sameJson(answer, expected, ROUNDING)) {
        cases.push({ args, expected, by: "tester", votes: 2 });
      } else {
        dropped.push({ args, reason: "independent authors do not agree on what it should give" });
      }
    }
  }
  if (properties.length === 0) throw failure;
  return { authors: properties.length, cases, properties: inAll(properties), dropped };
}

function askAuthor(
  ask: Ask,
  brief: TestBrief,
  { sample, used }: { readonly sample: number; readonly used: readonly string[] },
  signal: AbortSignal,
) {
  const { signature } = brief;
  const schema = writtenCases(argumentsSchema(signature)).refine(
    ({ cases }) => cases.some(({ args }) => argumentLists(args, signature).length > 0),
    `no case has arguments. Expected in each case args, the list of all arguments of ${signature}`,
  );
  const question = { role: "tester", prompt: "write-cases", schema, sample } as const;
  const variables = { ...variablesOf(brief), used: sample === 0 ? "" : used.join("\n") };
  return ask({ ...question, variables }, signal);
}

/**
 * The results of the inputs, by a model that sees only the text and the inputs.
 *
 * @returns In the order of the inputs; undefined if the text does not decide, or no answer came.
 */
export async function answerCases(
  ask: Ask,
  brief: TestBrief,
  inputs: readonly (readonly Json[])[],
  voice: Pick<Question<typeof Answers>, "sample" | "varied">,
  signal: AbortSignal,
): Promise<readonly (Json | undefined)[]> {
  if (inputs.length === 0) return [];
  const variables = {
    ...variablesOf(brief),
    inputs: inputs.map((args, index) => `${index}: ${JSON.stringify(args)}`).join("\n"),
  };
  const question = { role: "tester", prompt: "answer-cases", schema: Answers } as const;
  const { answers } = await ask({ ...question, variables, ...voice }, signal).catch(
    (error: unknown) => {
      // Whoever gives no answer has no voice.
      if (!isNoAnswer(error)) throw error;
      return { answers: [] };
    },
  );
  return inputs.map((_, index) => {
    const answer = answers.find((entry) => entry.case === index);
    return answer === undefined || answer.unclear ? undefined : answer.expected;
  });
}

function variablesOf({ name, description, signature, words, examples }: TestBrief) {
  return {
    name,
    description,
    signature,
    words,
    examples: examples.map(({ args, expected }) => JSON.stringify({ args, expected })).join("\n"),
  };
}

/** A property of a single author is a guess, so all authors must agree. With one author, all stay. */
function inAll(lists: readonly (readonly Property[])[]): readonly Property[] {
  const [first = [], ...others] = lists;
  if (others.length === 0) return [];
  return first.filter((property) =>
    others.every((list) => list.some((other) => sameProperty(property, other))),
  );
}

function sameProperty(left: Property, right: Property): boolean {
  return canonicalJson({ ...left }) === canonicalJson({ ...right });
}
