/** Which of some short texts speak of a query: BM25 (k1 1.2, b 0.75) over words cut to their stem. */

const K1 = 1.2;
const B = 0.75;

/** Words that say nothing of the matter. */
const EMPTY = new Set(
  "a an the of to for and or in on at by with from into that this is are be it its as i my me you your please what which how do does not no".split(
    " ",
  ),
);

/**
 * @returns One score per text, in their order: 0 where no telling word is shared. A text is scored by
 * the best of the queries. Linear in the length of the texts.
 */
export function scoreTexts(queries: readonly string[], texts: readonly string[]): number[] {
  const documents = texts.map(stemsOf);
  const average =
    documents.reduce((sum, words) => sum + words.length, 0) / Math.max(1, texts.length);
  const containing = new Map<string, number>();
  for (const words of documents) {
    for (const word of new Set(words)) containing.set(word, (containing.get(word) ?? 0) + 1);
  }
  const asked = queries.map((query) => new Set(stemsOf(query)));
  return documents.map((words) => {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const norm = K1 * (1 - B + (B * words.length) / Math.max(1, average));
    const scores = asked.map((query) => {
      let score = 0;
      for (const word of query) {
        const count = counts.get(word) ?? 0;
        if (count === 0) continue;
        const others = containing.get(word) ?? 0;
        const idf = Math.log(1 + (texts.length - others + 0.5) / (others + 0.5));
        score += (idf * count * (K1 + 1)) / (count + norm);
      }
      return score;
    });
    return Math.max(0, ...scores);
  });
}

/** Rough: what differs by an ending only counts as the same word. */
function stemsOf(text: string): string[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .filter((word) => !EMPTY.has(word))
    .map((word) =>
      word.length > 4 ? word.replace(/(?:ings?|ed|es|ies|s|ly|en|er|e|y)$/, "") : word,
    );
}
