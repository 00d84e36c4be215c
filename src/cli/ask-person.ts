/** Asks the person at the terminal about the inputs of a question, one after the other. */
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { InputError } from "../core/errors.ts";
import type { Case } from "../core/tool.ts";
import {
  type CaseQuestion,
  casesAnswered,
  HOW_TO_ANSWER,
  inputLines,
} from "../work/case-question.ts";

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  /** Makes text safe to print. */
  readonly print: (text: string) => void;
}

/**
 * An answer that cannot be read is asked for again.
 *
 * @returns undefined if the person leaves, with Ctrl-C or the end of the input: the question stays open.
 */
export async function askPerson(
  { input, output, print }: Terminal,
  question: CaseQuestion,
  signal: AbortSignal,
): Promise<readonly Case[] | undefined> {
  const lines = createInterface({ input, output });
  const gone = new AbortController();
  lines.on("close", () => gone.abort());
  lines.on("SIGINT", () => lines.close());
  try {
    print(question.text);
    print(HOW_TO_ANSWER);
    const answers: Case[] = [];
    for (const [at, line] of inputLines(question).entries()) {
      const part = { ...question, inputs: question.inputs.slice(at, at + 1) };
      print(line);
      answers.push(...(await answerTo(part)));
    }
    return answers;
  } catch (error) {
    if (gone.signal.aborted || signal.aborted) return undefined;
    throw error;
  } finally {
    lines.close();
  }

  async function answerTo(part: CaseQuestion): Promise<readonly Case[]> {
    for (;;) {
      const text = await lines.question("> ", { signal: AbortSignal.any([signal, gone.signal]) });
      if (text.trim() === "") continue;
      try {
        return casesAnswered(part, text);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        print(error.message);
      }
    }
  }
}
