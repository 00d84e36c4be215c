/**
 * Repair: a program that failed, the reason, and a program of the same parents that works and beats
 * them. (After SOAR, arXiv 2507.14172, which samples such pairs; here each failure and each working
 * program is used once.)
 */
import type { Attempt } from "./attempts.ts";
import type { Conversation } from "./examples.ts";

export interface Repair {
  readonly broken: Attempt;
  readonly working: Attempt;
}

/** @param better Attempts that beat their parents. */
export function repairs(
  attempts: readonly Attempt[],
  better: readonly Attempt[],
): readonly Repair[] {
  const best = new Map(
    [...Map.groupBy(better, parentsOf)].map(([parents, group]) => [
      parents,
      group.toSorted((a, b) => (b.fitness ?? 0) - (a.fitness ?? 0)),
    ]),
  );
  const used = new Map<string, number>();
  return attempts.flatMap((broken): Repair[] => {
    const { status, parents } = broken.candidate;
    if (status !== "failed" || parents.length === 0) return [];
    const key = parentsOf(broken);
    const at = used.get(key) ?? 0;
    const working = best.get(key)?.[at];
    if (working === undefined) return [];
    used.set(key, at + 1);
    return [{ broken, working }];
  });
}

/** @param words The text of the prompt. */
export function repaired(
  { broken, working }: Repair,
  words: (source: string, reason: string) => Conversation["messages"],
): Conversation {
  const { reason, kind } = broken.candidate;
  const [before, after] = [broken.origin, working.origin];
  const terms = [...new Set([...before.terms, ...after.terms])].sort();
  const models = [...new Set([...before.models, ...after.models])].sort();
  return {
    kind: "conversation",
    messages: [...words(broken.source, reason ?? kind ?? "it failed"), working.program],
    tools: [],
    origin: { ...after, recipe: "repair", terms, models },
  };
}

function parentsOf({ candidate }: Attempt): string {
  return [...candidate.parents].sort().join(",");
}
