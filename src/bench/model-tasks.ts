/**
 * Small functions, each described in words, with inputs that neither the engine nor the model sees.
 * Descriptions decide every input; results come from the reference.
 */
import type { Json } from "../core/json.ts";

export interface FunctionTask {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  /** Arguments that the request itself names. */
  readonly call: readonly Json[];
  readonly hidden: readonly { readonly args: readonly Json[]; readonly expected: Json }[];
}

function task<Args extends readonly Json[]>(
  signature: string,
  description: string,
  reference: (...args: Args) => Json,
  [call, ...inputs]: readonly [Args, ...Args[]],
): FunctionTask {
  return {
    name: signature.slice(0, signature.indexOf("(")),
    signature: `function ${signature}`,
    description,
    call,
    hidden: inputs.map((args) => ({ args, expected: reference(...args) })),
  };
}

const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");
const shift = (letter: string, by: number): string => {
  const first = letter === letter.toUpperCase() ? 65 : 97;
  return String.fromCharCode(((((letter.charCodeAt(0) - first + by) % 26) + 26) % 26) + first);
};
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};
const ROMAN: readonly (readonly [string, number])[] = [
  ["M", 1000],
  ["CM", 900],
  ["D", 500],
  ["CD", 400],
  ["C", 100],
  ["XC", 90],
  ["L", 50],
  ["XL", 40],
  ["X", 10],
  ["IX", 9],
  ["V", 5],
  ["IV", 4],
  ["I", 1],
];
const roman = (n: number): string => {
  const digit = ROMAN.find(([, size]) => size <= n);
  return digit === undefined ? "" : digit[0] + roman(n - digit[1]);
};
const two = (n: number): string => String(n).padStart(2, "0");

