/** Whether a goal could be made element by element out of a list: as a list, a record or a text. */
import { isRecord, type Value, type Vector } from "./values.ts";

/** Each list names the fields of its record, all of them and no other. */
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

/** Each pair of lists is of the same length, and there is more than one element in all. */
export function sameLengths(a: Vector, b: Vector): boolean {
  let some = 0;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k], b[k]];
    if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length) return false;
    some += x.length;
  }
  return some > 1;
}

/** The text cut into a piece for each element; undefined where neither way of cutting fits. */
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

/** How many characters of the text each element has; undefined unless all have as many. */
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
