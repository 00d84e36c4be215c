/**
 * A long request asks for several things: its clauses are looked for one by one beside the whole.
 */
import { terms } from "../../src/core/text/terms.ts";

const BREAKS =
  /[.;:!?\n]+\s|[,;]\s+|\b(?:and then|and also|after that|then|and|also|afterwards|finally)\b/i;
const FEWEST_TERMS = 2;
const MOST_CLAUSES = 8;

/** The clauses of a text, in order; none where the text is one clause. */
export function clauses(text: string): string[] {
  const parts: string[] = [];
  for (const part of text.split(BREAKS)) {
    const trimmed = part.trim();
    if (terms(trimmed).length >= FEWEST_TERMS) parts.push(trimmed);
  }
  return parts.length < 2 ? [] : parts.slice(0, MOST_CLAUSES);
}
