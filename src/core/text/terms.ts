/**
 * Splits texts and identifiers into terms: `packItems_online2`, "Packing items online" -> pack, item,
 * onlin.
 *
 * Documents and queries use the same function, so their terms always agree. Function words and words
 * of any request ("please find me") carry no information and are removed.
 */
import { stem } from "./stem.ts";

const STOP_WORDS = new Set(
  `a an the and or but nor so yet if then else than as at by for from in into of off on onto out over
  per to up upon via with within without about above after again against all also am any are be been
  before being below between both can cannot could did do does doing done down during each few had has
  have having he her here hers him his how i im ive id is it its itself just let lets may me might more
  most must my myself no not now only other our ours own same shall she should some such that thats the
  their them these they this those through too under until us very was we were what whats when where
  which while who whom whose why will would you your yours yes s t d ll m re ve don doesn didn isn won
  please find get give want need like help show tell know looking look using use used make provide
  able`.split(/\s+/),
);

const ASCII_PARTS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;
const UNICODE_PARTS =
  /\p{Script=Han}|\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|[\p{Lo}\p{Lm}\p{M}]+|\p{N}+/gu;
const ACCENTS = /\p{M}+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself.
const NOT_ASCII = /[^\u0000-\u007f]/;

/** Lower-case words of a text in order; identifiers are split, nothing is removed or stemmed. */
export function words(text: string): string[] {
  if (!NOT_ASCII.test(text))
    return (text.match(ASCII_PARTS) ?? []).map((part) => part.toLowerCase());
  const parts = text.normalize("NFKC").match(UNICODE_PARTS) ?? [];
  return parts.map((part) => part.normalize("NFD").replace(ACCENTS, "").toLowerCase());
}

const stems = new Map<string, string>();
const MAX_STEMS = 200_000;

/** The terms of a text, in order, with repetitions. */
export function terms(text: string): string[] {
  const found: string[] = [];
  for (const word of words(text)) {
    if (STOP_WORDS.has(word) || word.length > 40) continue;
    let term = stems.get(word);
    if (term === undefined) {
      term = stem(word);
      // Cached: stemming dominates the cost, and words repeat. Bounded, because texts are untrusted.
      if (stems.size >= MAX_STEMS) stems.clear();
      stems.set(word, term);
    }
    found.push(term);
  }
  return found;
}
