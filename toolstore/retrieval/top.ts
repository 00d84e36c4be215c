/** The order of every list of matches: best first, equal scores by key. */
export function bestOf<T extends { readonly key: string; readonly score: number }>(
  entries: readonly T[],
  limit: number,
): T[] {
  return [...entries]
    .sort((a, z) => z.score - a.score || (a.key < z.key ? -1 : a.key > z.key ? 1 : 0))
    .slice(0, limit);
}
