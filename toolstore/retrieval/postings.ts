/**
 * Which documents hold a term, and how much: an inverted index in typed arrays that takes documents
 * in, and out, one by one.
 *
 * A document's number is given once; a removed one leaves holes that readers skip, until `put` finds
 * more holes than documents and packs the lists anew.
 */
interface List {
  documents: Int32Array;
  weights: Float32Array;
  length: number;
  /** Without the removed ones. */
  alive: number;
}

interface Entry {
  readonly key: string;
  readonly terms: Int32Array;
  readonly weights: Float32Array;
}

export interface Postings {
  /** Adds a document, or replaces the one of that key. Linear in its terms. */
  put(key: string, weights: ReadonlyMap<string, number>): void;
  remove(key: string): void;
  readonly size: number;
  /** Numbers run below this; some may be free. */
  readonly capacity: number;
  keyOf(document: number): string;
  termId(term: string): number | undefined;
  /** Every term ever seen, by number. */
  readonly vocabulary: readonly string[];
  /** How many documents hold it. */
  frequency(termId: number): number;
  forEach(termId: number, visit: (document: number, weight: number) => void): void;
}

export function postings(): Postings {
  let entries: (Entry | undefined)[] = [];
  let lists: List[] = [];
  let numbers = new Map<string, number>();
  const termIds = new Map<string, number>();
  const vocabulary: string[] = [];

  function idOf(term: string): number {
    let id = termIds.get(term);
    if (id === undefined) {
      id = vocabulary.length;
      termIds.set(term, id);
      vocabulary.push(term);
      lists.push(emptyList());
    }
    return id;
  }

  function append(entry: Entry): void {
    const document = entries.length;
    entries.push(entry);
    numbers.set(entry.key, document);
    for (let i = 0; i < entry.terms.length; i++) {
      const list = lists[entry.terms[i] ?? 0] as List;
      if (list.length === list.documents.length) grow(list);
      list.documents[list.length] = document;
      list.weights[list.length] = entry.weights[i] ?? 0;
      list.length++;
      list.alive++;
    }
  }

  function drop(key: string): void {
    const document = numbers.get(key);
    if (document === undefined) return;
    const entry = entries[document] as Entry;
    for (const term of entry.terms) (lists[term] as List).alive--;
    entries[document] = undefined;
    numbers.delete(key);
  }

  function pack(): void {
    const kept = entries.filter((entry) => entry !== undefined);
    entries = [];
    numbers = new Map();
    lists = lists.map(emptyList);
    for (const entry of kept) append(entry);
  }

  return {
    put(key, weightOf) {
      drop(key);
      if (entries.length > 64 && entries.length > 2 * numbers.size) pack();
      const ids = new Int32Array(weightOf.size);
      const weights = new Float32Array(weightOf.size);
      let at = 0;
      for (const [term, weight] of weightOf) {
        ids[at] = idOf(term);
        weights[at++] = weight;
      }
      append({ key, terms: ids, weights });
    },
    remove: drop,
    get size() {
      return numbers.size;
    },
    get capacity() {
      return entries.length;
    },
    keyOf: (document) => (entries[document] as Entry).key,
    termId: (term) => termIds.get(term),
    vocabulary,
    frequency: (termId) => lists[termId]?.alive ?? 0,
    forEach(termId, visit) {
      const list = lists[termId];
      if (list === undefined) return;
      for (let i = 0; i < list.length; i++) {
        const document = list.documents[i] as number;
        if (entries[document] !== undefined) visit(document, list.weights[i] as number);
      }
    },
  };
}

function emptyList(): List {
  return { documents: new Int32Array(2), weights: new Float32Array(2), length: 0, alive: 0 };
}

function grow(list: List): void {
  const documents = new Int32Array(list.documents.length * 2);
  const weights = new Float32Array(list.weights.length * 2);
  documents.set(list.documents);
  weights.set(list.weights);
  list.documents = documents;
  list.weights = weights;
}
