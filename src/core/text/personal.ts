/**
 * Patterns of personal data, by kind. Exports replace what they match.
 *
 * Finds: mail addresses, bank accounts, payment cards, national ids with a sure form, IP addresses and
 * telephone numbers. Checksums and fixed lengths separate them from other numbers. Does not find: names,
 * street addresses, and numbers without a form of their own.
 */
import { isIPv4, isIPv6 } from "node:net";
import { isNationalId, nationalIdPattern } from "./national-ids.ts";
import { hasIbanSum, hasLuhnSum, ibanPattern } from "./number-sums.ts";
import { phoneLength, phonePattern } from "./phone.ts";

export type PersonalKind = "email" | "iban" | "card" | "id" | "ip" | "phone";

export interface PersonalShape {
  readonly kind: PersonalKind;
  /**
   * Global. Every repetition is bounded, so that the time on hostile text is linear in its length.
   */
  readonly pattern: RegExp;
  /**
   * How many characters of a match are personal data, from its beginning; 0 if none are.
   *
   * @param before The text before the match; @param after The text behind it.
   */
  readonly length: (match: string, before: string, after: string) => number;
  /** Equal for two ways to write the same data. */
  readonly identity: (match: string) => string;
}

/** A letter or digit of any script; JSON text may have it as an escape. */
const LETTER = String.raw`(?:[\p{L}\p{M}\p{N}]|\\u00[a-f\d]{2}|\\u0[1-9a-f][a-f\d]{2})`;
/** In the escaped text of a JSON string, the letter of \n is no part of the address. */
const START = String.raw`(?:(?<=\\[bfnrt])|(?<=\\)(?![bfnrtu])|(?<![\p{L}\p{M}\p{N}_.+%\\-]))`;
const LOCAL = String.raw`(?:${LETTER}|[_.+%-]|['’](?=[\p{L}\p{N}])){1,64}`;
const QUOTED = String.raw`(?<![\p{L}\p{N}])"[\p{L}\p{N}][^"\r\n@:,{}]{0,62}"`;
const AT = String.raw`(?:[@＠]|%40|\\u0040|&#64;|&commat;| ?[(\[{]at[)\]}] ?)`;
const DOT = String.raw`(?:[.。．]|%2e| ?[(\[{]dot[)\]}] ?)`;
const LABEL = `(?:${LETTER}|-){1,63}`;
const TOP = String.raw`(?:xn--[a-z\d-]{2,59}|[a-z]{2,24}(?![a-z\d_(-])|(?:(?![a-z])[\p{L}\p{M}]|\\u0[\da-f]{3}){2,24})`;
/** A version such as 1.2.3-beta is no domain. */
const DOMAIN = String.raw`(?!\d{1,4}\.\d)(?:${LABEL}${DOT}){1,8}${TOP}`;
const LITERAL = String.raw`\[(?:IPv6:)?[\da-f.:]{3,45}\]`;

/** Domains of RFC 2606 belong to nobody; `git` is the user of every code host. */
const RESERVED = /(?:@|\.)(?:example|test|invalid|localhost|example\.(?:com|net|org))$|^git@/i;

/** Loopback, "any address" and net masks are nobody's. Four single digits are a version or a section. */
const NOBODYS_IP = /^(?:127\.|0\.|255\.|\d\.\d\.\d\.\d$)/;
const VERSION_BEFORE =
  /(?:\bv|version|release|section|chapter|build|step|oid|§)[ :=(-]{0,2}["'`]?$/i;
/** Global, local and link-local networks; a name such as `abc::def` in code is none of them. */
const IPV6_NETWORK = /^(?:[23][\da-f]{3}|f[cd][\da-f]{2}|fe[89ab][\da-f]):/i;

const whole =
  (holds: (match: string, before: string) => boolean) => (match: string, before: string) =>
    holds(match, before) ? match.length : 0;
const compact = (match: string): string => match.replaceAll(/[^A-Za-z\d]/g, "").toUpperCase();

/** In the order in which they are applied: the surest first. */
export const PERSONAL_SHAPES: readonly PersonalShape[] = [
  {
    kind: "email",
    pattern: new RegExp(`(?:${START}${LOCAL}|${QUOTED})${AT}(?:${DOMAIN}|${LITERAL})`, "giu"),
    length: whole((match) => !RESERVED.test(match)),
    identity: (match) => match.normalize("NFC").toLowerCase(),
  },
  {
    kind: "iban",
    pattern: ibanPattern,
    length: whole((match) => hasIbanSum(compact(match))),
    identity: compact,
  },
  {
    kind: "card",
    pattern:
      /(?<![\p{L}\p{N}_.,-])\d{4}(?:([ \u00a0-]?)\d{4}\1\d{4}(?:\1\d{1,4}(?:\1\d{1,3})?)?|([ -])\d{6}\2\d{4,5}|\d{8,15})(?![\p{L}\p{N}_]|[.,-]\d)/gu,
    length: whole((match) => hasLuhnSum(match.replaceAll(/\D/g, ""))),
    identity: compact,
  },
  {
    kind: "id",
    pattern: nationalIdPattern,
    length: whole(isNationalId),
    identity: compact,
  },
  {
    kind: "ip",
    pattern: /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g,
    length: whole(
      (match, before) => isIPv4(match) && !NOBODYS_IP.test(match) && !VERSION_BEFORE.test(before),
    ),
    identity: (match) => match,
  },
  {
    kind: "ip",
    pattern: /(?<![\w:.])[\da-f]{4}(?::[\da-f]{0,4}){2,7}(?![\w:]|\.\d)/gi,
    length: whole((match) => isIPv6(match) && IPV6_NETWORK.test(match)),
    identity: (match) => match.toLowerCase(),
  },
  {
    kind: "phone",
    pattern: phonePattern,
    length: phoneLength,
    identity: (match) => match.replaceAll(/\D/g, ""),
  },
];
