/**
 * Repair: a program that failed, with how it failed, and one of the same parents that works and
 * beats them. (After SOAR, arXiv 2507.14172, which samples such pairs; here each failure and each
 * program that works is used once.)
 */
import type { Attempt } from "./attempts.ts";
import type { Conversation } from "./examples.ts";

/** @param better Attempts that beat their parents. @param words What is asked, and in which language. */
export function repairs(
  attempts: readonly Attempt[],
  better: readonly Attempt[],
  words: (broken: string, reason: string) => Conversation["messages"],
): readonly Conversation[] {
  const working = Map.groupBy(better, parentsOf);
  const best = new Map(
    [...working].map(([parents, group]) => [
      parents,
      group.toSorted((a, b) => (b.fitness ?? 0) - (a.fitness ?? 0)),
    ]),
  );
  const used = new Map<string, number>();
  return attempts.flatMap((attempt): Conversation[] => {
    const { candidate } = attempt;
    const { status, source, reason, kind, parents } = candidate;
    if (status !== "failed" || source === undefined || parents.length === 0) return [];
    const key = parentsOf(attempt);
    const at = used.get(key) ?? 0;
    const mended = best.get(key)?.[at];
    if (mended === undefined) return [];
    used.set(key, at + 1);
    const terms = [...new Set([...attempt.origin.terms, ...mended.origin.terms])].sort();
    const models = [...new Set([...attempt.origin.models, ...mended.origin.models])].sort();
    return [
      {
        kind: "conversation",
        messages: [...words(source, reason ?? kind ?? "it failed"), mended.program],
        tools: [],
        origin: { ...mended.origin, recipe: "repair", terms, models },
      },
    ];
  });
}

function parentsOf({ candidate }: Attempt): string {
  return [...candidate.parents].sort().join(",");
}
