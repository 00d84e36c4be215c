/**
 * Telephone numbers as people write them: with a country code, or in the national notation of many
 * countries. A national number has no sure form of its own, so it must look like one (a trunk zero or an
 * area code in brackets, and groups), stand alone in quotes, or follow a word such as "phone".
 */

/** One or two signs between groups of digits. */
const GAP = String.raw`[ \u00a0\u202f.\-‐‑–/()]`;
const JOIN = String.raw`[ \u00a0\u202f\-‐‑–/]`;
const BEFORE = String.raw`(?<![\p{L}\p{N}_+.,:/#$€£¥⟦\-]|[$€£¥] |\d{4}[ -]\d{4}[ -])`;
const DIGITS = String.raw`\d(?:${GAP}{0,3}\d)`;

const WORD = String.raw`(?:(?<![\p{L}])(?:tel|fax|sms|gsm|handy|mob|cell)|phone|telefon|teléfono|telefoon|téléphone|mobile|mobil|móvil|celular|cellulare|whatsapp|rufnummer|durchwahl|телефон|тел|电话|手机|電話|携帯|전화)`;
/** Such a word, and at most a few signs up to the number. */
const NAMED = String.raw`(?<=${WORD}[\p{L}_. ]{0,12}["'${"`"}\\]{0,2} {0,2}[:=]? {0,2}["'${"`"}(\\]{0,2})`;
const QUOTED = "(?<=^|[\"'`])";
const QUOTED_END = String.raw`(?=$|["'${"`"}\\])`;

const FORMS = {
  /** +49 171 2345678, (+49) 171 2345678, 0049 171 2345678. */
  international: String.raw`${BEFORE}\(?(?:[+＋]|(?<!\d[ -])00)[1-9](?:${GAP}{0,3}\d){6,14}`,
  /** 0171 2345678, (030) 1234567, 020 7946 0958, 01 23 45 67 89, 090-1234-5678. */
  trunk: String.raw`${BEFORE}(?:\(0[1-9]\d{0,3}\)${JOIN}{0,3}|0[1-9]\d{0,3}${JOIN}{1,3})\d{2,8}(?:${JOIN}{1,3}\d{2,8}){0,4}`,
  /** 01.23.45.67.89 and 0171.2345678. */
  dotted: String.raw`${BEFORE}(?:0[1-9](?:\.\d{2}){4}|0[1-9]\d{1,3}\.\d{5,8})(?!\.\d)`,
  /** (202) 456-1414, 202-456-1414, 1-202-456-1414. */
  northAmerican: String.raw`${BEFORE}(?:(?:\+?1[ .-]?)?\([2-9]\d{2}\) ?[2-9]\d{2}[ .-]\d{4}|(?:1[.-])?[2-9]\d{2}([.-])[2-9]\d{2}\1\d{4})`,
  /** (11) 91234-5678, 8 (912) 345-67-89, 138 1234 5678. */
  other: String.raw`${BEFORE}(?:(?:\([1-9]\d\) ?|[1-9]\d )\d{4,5}-\d{4}|(?:8[ -]?)?\([1-9]\d{2}\) ?\d{3}[ -]\d{2}[ -]\d{2}|8-[1-9]\d{2}-\d{3}-\d{2}-\d{2}|1[3-9]\d([ -])\d{4}\2\d{4})`,
  /** "202 456 1414", "98765 43210" and "01712345678", and nothing else between the quotes. */
  alone: String.raw`${QUOTED}(?:[2-9]\d{2} [2-9]\d{2} \d{4}|[6-9]\d{4} \d{5}|0[1-9]\d{8,10})${QUOTED_END}`,
  named: String.raw`(?=\(?\d)${NAMED}\(?${DIGITS}{6,14}`,
};
const EXTENSION = String.raw`(?:,? {0,2}(?:x|ext\.?|extension|durchwahl|dw|poste|#) {0,2}\d{1,6})?`;

export const phonePattern = new RegExp(
  `(?:${Object.values(FORMS).join("|")})${EXTENSION}(?![\\p{L}\\p{N}_]|[.,:][\\p{L}\\p{N}])`,
  "giu",
);

/** A value under such a key is a telephone number if it has as many digits as one. */
export function isPhoneKey(key: string): boolean {
  return new RegExp(`${WORD}[\\p{L}_. -]{0,12}$`, "iu").test(
    key.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, "_"),
  );
}

/** An amount or a measure, not a number to call. */
const UNIT_AFTER = /^ ?(?:[€$£¥%°]|(?:EUR|USD|GBP|CHF|JPY|ms|s|px|kB|MB|GB|kg|km|m|rows|bytes)\b)/;
const DATE = /^\(?\d{2}([ /-])(?:\d{2}\1)?(?:19|20)\d{2}(?!\d)/;
/** 5 and 4 digits: a postal code of the United States. */
const POSTAL_CODE = /^\d{5}-\d{4}$/;

/** How many characters of a match of `phonePattern` are a telephone number; 0 if none are. */
export function phoneLength(match: string, before: string, after: string): number {
  if (UNIT_AFTER.test(after)) return 0;
  const named = new RegExp(`${NAMED}$`, "iu").test(before);
  // Another number can stand behind it: without its last groups it is a telephone number.
  for (let text = match, whole = ""; text !== whole; text = withoutGroup(text)) {
    whole = text;
    if (isInRow(text, before, match.slice(text.length) + after)) return 0;
    if (looksCalled(text, named)) return text.length;
  }
  return 0;
}

function withoutGroup(text: string): string {
  return text.replace(/[\s/()‐‑–-]+\d+$/, "");
}

/** Pairs of digits that go on to either side are a list or bytes. */
function isInRow(text: string, before: string, after: string): boolean {
  const pairs = /^\d{2}(?:[ .-]\d{2})+$/.test(text);
  return (
    pairs && (/[\da-f]{2}[ .-]$/i.test(before) || /^[ .-][\da-f]{2}(?![\p{L}\p{N}])/iu.test(after))
  );
}

function looksCalled(match: string, named: boolean): boolean {
  const number = match.replace(new RegExp(`${EXTENSION}$`, "iu"), "");
  const digits = number.replaceAll(/\D/g, "");
  if (/^[01]+$/.test(digits) || number === "0123456789") return false;
  if (named) return digits.length <= 15;
  if (/^\(?[+＋]/.test(number)) {
    // One point alone makes it a decimal number.
    return digits.length >= 8 && digits.length <= 15 && !/^[+＋]\d+\.\d+$/.test(number);
  }
  if (number.startsWith("00"))
    return digits.length >= (/^\d+$/.test(number) ? 12 : 10) && digits.length <= 17;
  const short = /^\(?0/.test(number) ? 9 : 10;
  if (digits.length < short || digits.length > 12) return false;
  return !DATE.test(number) && !POSTAL_CODE.test(number);
}
