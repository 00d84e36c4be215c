/** Splits a long request, which may ask for several things, into clauses for separate searches. */
import { terms } from "../../src/core/text/terms.ts";

const BREAKS =
  /[.;:!?\n]+\s|[,;]\s+|\b(?:and then|and also|after that|then|and|also|afterwards|finally)\b/i;
const MIN_TERMS = 2;
const MAX_CLAUSES = 8;

/** The clauses of a text, in order; empty if the text is a single clause. */
export function clauses(text: string): string[] {
  const parts: string[] = [];
  for (const part of text.split(BREAKS)) {
    const trimmed = part.trim();
    if (terms(trimmed).length >= MIN_TERMS) parts.push(trimmed);
  }
  return parts.length < 2 ? [] : parts.slice(0, MAX_CLAUSES);
}