export const FUNCTION_TASKS: readonly FunctionTask[] = [
  task(
    "count_vowels(text: string): number",
    "Counts the letters a, e, i, o and u in a text, in either case.",
    (text: string) => text.match(/[aeiou]/gi)?.length ?? 0,
    [["Level"], [""], ["sky"], ["AEIOU"], ["Queueing"], ["rhythm and blues"], ["éa"]],
  ),
  task(
    "is_leap_year(year: number): boolean",
    "Tells whether a year of the Gregorian calendar is a leap year.",
    (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0,
    [[2024], [1900], [2000], [2023], [2100], [1600], [4]],
  ),
  task(
    "reverse_words(text: string): string",
    "Reverses the order of the words of a text. Words are separated by one or more spaces; in the result by one space, without spaces at either end.",
    (text: string) => words(text).toReversed().join(" "),
    [["to be or not"], [""], ["one"], ["  two  words "], ["a b c d"], ["x   y"]],
  ),
  task(
    "clamp(value: number, low: number, high: number): number",
    "Limits a value to the range from low to high, both included.",
    (value: number, low: number, high: number) => Math.min(high, Math.max(low, value)),
    [
      [5, 1, 3],
      [0, 1, 3],
      [2, 1, 3],
      [3, 3, 3],
      [-7, -5, 5],
      [0.5, 0, 1],
    ],
  ),
  task(
    "sum_of_digits(number: number): number",
    "Adds the decimal digits of an integer. The sign is ignored.",
    (number: number) => [...String(Math.abs(number))].reduce((sum, digit) => sum + +digit, 0),
    [[1234], [0], [-56], [9], [1000001], [999999]],
  ),
  task(
    "title_case(text: string): string",
    "Writes the first letter of each word in upper case and its other letters in lower case. Words are separated by single spaces.",
    (text: string) =>
      text
        .split(" ")
        .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
        .join(" "),
    [["hello world"], [""], ["ABC dEF"], ["a"], ["it's fine"], ["x y z"]],
  ),
  task(
    "unique_sorted(numbers: number[]): number[]",
    "Gives the distinct numbers of a list in ascending order.",
    (numbers: number[]) => [...new Set(numbers)].sort((left, right) => left - right),
    [[[3, 1, 3]], [[]], [[10, 9, 1, 2]], [[-1, -10, 5]], [[7]], [[2, 2, 2]]],
  ),
  task(
    "second_largest(numbers: number[]): number | null",
    "Gives the second largest of the distinct numbers of a list, or null if there are fewer than two distinct ones.",
    (numbers: number[]) => [...new Set(numbers)].sort((left, right) => right - left)[1] ?? null,
    [[[1, 5, 3]], [[]], [[4]], [[4, 4]], [[10, 9, 100]], [[-1, -2, -1]], [[5, 5, 4]]],
  ),
  task(
    "run_lengths(text: string): string",
    "Encodes a text by its runs: each run of one character becomes the character and the length of the run, as in a3b1 for aaab.",
    (text: string) => text.replace(/(.)\1*/g, (run) => `${run[0]}${run.length}`),
    [["aaab"], [""], ["abc"], ["zzzzzzzzzzzz"], ["aabbaa"], ["x"]],
  ),
  task(
    "to_roman(number: number): string",
    "Writes an integer from 1 to 3999 as a Roman numeral in capital letters.",
    roman,
    [[1994], [1], [4], [9], [40], [3999], [444], [2026]],
  ),
  task(
    "hex_to_rgb(color: string): number[]",
    "Reads a color such as #ff8000 and gives its red, green and blue parts as three numbers from 0 to 255.",
    (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)),
    [["#ff8000"], ["#000000"], ["#FFFFFF"], ["#0a0B0c"], ["#123456"]],
  ),
  task(
    "caesar(text: string, by: number): string",
    "Moves each letter from A to Z, in either case, by so many places in the alphabet, around its end. Other characters stay. The number may be negative.",
    (text: string, by: number) => text.replace(/[a-z]/gi, (letter) => shift(letter, by)),
    [
      ["Hello", 3],
      ["xyz", 3],
      ["Abc", -1],
      ["", 5],
      ["a b!", 26],
      ["Zz", 27],
      ["m", -30],
    ],
  ),
  task(
    "median(numbers: number[]): number",
    "Gives the median of a list of at least one number: the middle one, or the mean of the two middle ones.",
    median,
    [[[3, 1, 2]], [[1]], [[1, 2]], [[10, 9, 100, 1]], [[-5, 5, 0]], [[2, 2, 3, 100]]],
  ),
  task(
    "chunks(items: number[], size: number): number[][]",
    "Cuts a list into lists of the given size, in order. The last one may be shorter. The empty list gives no lists.",
    (items: number[], size: number) =>
      Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
        items.slice(at * size, (at + 1) * size),
      ),
    [
      [[1, 2, 3], 2],
      [[], 3],
      [[1, 2, 3, 4], 2],
      [[1], 5],
      [[5, 6, 7], 1],
    ],
  ),
  task(
    "common_prefix(texts: string[]): string",
    "Gives the longest text with which all texts of a list begin. The empty list gives the empty text.",
    (texts: string[]) => {
      const [first = ""] = texts;
      let end = texts.length === 0 ? 0 : first.length;
      while (!texts.every((text) => text.startsWith(first.slice(0, end)))) end--;
      return first.slice(0, end);
    },
    [
      [["flower", "flow"]],
      [[]],
      [["abc"]],
      [["a", "b"]],
      [["interview", "internet", "interval"]],
      [["", "x"]],
      [["same", "same"]],
    ],
  ),
  task(
    "days_in_month(year: number, month: number): number",
    "Gives the number of days of a month of the Gregorian calendar. The month is a number from 1 to 12.",
    (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate(),
    [
      [2024, 2],
      [2023, 2],
      [1900, 2],
      [2000, 2],
      [2025, 4],
      [2025, 12],
      [2025, 1],
    ],
  ),
  task(
    "clock(seconds: number): string",
    "Writes a whole number of seconds as hours, minutes and seconds in the form h:mm:ss. Hours are not limited and have no leading zero.",
    (seconds: number) =>
      `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`,
    [[3661], [0], [59], [60], [3600], [86399], [360000]],
  ),
  task(
    "snake_to_camel(name: string): string",
    "Turns a name in snake_case into camelCase: each underscore is removed and the letter behind it is written in upper case.",
    (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    [["user_name"], [""], ["x"], ["one_two_three"], ["a_b"], ["plain"]],
  ),
  task(
    "is_balanced(text: string): boolean",
    "Tells whether the brackets (), [] and {} of a text are opened and closed in the right order. Other characters are ignored.",
    (text: string) => {
      let left = text.replace(/[^()[\]{}]/g, "");
      for (let before = ""; before !== left; ) {
        before = left;
        left = left.replace(/\(\)|\[\]|\{\}/g, "");
      }
      return left === "";
    },
    [["(a[b])"], [""], ["("], ["(]"], ["{[()]}"], ["())("], ["x"], ["([)]"]],
  ),
  task(
    "greatest_common_divisor(a: number, b: number): number",
    "Gives the greatest common divisor of two integers of at least 0. If one is 0, it is the other one.",
    gcd,
    [
      [12, 18],
      [7, 13],
      [0, 5],
      [100, 75],
      [17, 17],
      [270, 192],
    ],
  ),
];
