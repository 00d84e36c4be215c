/**
 * Preference pairs: two attempts at one prompt, the better one chosen (EvoTune, arXiv 2504.05108; the
 * rule is theirs, the limits on number and length are ours).
 */
import type { Attempt } from "./attempts.ts";
import type { Preference } from "./examples.ts";

/** Maximum number of pairs per prompt; more would outweigh the others. */
const PAIRS_PER_PROMPT = 4;
/** Maximum length ratio of the longer answer to the shorter; above it, length would be learned. */
const LENGTH_RATIO = 2;

/**
 * Of one prompt's distinct fitness values, pairs the better half with the worse half by rank, and each
 * failure with the better ones in turn. Two failures make no pair.
 *
 * @returns A function per pair that makes it on demand.
 * @param margin Fitness differences up to it make no pair.
 */
export function pairs(group: readonly Attempt[], margin: number): readonly (() => Preference)[] {
  const distinct = new Map<number, Attempt>();
  for (const attempt of group) {
    const { fitness } = attempt;
    if (fitness !== undefined && !distinct.has(fitness)) distinct.set(fitness, attempt);
  }
  const ranked = [...distinct.values()].sort((a, b) => (b.fitness ?? 0) - (a.fitness ?? 0));
  const middle = Math.ceil(ranked.length / 2);
  const better = ranked.slice(0, middle);
  const worse = ranked.slice(middle);
  const failed = group.filter(({ candidate }) => candidate.status === "failed");
  const offered: (readonly [chosen: Attempt | undefined, rejected: Attempt])[] = [
    ...worse.map((attempt, rank) => [better[rank], attempt] as const),
    ...failed.map((attempt, index) => [better[index % better.length], attempt] as const),
  ];
  return offered
    .flatMap(([chosen, rejected]) =>
      chosen === undefined ? [] : (pair(chosen, rejected, margin) ?? []),
    )
    .slice(0, PAIRS_PER_PROMPT);
}

function pair(chosen: Attempt, rejected: Attempt, margin: number): (() => Preference) | undefined {
  const lead = rejected.fitness === undefined ? Infinity : (chosen.fitness ?? 0) - rejected.fitness;
  if (!(lead > margin)) return undefined;
  const lengths = [chosen.length, rejected.length].sort((a, b) => a - b);
  if ((lengths[1] ?? 0) > LENGTH_RATIO * (lengths[0] ?? 0)) return undefined;
  return () => preference(chosen, rejected, lead);
}

function preference(chosen: Attempt, rejected: Attempt, lead: number): Preference {
  const terms = [...new Set([...chosen.origin.terms, ...rejected.origin.terms])].sort();
  const models = [...new Set([...chosen.origin.models, ...rejected.origin.models])].sort();
  return {
    kind: "preference",
    prompt: chosen.prompt,
    chosen: chosen.reply,
    rejected: rejected.reply,
    origin: {
      ...chosen.origin,
      terms,
      models,
      // A pair teaches as much as its halves differ.
      ...(Number.isFinite(lead) ? { gain: lead } : {}),
    },
  };
}
