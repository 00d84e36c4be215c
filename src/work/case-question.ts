/**
 * A question to a person: what is the right result of these inputs? It offers the results that programs
 * give which fit every case so far. The answers are cases.
 */
import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { Json, sameJson } from "../core/json.ts";
import { secretKindsIn } from "../core/text/secrets.ts";
import { Case } from "../core/tool.ts";

const AskedInput = z.object({
  args: z.array(Json),
  /** The results on offer; the first is that of the program which would be registered. */
  results: z.array(Json).min(1),
});

/** As it is stored with the wait of a request. */
export const CaseQuestion = z.object({
  kind: z.literal("question"),
  text: z.string(),
  tool: z.string(),
  inputs: z.array(AskedInput).min(1),
});
export type CaseQuestion = z.output<typeof CaseQuestion>;

/** For an input whose right result the person does not know. */
const UNKNOWN = "-";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

export function caseQuestion(tool: string, inputs: CaseQuestion["inputs"]): CaseQuestion {
  return {
    kind: "question",
    tool,
    text: `Several programs fit every example of ${tool}, and they differ on other inputs. Which result is right?`,
    inputs,
  };
}

/** One line for each input: the call, and the results on offer with their letters. */
export function inputLines({ tool, inputs }: CaseQuestion): readonly string[] {
  return inputs.map(({ args, results }, at) => {
    const offers = results
      .slice(0, LETTERS.length)
      .map((result, place) => `${LETTERS[place]}) ${JSON.stringify(result)}`);
    const call = `${tool}(${args.map((value) => JSON.stringify(value)).join(", ")})`;
    return `${at + 1}. ${call}   ${offers.join("   ")}`;
  });
}

export const HOW_TO_ANSWER = `For each input: the letter of a result, or another result as JSON, or ${UNKNOWN} if you do not know.`;

/** An answer that takes the first result of every input, as words of a command line. */
export function exampleAnswer({ inputs }: CaseQuestion): string {
  return inputs.map(() => LETTERS[0]).join(" ");
}

/**
 * @param answer One part for each input, as a list or as a text with spaces or commas between them: a
 *   letter, JSON, or "-". Or a list of cases `{ args, expected }`, which need not have every input.
 *   A string in a list is read as a part of such a text.
 * @returns A case for each input whose result is known.
 * @throws InputError BAD_ANSWER, SECRET_ARGUMENTS
 */
export function casesAnswered(question: CaseQuestion, answer: Json): readonly Case[] {
  const { inputs } = question;
  const cases = Case.array().min(1).safeParse(answer);
  if (cases.success) return checked(question, cases.data);
  const parts = partsOf(answer, inputs.length);
  if (parts.length !== inputs.length) {
    throw badAnswer(question, `${parts.length} parts for ${inputs.length} inputs`);
  }
  return checked(
    question,
    inputs.flatMap(({ args, results }, at): Case[] => {
      const part = parts[at] ?? null;
      if (typeof part !== "string") return [{ args, expected: part }];
      const word = part.trim();
      if (word === UNKNOWN) return [];
      const place = word.length === 1 ? LETTERS.indexOf(word.toLowerCase()) : -1;
      const offered = place < 0 ? undefined : results[place];
      return [{ args, expected: offered ?? parsed(question, word) }];
    }),
  );
}

function partsOf(answer: Json, count: number): readonly Json[] {
  if (Array.isArray(answer)) return answer as readonly Json[];
  if (typeof answer !== "string" || count === 1) return [answer];
  const words = wordsOf(answer);
  return words.length === 1 ? (listIn(answer) ?? words) : words;
}

/** Splits at spaces and commas, but not inside of JSON. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let depth = 0;
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\s,]+|[^\s,"]/gs)) {
    if (/^[[{]$/.test(piece)) depth++;
    if (/^[\]}]$/.test(piece)) depth--;
    const ends = depth <= 0 && /^[\s,]/.test(piece);
    if (ends && word !== "") words.push(word);
    word = ends ? "" : word + piece;
  }
  return word === "" ? words : [...words, word];
}

function listIn(text: string): readonly Json[] | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parsed(question: CaseQuestion, word: string): Json {
  try {
    return JSON.parse(word) as Json;
  } catch {
    throw badAnswer(
      question,
      `"${word.slice(0, 80)}", which is neither a letter on offer nor JSON`,
    );
  }
}

/** The cases, if they are about inputs of the question and hold no secret. */
function checked(question: CaseQuestion, cases: readonly Case[]): readonly Case[] {
  for (const { args } of cases) {
    if (!question.inputs.some((input) => sameJson(input.args, args, 0))) {
      throw badAnswer(question, `${JSON.stringify(args)}, which was not asked about`);
    }
  }
  // The journal would replace it, and the case would be about another value.
  const secrets = secretKindsIn(JSON.stringify(cases));
  if (secrets.length === 0) return cases;
  throw new InputError(
    "SECRET_ARGUMENTS",
    `Expected an answer without secrets, got what looks like one (${secrets.join(", ")}). Answer ${UNKNOWN} for this input.`,
  );
}

function badAnswer(question: CaseQuestion, got: string): InputError {
  return new InputError(
    "BAD_ANSWER",
    [
      `Expected the results of ${question.inputs.length} inputs, got ${got}. ${HOW_TO_ANSWER} Nothing was changed.`,
      ...inputLines(question),
    ].join("\n  "),
  );
}
