/** The identity of a candidate: equal after normalising, equal digest. */
import { digestText } from "../core/digest.ts";
import { normalise } from "./syntax/normalise.ts";

/** @returns 64 hexadecimal digits. A source that does not parse is equal to itself alone. */
export function candidateDigest(source: string, entry: string): string {
  return normalise(source, entry)?.digest ?? digestText(source);
}
