/**
 * Notions that have a name: prime, leap year, roman numeral, ordinal. Each is a component only if the
 * task's words speak of it; else the search is as narrow as without them. A function of ten examples
 * says little about what a prime is, and the word says all.
 */
import { type Component, component } from "./expression.ts";

const N = "number";
const B = "boolean";
const S = "string";
const NS = "number[]";
const SS = "string[]";

export interface NamedComponent extends Component {
  /** Words of a task that speak of it. */
  readonly words: RegExp;
}

/** A function of one argument whose printed form is a helper with the same body. */
function named(
  words: RegExp,
  name: string,
  takes: typeof N | typeof S | typeof NS | typeof SS,
  gives: typeof N | typeof B | typeof S | typeof SS,
  body: string,
  apply: (given: never) => unknown,
): NamedComponent {
  const helper = `function ${name}(given) { ${body} }`;
  const part = component(name, [takes], gives, (given) => `${name}(${given})`, apply as never, {
    helper,
  });
  return { ...part, words };
}

const isWhole = (value: number): boolean => Number.isInteger(value);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday";
const MONTHS =
  "January February March April May June July August September October November December";
const DAY_MS = 86_400_000;

export const NAMED: readonly NamedComponent[] = [
  named(
    /\bprimes?\b/i,
    "isPrime",
    N,
    B,
    "for (let by = 2; by * by <= given; by++) if (given % by === 0) return false; return given > 1;",
    (given: number) => {
      if (!isWhole(given) || given > 1e9) return undefined;
      for (let by = 2; by * by <= given; by++) if (given % by === 0) return false;
      return given > 1;
    },
  ),
  named(
    /\bleap\b/i,
    "isLeap",
    N,
    B,
    "return given % 4 === 0 && (given % 100 !== 0 || given % 400 === 0);",
    (given: number) => given % 4 === 0 && (given % 100 !== 0 || given % 400 === 0),
  ),
  named(
    /\bfactorials?\b/i,
    "factorial",
    N,
    N,
    "let result = 1; for (let by = 2; by <= given; by++) result *= by; return result;",
    (given: number) => {
      if (!isWhole(given) || given > 170) return undefined;
      let result = 1;
      for (let by = 2; by <= given; by++) result *= by;
      return result;
    },
  ),
  named(
    /\broman\b/i,
    "toRoman",
    N,
    S,
    'const marks = "M CM D CD C XC L XL X IX V IV I".split(" "); const sizes = [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1]; let left = given; let text = ""; sizes.forEach((size, at) => { while (left >= size) { text += marks[at]; left -= size; } }); return text;',
    (given: number) => (isWhole(given) && given > 0 && given < 10_000 ? toRoman(given) : undefined),
  ),
  named(
    /\broman\b/i,
    "fromRoman",
    S,
    N,
    'const values = [...given].map((mark) => [1, 5, 10, 50, 100, 500, 1000]["IVXLCDM".indexOf(mark)]); return values.reduce((total, value, at) => total + (value < values[at + 1] ? -value : value), 0);',
    (given: string) => {
      const values = [...given].map((mark) => ROMAN_SIZES["IVXLCDM".indexOf(mark)] ?? Number.NaN);
      return values.reduce(
        (sum, value, at) => sum + (value < (values[at + 1] ?? 0) ? -value : value),
        0,
      );
    },
  ),
  named(
    /\b(ordinals?|1st|2nd|3rd|ranks?|places?)\b/i,
    "ordinalEnding",
    N,
    S,
    'if (given % 100 >= 11 && given % 100 <= 13) return "th"; return ["th", "st", "nd", "rd"][given % 10] ?? "th";',
    (given: number) => {
      if (!isWhole(given) || given < 0) return undefined;
      if (given % 100 >= 11 && given % 100 <= 13) return "th";
      return ["th", "st", "nd", "rd"][given % 10] ?? "th";
    },
  ),
  named(
    /\b(thousands?|separators?|grouped|commas?|digit groups?)\b/i,
    "groupThousands",
    S,
    S,
    'const [whole, ...rest] = given.split("."); return [whole.replace(/\\B(?=(\\d{3})+$)/g, ","), ...rest].join(".");',
    (given: string) => {
      const [whole = "", ...rest] = given.split(".");
      return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
    },
  ),
  named(/\bvowels?\b/i, "isVowel", S, B, "return /^[aeiou]$/i.test(given);", (given: string) =>
    /^[aeiou]$/i.test(given),
  ),
  named(
    /\b(anagrams?|letters|same characters)\b/i,
    "sortedLetters",
    S,
    S,
    'return [...given].sort().join("");',
    (given: string) => [...given].sort().join(""),
  ),
  named(
    /\b(weekends?|working days?|workdays?|business days?)\b/i,
    "isWeekend",
    N,
    B,
    "return [0, 6].includes(new Date(given).getUTCDay());",
    (given: number) =>
      given % DAY_MS === 0 ? [0, 6].includes(new Date(given).getUTCDay()) : undefined,
  ),
  named(
    /\b(weekdays?|days? of (the )?week|name of the day)\b/i,
    "weekdayName",
    N,
    S,
    `return "${DAYS}".split(" ")[new Date(given).getUTCDay()];`,
    (given: number) =>
      given % DAY_MS === 0 ? DAYS.split(" ")[new Date(given).getUTCDay()] : undefined,
  ),
  named(
    /\b(last|end|final)\b.*\bmonth/i,
    "monthEnd",
    N,
    N,
    "const date = new Date(given); return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);",
    (given: number) => {
      const date = new Date(given);
      return given % DAY_MS === 0
        ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)
        : undefined;
    },
  ),
  named(
    /\b(months?|date|dates|jan(uary)?|may|dec(ember)?)\b/i,
    "monthName",
    N,
    S,
    `return "${MONTHS}".split(" ")[given - 1];`,
    (given: number) => MONTHS.split(" ")[given - 1],
  ),
  named(
    /\b(months?|dates?|weekdays?|abbreviat\w+|short)\b/i,
    "shortName",
    S,
    S,
    "return given.slice(0, 3);",
    (given: string) => given.slice(0, 3),
  ),
  named(
    /\b(csv|quotes?|quoted)\b/i,
    "csvFields",
    S,
    SS,
    'const fields = [""]; let quoted = false; for (const each of given) { if (each === \'"\') quoted = !quoted; else if (each === "," && !quoted) fields.push(""); else fields[fields.length - 1] += each; } return fields;',
    (given: string) => {
      const fields = [""];
      let quoted = false;
      for (const each of given) {
        if (each === '"') quoted = !quoted;
        else if (each === "," && !quoted) fields.push("");
        else fields[fields.length - 1] += each;
      }
      return fields;
    },
  ),
  named(
    /\b(versions?|semver|releases?)\b/i,
    "sortVersions",
    SS,
    SS,
    'const parts = (text) => text.split(".").map(Number); return given.toSorted((a, b) => { const [x, y] = [parts(a), parts(b)]; const at = x.findIndex((each, k) => each !== y[k]); return at === -1 ? x.length - y.length : x[at] - (y[at] ?? -1); });',
    (given: readonly string[]) =>
      given.toSorted((a, b) => {
        const [x, y] = [a.split(".").map(Number), b.split(".").map(Number)];
        const at = x.findIndex((each, k) => each !== y[k]);
        return at === -1 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1);
      }),
  ),
  named(
    /\bmedians?\b/i,
    "median",
    NS,
    N,
    "const sorted = given.toSorted((a, b) => a - b); const half = sorted.length / 2; return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;",
    (given: readonly number[]) => {
      const sorted = given.toSorted((a, b) => a - b);
      const half = sorted.length / 2;
      return (
        ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2
      );
    },
  ),
  named(
    /\b(hexa?(decimal)?|hex colou?rs?)\b/i,
    "isHex",
    S,
    B,
    "return /^[0-9a-f]+$/i.test(given);",
    (given: string) => /^[0-9a-f]+$/i.test(given),
  ),
  named(
    /\b(capitals?|upper ?-?case|big letters?)\b/i,
    "hasCapital",
    S,
    B,
    "return /[A-Z]/.test(given);",
    (given: string) => /[A-Z]/.test(given),
  ),
  named(/\b(digits?|numbers?)\b/i, "hasDigit", S, B, "return /\\d/.test(given);", (given: string) =>
    /\d/.test(given),
  ),
  {
    ...component(
      "addWorkdays",
      [N, N],
      N,
      (ms, count) => `addWorkdays(${ms}, ${count})`,
      (ms, count) => {
        if (ms % DAY_MS !== 0 || !isWhole(count) || count < 0 || count > 10_000) return undefined;
        let now = ms;
        for (let left = count; left > 0; ) {
          now += DAY_MS;
          if (![0, 6].includes(new Date(now).getUTCDay())) left--;
        }
        return now;
      },
      {
        helper:
          "function addWorkdays(ms, count) { let now = ms; for (let left = count; left > 0; ) { now += 86400000; if (![0, 6].includes(new Date(now).getUTCDay())) left--; } return now; }",
      },
    ),
    words: /\b(business|working|work) ?days?\b/i,
  },
  {
    ...component(
      "greatestDivisor",
      [N, N],
      N,
      (a, b) => `greatestDivisor(${a}, ${b})`,
      (a, b) => {
        if (!isWhole(a) || !isWhole(b)) return undefined;
        let [x, y] = [a, b];
        while (y !== 0) [x, y] = [y, x % y];
        return Math.abs(x);
      },
      {
        helper:
          "function greatestDivisor(x, y) { return y === 0 ? Math.abs(x) : greatestDivisor(y, x % y); }",
      },
    ),
    words: /\b(divisors?|gcd|common|fractions?|ratio|multiples?|lcm)\b/i,
  },
];

const ROMAN_SIZES = [1, 5, 10, 50, 100, 500, 1000];

function toRoman(value: number): string {
  const marks = "M CM D CD C XC L XL X IX V IV I".split(" ");
  let [left, text] = [value, ""];
  for (const [at, size] of [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1].entries()) {
    while (left >= size) {
      text += marks[at];
      left -= size;
    }
  }
  return text;
}
