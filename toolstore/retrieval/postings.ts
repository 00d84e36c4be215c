/**
 * An inverted index in typed arrays: which documents contain a term, and with which weight. Documents are
 * added and removed one by one; the index can be dumped, completely or in part, as a few flat arrays.
 *
 * Document numbers are not reused. A removed document leaves holes that readers skip; when there are
 * more holes than documents, `put` compacts the lists.
 */
import { countOf, emptyList, grow, type List } from "./posting-list.ts";

/** An index as flat arrays: `counts[i]` postings of `vocabulary[i]`, one list after another. */
export interface PostingsDump {
  readonly keys: readonly string[];
  readonly vocabulary: readonly string[];
  readonly counts: Int32Array;
  readonly documents: Int32Array;
  readonly weights: Float32Array;
}

export interface Postings {
  /** Adds a document, or replaces the one with that key. Linear in its terms. */
  put(key: string, weights: ReadonlyMap<string, number>): void;
  remove(key: string): void;
  has(key: string): boolean;
  readonly size: number;
  /** All document numbers are below this; some may belong to removed documents. */
  readonly capacity: number;
  /** undefined if the document was removed. */
  keyOf(document: number): string | undefined;
  /** All terms, including those of removed documents. */
  readonly vocabulary: readonly string[];
  /** May contain removed documents: see `keyOf`. */
  list(term: string): List | undefined;
  /** A dump of all documents, or of those with some keys. Linear in all postings. */
  dump(only?: ReadonlySet<string>): PostingsDump;
  /** Adds the documents of a dump; their keys must be new. Linear in the dump. */
  append(dump: PostingsDump): void;
}

export function postings(dump?: PostingsDump): Postings {
  let keys: (string | undefined)[] = [];
  const lists: List[] = [];
  let numbers = new Map<string, number>();
  const termIds = new Map<string, number>();
  const vocabulary: string[] = [];
  /** Terms of all documents, one after another; `drop` needs them and builds them at its first call. */
  let terms = new Int32Array(0);
  let starts: number[] | undefined;

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

  function add(key: string, weightOf: ReadonlyMap<string, number>): void {
    const document = keys.length;
    let at = starts?.[document] ?? 0;
    if (starts !== undefined && at + weightOf.size > terms.length) {
      terms = longer(terms, at + weightOf.size);
    }
    keys.push(key);
    numbers.set(key, document);
    for (const [term, weight] of weightOf) {
      const id = idOf(term);
      if (starts !== undefined) terms[at++] = id;
      const list = lists[id] as List;
      if (list.length === list.documents.length) grow(list, list.length + 1);
      list.documents[list.length] = document;
      list.weights[list.length] = weight;
      list.length++;
      list.alive++;
    }
    starts?.push(at);
  }

  function append({ counts, ...part }: PostingsDump): void {
    starts = undefined;
    const first = keys.length;
    for (const key of part.keys) {
      numbers.set(key, keys.length);
      keys.push(key);
    }
    let from = 0;
    part.vocabulary.forEach((term, i) => {
      const count = counts[i] as number;
      const list = lists[idOf(term)] as List;
      const documents = part.documents.subarray(from, from + count);
      const weights = part.weights.subarray(from, from + count);
      from += count;
      if (list.length === 0 && first === 0) {
        // Views instead of copies: a list is copied when it grows.
        Object.assign(list, { documents, weights });
      } else {
        const length = list.length + count;
        if (length > list.documents.length) grow(list, length);
        list.weights.set(weights, list.length);
        for (let at = 0; at < count; at++) {
          list.documents[list.length + at] = first + (documents[at] as number);
        }
      }
      list.length += count;
      list.alive += count;
    });
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

  /** The existing keys, in order, and each document's index among them; -1 for the others. */
  function numbersOf(only?: ReadonlySet<string>): { existing: string[]; renumbered: Int32Array } {
    const renumbered = new Int32Array(keys.length).fill(-1);
    const existing: string[] = [];
    keys.forEach((key, document) => {
      if (key === undefined || only?.has(key) === false) return;
      renumbered[document] = existing.length;
      existing.push(key);
    });
    return { existing, renumbered };
  }

  /** Removes the holes: documents get new numbers, in the old order. */
  function compact(): void {
    const { existing, renumbered } = numbersOf();
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
    keys = existing;
    numbers = new Map(existing.map((key, document) => [key, document]));
    starts = undefined;
  }

  /** Fills `terms` from the lists. @returns The start of each document's terms. */
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

  if (dump !== undefined) append(dump);

  return {
    put(key, weightOf) {
      drop(key);
      if (keys.length > 64 && keys.length > 2 * numbers.size) compact();
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
    dump(only) {
      const { existing, renumbered } = numbersOf(only);
      const words: string[] = [];
      const counts: number[] = [];
      let total = 0;
      lists.forEach((list, id) => {
        const count = countOf(list, renumbered);
        if (count === 0) return;
        words.push(vocabulary[id] as string);
        counts.push(count);
        total += count;
      });
      const documents = new Int32Array(total);
      const weights = new Float32Array(total);
      let to = 0;
      for (const list of lists) {
        for (let from = 0; from < list.length; from++) {
          const document = renumbered[list.documents[from] as number] as number;
          if (document === -1) continue;
          documents[to] = document;
          weights[to++] = list.weights[from] as number;
        }
      }
      return {
        keys: existing,
        vocabulary: words,
        counts: Int32Array.from(counts),
        documents,
        weights,
      };
    },
    append,
  };
}

function longer(values: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(least, 2 * values.length));
  grown.set(values);
  return grown;
}
