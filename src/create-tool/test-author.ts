/**
 * The test author writes cases from the text alone. It sees no candidate, and authors of candidates see
 * no sealed case.
 *
 * Several authors are asked independently. Then another model call, which has seen none of their
 * answers, gives the result of each input. A case without two agreeing answers is dropped, because one
 * wrong case makes a right tool fail.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
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
const INDEPENDENT_SAMPLE = 100;

/**
 * @param samples Number of authors, asked independently, at least 1.
 * @param fault Why a case does not fit the signature; undefined if it fits.
 */
export async function writeCases(
  ask: Ask,
  brief: TestBrief,
  samples: number,
  fault: (entry: Case) => string | undefined,
  signal: AbortSignal,
): Promise<WrittenCases> {
  const { signature } = brief;
  const Written = writtenCases(argumentsSchema(signature)).refine(
    ({ cases }) => cases.some(({ args }) => argumentLists(args, signature).length > 0),
    `no case has arguments. Expected in each case args, the list of all arguments of ${signature}`,
  );
  const ended = await Promise.allSettled(
    Array.from({ length: samples }, (_, sample) =>
      ask(
        {
          role: "tester",
          prompt: "write-cases",
          variables: variablesOf(brief),
          schema: Written,
          sample,
        },
        signal,
      ),
    ),
  );
  const authors = repliesOf(ended);
  const dropped: { args: readonly Json[]; reason: string }[] = [];
  const given = new Set(brief.examples.map(({ args }) => canonicalJson(args)));
  const pool = new Map<string, { args: readonly Json[]; votes: Json[] }>();
  for (const { cases } of authors) {
    // A repeated case of the same author counts once.
    const own = new Set<string>();
    for (const { args: written, expected } of cases) {
      const readings = argumentLists(written, signature).map((args) => ({
        args: [...args],
        expected,
      }));
      const entry = readings.find((reading) => fault(reading) === undefined) ?? readings[0];
      if (entry === undefined) continue;
      const key = canonicalJson(entry.args);
      if (given.has(key) || own.has(key)) continue;
      own.add(key);
      const reason = fault(entry);
      if (reason !== undefined) dropped.push({ args: entry.args, reason });
      else pool.set(key, add(pool.get(key), entry));
    }
  }

  const single = [...pool.values()].filter(({ votes }) => votes.length < 2);
  const fresh = await answerCases(
    ask,
    brief,
    single.map(({ args }) => args),
    INDEPENDENT_SAMPLE,
    signal,
  );
  for (const [index, entry] of single.entries()) {
    const answer = fresh[index];
    if (answer !== undefined) entry.votes.push(answer);
  }

  const cases: AuthoredCase[] = [];
  for (const { args, votes } of pool.values()) {
    const agreed = mostAgreed(votes);
    if (agreed !== undefined && agreed.votes >= 2 && agreed.votes > votes.length / 2) {
      cases.push({ args: [...args], expected: agreed.value, by: "tester", votes: agreed.votes });
    } else
      dropped.push({ args, reason: "independent authors do not agree on what it should give" });
  }
  return { cases, properties: inAll(authors.map(({ properties }) => properties)), dropped };
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
  sample: number,
  signal: AbortSignal,
): Promise<readonly (Json | undefined)[]> {
  if (inputs.length === 0) return [];
  const variables = {
    ...variablesOf(brief),
    inputs: inputs.map((args, index) => `${index}: ${JSON.stringify(args)}`).join("\n"),
  };
  const question = { role: "tester", prompt: "answer-cases", schema: Answers } as const;
  const { answers } = await ask({ ...question, variables, sample }, signal).catch(
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

/**
 * The replies that came. An author that fails is one voice less.
 *
 * @throws what the first author threw if all failed.
 */
function repliesOf<Reply>(ended: readonly PromiseSettledResult<Reply>[]): readonly Reply[] {
  const failure = ended.find((each) => each.status === "rejected");
  const replies = ended.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  if (failure !== undefined && (replies.length === 0 || !isNoAnswer(failure.reason))) {
    throw failure.reason;
  }
  return replies;
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

function add(
  known: { args: readonly Json[]; votes: Json[] } | undefined,
  { args, expected }: Case,
): { args: readonly Json[]; votes: Json[] } {
  return { args, votes: [...(known?.votes ?? []), expected] };
}

function mostAgreed(votes: readonly Json[]): { value: Json; votes: number } | undefined {
  const counts = votes.map((value) => ({
    value,
    votes: votes.filter((other) => sameJson(value, other, ROUNDING)).length,
  }));
  return counts.sort((a, b) => b.votes - a.votes)[0];
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
