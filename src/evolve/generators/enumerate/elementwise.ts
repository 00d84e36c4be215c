/** Whether a goal can be computed element by element from a list: as a list, a record or a text. */
import { isRecord, type Value, type Vector } from "./values.ts";

/** Whether each list contains exactly the field names of its record. */
export function namesOf(lists: Vector, records: Vector): boolean {
  return lists.every((list, k) => {
    const record = records[k];
    if (!Array.isArray(list) || !isRecord(record)) return false;
    const names = new Set(list);
    return (
      names.size === Object.keys(record).length &&
      [...names].every((name) => Object.hasOwn(record, name))
    );
  });
}

/** Whether each pair of lists has the same length, and there is more than one element in total. */
export function sameLengths(a: Vector, b: Vector): boolean {
  let total = 0;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k], b[k]];
    if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length) return false;
    total += x.length;
  }
  return total > 1;
}

/**
 * Each text split into one piece per element, all of the same size or as long as the elements; undefined
 * if neither is possible.
 */
export function piecesOf(
  texts: readonly string[],
  lists: readonly (readonly Value[] | undefined)[],
): readonly (readonly string[])[] | undefined {
  const size = pieceSize(texts, lists);
  const all = texts.map((text, k) => {
    let start = 0;
    return (lists[k] ?? []).map((item) => {
      const length = size ?? (typeof item === "string" ? item.length : Number.NaN);
      start += length;
      return text.slice(start - length, start);
    });
  });
  return all.every((pieces, k) => pieces.join("") === texts[k]) ? all : undefined;
}

/** Number of characters per element; undefined if it is not the same for all. */
function pieceSize(
  texts: readonly string[],
  lists: readonly (readonly Value[] | undefined)[],
): number | undefined {
  const longest = texts.findIndex((text) => text.length > 0);
  const size = (texts[longest]?.length ?? 0) / (lists[longest]?.length ?? 0);
  if (!Number.isInteger(size) || size < 2) return undefined;
  return texts.every((text, k) => text.length === size * (lists[k]?.length ?? -1))
    ? size
    : undefined;
}
