/**
 * Textbook BM25 (k1 1.2, b 0.75) over lower-case words of the whole tool, without fields or stems: the
 * baseline for retrieval. Each word of a query counts once; this is a stronger baseline on long queries
 * than counting repetitions.
 */
const K1 = 1.2;
const B = 0.75;

export interface PlainDocument {
  readonly id: string;
  readonly text: string;
}

/** @returns A function from a query to at most `limit` ids, best first. */
export function plainBm25(
  documents: readonly PlainDocument[],
): (query: string, limit: number) => string[] {
  const lists = new Map<string, Map<number, number>>();
  const lengths = documents.map(({ text }, document) => {
    const words = split(text);
    for (const word of words) {
      const list = lists.get(word) ?? new Map<number, number>();
      list.set(document, (list.get(document) ?? 0) + 1);
      lists.set(word, list);
    }
    return words.length;
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);

  return (query, limit) => {
    const scores = new Map<number, number>();
    for (const word of new Set(split(query))) {
      const list = lists.get(word);
      if (list === undefined) continue;
      const idf = Math.log(1 + (documents.length - list.size + 0.5) / (list.size + 0.5));
      for (const [document, count] of list) {
        const norm = K1 * (1 - B + (B * (lengths[document] as number)) / average);
        const gain = (idf * count * (K1 + 1)) / (count + norm);
        scores.set(document, (scores.get(document) ?? 0) + gain);
      }
    }
    return [...scores]
      .sort((a, z) => z[1] - a[1] || a[0] - z[0])
      .slice(0, limit)
      .map(([document]) => (documents[document] as PlainDocument).id);
  };
}

function split(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
