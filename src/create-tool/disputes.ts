/**
 * A candidate and the test author disagree on a few cases: which one is wrong?
 *
 * Authors who have seen neither answer are asked for the results of those inputs. Each side counts its
 * independent votes, including the candidate's own. A case stays unless more votes are against it than
 * for it. A person's example is never doubted, and a candidate that disagrees on more than a quarter of
 * the cases is not reliable on any of them.
 *
 * Source of the idea: Chen et al., "CodeT: Code Generation with Generated Tests" (2022): neither code
 * nor test is trusted alone, only their agreement.
 */

import type { Ask } from "../ask/ask.ts";
import type { NewEvent } from "../core/event.ts";
import type { Execution } from "../core/execution.ts";
import { type Json, sameJson } from "../core/json.ts";
import type { AuthoredCase, AuthoredTask } from "./authored.ts";
import { answerCases, ROUNDING } from "./test-author.ts";

export interface DisputePorts {
  readonly ask: Ask;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
}

const DOUBTED_SHARE = 0.25;
const INDEPENDENT_SAMPLES = [200, 201];

/**
 * @param behaviour What the candidate did on each authored case, in the same order.
 * @returns The wrong cases; empty if all are right, or if the candidate is not reliable.
 */
export async function settleDisputes(
  { ask, trace }: DisputePorts,
  task: AuthoredTask,
  words: string,
  behaviour: readonly Execution[],
  signal: AbortSignal,
): Promise<readonly AuthoredCase[]> {
  const disputed: { entry: AuthoredCase; output: Json }[] = [];
  for (const [index, entry] of task.authored.entries()) {
    const execution = behaviour[index];
    const returned = execution?.status === "returned" ? execution : undefined;
    if (returned !== undefined && sameJson(returned.output, entry.expected, ROUNDING)) continue;
    // A candidate that throws has no answer to compare with the case.
    if (returned === undefined || entry.by === "user") return [];
    disputed.push({ entry, output: returned.output });
  }
  if (
    disputed.length === 0 ||
    disputed.length > Math.max(1, task.authored.length * DOUBTED_SHARE)
  ) {
    return [];
  }

  const inputs = disputed.map(({ entry }) => entry.args);
  const examples = task.authored.filter(({ by }) => by === "user");
  const brief = { ...task.spec, words, examples };
  const rounds = await Promise.all(
    INDEPENDENT_SAMPLES.map((sample) =>
      answerCases(ask, brief, inputs, { sample, varied: true }, signal),
    ),
  );
  const verdicts = disputed.map(({ entry, output }, index) => {
    const fresh = rounds.map((answers) => answers[index]);
    const voices = (value: Json): number =>
      fresh.filter((answer) => answer !== undefined && sameJson(answer, value, ROUNDING)).length;
    const expected = entry.votes + voices(entry.expected);
    const given = 1 + voices(output);
    return { entry, output, expected, given, dropped: given > expected };
  });
  await trace([
    {
      type: "cases-dispute",
      data: {
        cases: verdicts.map(({ entry, output, expected, given, dropped }) => ({
          args: [...entry.args],
          expected: entry.expected,
          got: output,
          voicesFor: expected,
          voicesAgainst: given,
          verdict: dropped ? "dropped" : "stands",
        })),
      },
    },
  ]);
  return verdicts.filter(({ dropped }) => dropped).map(({ entry }) => entry);
}
