/** The documents with one term, in growing arrays. */
export interface List {
  /** Ascending; only the first `length` entries are valid. */
  documents: Int32Array;
  weights: Float32Array;
  length: number;
  /** Number of documents without the removed ones. */
  alive: number;
}

const NO_DOCUMENTS = new Int32Array(0);
const NO_WEIGHTS = new Float32Array(0);

/** An empty list uses no memory for arrays, because most words of a large vocabulary are rare. */
export function emptyList(): List {
  return { documents: NO_DOCUMENTS, weights: NO_WEIGHTS, length: 0, alive: 0 };
}

/** How many documents of the list have a new number. */
export function countOf({ documents, length }: List, renumbered: Int32Array): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (renumbered[documents[i] as number] !== -1) count++;
  return count;
}

/** Grows the arrays to at least this length. */
export function grow(list: List, least: number): void {
  const length = Math.max(least, Math.ceil(1.5 * list.length));
  const documents = new Int32Array(length);
  const weights = new Float32Array(length);
  documents.set(list.documents.subarray(0, list.length));
  weights.set(list.weights.subarray(0, list.length));
  list.documents = documents;
  list.weights = weights;
}
