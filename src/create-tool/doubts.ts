/**
 * Doubts about a winner: what a person is asked about them, and what the answers change.
 *
 * The programs were found before the answers were known. So an answer is a held-out case for all of
 * them, and the shortest one that is right on every answer is the tool: no further search. If none is,
 * the answers are training cases of a search that goes on from these programs.
 */
import { DOUBT_BITS, type Telling } from "../../toolstore/evidence/doubts.ts";
import { sameJson } from "../core/json.ts";
import type { Task } from "../core/task.ts";
import type { Case } from "../core/tool.ts";
import type { EvolveResult, Winner } from "../evolve/loop/run.ts";
import { type CaseQuestion, caseQuestion } from "../work/case-question.ts";
import type { Examination } from "./examine.ts";

/** Maximum number of inputs that a person is asked about for one tool. */
export const MOST_ASKED = 3;
const ROUNDING = 1e-9;

/**
 * The cheapest inputs that each tell apart programs which those before do not. Undefined if no doubt
 * stands against trust, or if the winner fails a held-out case.
 */
export function questionOn(
  tool: string,
  { evidence, survivors, telling }: Examination,
  count: number,
): CaseQuestion | undefined {
  if (evidence.heldOut.passed < evidence.heldOut.total) return undefined;
  const chosen: Telling[] = [];
  let groups = 1;
  for (const each of telling) {
    if (each.cost > DOUBT_BITS || chosen.length === count) continue;
    const told = groupsBy(survivors.length, [...chosen, each]);
    if (told === groups) continue;
    groups = told;
    chosen.push(each);
  }
  if (chosen.length === 0) return undefined;
  return caseQuestion(
    tool,
    chosen.map(({ args, offers }) => ({
      args: [...args],
      results: offers.map(({ result }) => result),
    })),
  );
}

/** Number of groups of programs that give the same results on some inputs. */
function groupsBy(count: number, telling: readonly Telling[]): number {
  const kinds = Array.from({ length: count }, (_, program) =>
    telling.map(({ offers }) => offers.findIndex(({ by }) => by.includes(program))).join(),
  );
  return new Set(kinds).size;
}

export interface Searched {
  readonly result: EvolveResult;
  readonly winner: Winner;
  /** The task that was searched. */
  readonly searched: Task;
  /** The same without the cases that were found wrong. */
  readonly task: Task;
}

/**
 * The search with its answers as held-out cases, and the first program that is right on all of them as
 * its winner. Undefined if there is none.
 *
 * @param answers About inputs in `telling`.
 */
export function settledBy(
  { result, winner, searched, task }: Searched,
  { survivors, telling }: Examination,
  answers: readonly Case[],
): Searched | undefined {
  const right = answers.map(({ args, expected }) => {
    const asked = telling.find((each) => sameJson([...each.args], args));
    const offer = asked?.offers.find((each) => sameJson(each.result, expected, ROUNDING));
    return new Set(offer?.by);
  });
  const place = survivors.findIndex((_, program) => right.every((those) => those.has(program)));
  const source = survivors[place]?.source;
  const program = [winner.program, ...result.survivors].find((each) => each.source === source);
  if (program === undefined) return undefined;
  // Laplace's estimate over the programs that could have been right.
  const shares = right.map((those) => (those.size + 1) / (survivors.length + 1));
  const { train = [], sealed = [] } = winner.chances ?? {};
  const chosen = { ...winner, program, chances: { train, sealed: [...sealed, ...shares] } };
  return {
    result: { ...result, winner: chosen },
    searched: withHeldOut(searched, answers),
    task: withHeldOut(task, answers),
    winner: chosen,
  };
}

function withHeldOut(task: Task, cases: readonly Case[]): Task {
  const added = cases.map(({ args, expected }) => ({ input: args, expected }));
  return {
    ...task,
    instances: (split, seed) =>
      split === "sealed" ? [...task.instances(split, seed), ...added] : task.instances(split, seed),
  };
}
