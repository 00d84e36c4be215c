/**
 * Which documents hold a term, and how much: an inverted index in typed arrays that takes documents
 * in, and out, one by one, and can be written down as a few flat arrays.
 *
 * A document's number is given once; a removed one leaves holes that readers skip, until `put` finds
 * more holes than documents and packs the lists anew.
 */
export interface List {
  /** Rising; the first `length` count. */
  documents: Int32Array;
  weights: Float32Array;
  length: number;
  /** Without the removed ones. */
  alive: number;
}

/** An index as flat arrays: `counts[i]` postings of `vocabulary[i]`, list after list. */
export interface PostingsDump {
  readonly keys: readonly string[];
  readonly vocabulary: readonly string[];
  readonly counts: Int32Array;
  readonly documents: Int32Array;
  readonly weights: Float32Array;
}

export interface Postings {
  /** Adds a document, or replaces the one of that key. Linear in its terms. */
  put(key: string, weights: ReadonlyMap<string, number>): void;
  remove(key: string): void;
  has(key: string): boolean;
  readonly size: number;
  /** Numbers run below this; some may be free. */
  readonly capacity: number;
  /** undefined: removed. */
  keyOf(document: number): string | undefined;
  /** Every term ever seen. */
  readonly vocabulary: readonly string[];
  /** May hold documents that were removed: see `keyOf`. */
  list(term: string): List | undefined;
  dump(): PostingsDump;
}

export function postings(dump?: PostingsDump): Postings {
  let keys: (string | undefined)[] = [];
  const lists: List[] = [];
  let numbers = new Map<string, number>();
  const termIds = new Map<string, number>();
  const vocabulary: string[] = [];
  /** Terms of all documents, one after the other: what `drop` has to count down. */
  let terms = new Int32Array(1_024);
  let starts: number[] | undefined = dump === undefined ? [0] : undefined;

  function idOf(term: string): number {
    let id = termIds.get(term);
    if (id === undefined) {
      id = vocabulary.length;
      termIds.set(term, id);
      vocabulary.push(term);
      lists.push({
        documents: new Int32Array(2),
        weights: new Float32Array(2),
        length: 0,
        alive: 0,
      });
    }
    return id;
  }

  function add(key: string, weightOf: ReadonlyMap<string, number>): void {
    starts ??= indexTerms();
    const document = keys.length;
    const start = starts[document] as number;
    if (start + weightOf.size > terms.length) terms = longer(terms, start + weightOf.size);
    keys.push(key);
    numbers.set(key, document);
    let at = start;
    for (const [term, weight] of weightOf) {
      const id = idOf(term);
      terms[at++] = id;
      const list = lists[id] as List;
      if (list.length === list.documents.length) grow(list);
      list.documents[list.length] = document;
      list.weights[list.length] = weight;
      list.length++;
      list.alive++;
    }
    starts.push(at);
  }

  function drop(key: string): void {
    const document = numbers.get(key);
    if (document === undefined) return;
    starts ??= indexTerms();
    for (let at = starts[document] as number; at < (starts[document + 1] as number); at++) {
      (lists[terms[at] as number] as List).alive--;
    }
    keys[document] = undefined;
    numbers.delete(key);
  }

  /** Takes the holes out: documents get new numbers, in the old order. */
  function pack(): void {
    const renumbered = new Int32Array(keys.length).fill(-1);
    const kept: string[] = [];
    keys.forEach((key, document) => {
      if (key === undefined) return;
      renumbered[document] = kept.length;
      kept.push(key);
    });
    for (const list of lists) {
      let to = 0;
      for (let from = 0; from < list.length; from++) {
        const document = renumbered[list.documents[from] as number] as number;
        if (document === -1) continue;
        list.documents[to] = document;
        list.weights[to++] = list.weights[from] as number;
      }
      list.length = to;
    }
    keys = kept;
    numbers = new Map(kept.map((key, document) => [key, document]));
    starts = undefined;
  }

  /** Fills `terms` out of the lists. @returns Where each document's terms start. */
  function indexTerms(): number[] {
    const counts = new Int32Array(keys.length);
    for (const { documents, length } of lists) {
      for (let i = 0; i < length; i++) {
        const document = documents[i] as number;
        counts[document] = (counts[document] as number) + 1;
      }
    }
    const begins = [0];
    for (const count of counts) begins.push((begins.at(-1) as number) + count);
    terms = new Int32Array(Math.max(1_024, begins.at(-1) as number));
    const next = Int32Array.from(begins);
    lists.forEach(({ documents, length }, id) => {
      for (let i = 0; i < length; i++) {
        const document = documents[i] as number;
        const at = next[document] as number;
        terms[at] = id;
        next[document] = at + 1;
      }
    });
    return begins;
  }

  if (dump !== undefined) {
    keys = [...dump.keys];
    numbers = new Map(dump.keys.map((key, document) => [key, document]));
    let from = 0;
    dump.vocabulary.forEach((term, id) => {
      const length = dump.counts[id] as number;
      // Views, not copies: a list is copied when it grows.
      const documents = dump.documents.subarray(from, from + length);
      const weights = dump.weights.subarray(from, from + length);
      from += length;
      termIds.set(term, id);
      vocabulary.push(term);
      lists.push({ documents, weights, length, alive: length });
    });
  }

  return {
    put(key, weightOf) {
      drop(key);
      if (keys.length > 64 && keys.length > 2 * numbers.size) pack();
      add(key, weightOf);
    },
    remove: drop,
    has: (key) => numbers.has(key),
    get size() {
      return numbers.size;
    },
    get capacity() {
      return keys.length;
    },
    keyOf: (document) => keys[document],
    vocabulary,
    list(term) {
      const id = termIds.get(term);
      return id === undefined ? undefined : lists[id];
    },
    dump() {
      if (keys.length > numbers.size) pack();
      const counts = Int32Array.from(lists, ({ length }) => length);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const documents = new Int32Array(total);
      const weights = new Float32Array(total);
      let to = 0;
      for (const list of lists) {
        documents.set(list.documents.subarray(0, list.length), to);
        weights.set(list.weights.subarray(0, list.length), to);
        to += list.length;
      }
      return { keys: [...numbers.keys()], vocabulary, counts, documents, weights };
    },
  };
}

function grow(list: List): void {
  const length = Math.max(4, list.length * 2);
  const documents = new Int32Array(length);
  const weights = new Float32Array(length);
  documents.set(list.documents);
  weights.set(list.weights);
  list.documents = documents;
  list.weights = weights;
}

function longer(values: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(least, 2 * values.length));
  grown.set(values);
  return grown;
}
