/** The documents that hold one term, in arrays that grow. */
export interface List {
  /** Rising; the first `length` count. */
  documents: Int32Array;
  weights: Float32Array;
  length: number;
  /** Without the removed ones. */
  alive: number;
}

const NO_DOCUMENTS = new Int32Array(0);
const NO_WEIGHTS = new Float32Array(0);

/** Most words of a large vocabulary are rare: a list takes no room before it holds something. */
export function emptyList(): List {
  return { documents: NO_DOCUMENTS, weights: NO_WEIGHTS, length: 0, alive: 0 };
}

/** How many of its documents have a number. */
export function countOf({ documents, length }: List, renumbered: Int32Array): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (renumbered[documents[i] as number] !== -1) count++;
  return count;
}

/** Makes room for at least so many. */
export function grow(list: List, least: number): void {
  const length = Math.max(least, Math.ceil(1.5 * list.length));
  const documents = new Int32Array(length);
  const weights = new Float32Array(length);
  documents.set(list.documents.subarray(0, list.length));
  weights.set(list.weights.subarray(0, list.length));
  list.documents = documents;
  list.weights = weights;
}
