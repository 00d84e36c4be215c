/**
 * A stream of requests as a team could send them during a day: small functions, some of them requested
 * again later in other words and with other examples. It measures what a library of tools saves, and how
 * often a wrong tool is used. Some requests are similar but need different functions.
 */
import type { Case, Json } from "../../src/index.ts";
import type { Stream, StreamStep } from "../run/stream.ts";

interface RequestEntry {
  readonly objective: string;
  readonly signature: string;
  readonly reference: (...args: never[]) => unknown;
  readonly train: readonly (readonly Json[])[];
  readonly checks: readonly (readonly Json[])[];
  readonly repeats?: number;
}

const discount = (price: number): number => (price > 100 ? price * 0.9 : price);
const shout = (text: string): string => `${text.toUpperCase()}!`;
const celsius = (fahrenheit: number): number => ((fahrenheit - 32) * 5) / 9;
const initial = (name: string): string => name.slice(0, 1).toUpperCase();
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
const words = (text: string): number => text.split(" ").length;

const requests: readonly RequestEntry[] = [
  {
    objective: "Take ten percent off prices above one hundred.",
    signature: "discountedPrice(price: number): number",
    reference: discount,
    train: [[50], [100], [200], [120], [99], [1000], [10]],
    checks: [[150], [101], [100], [0], [400]],
  },
  {
    objective: "Write a text in capitals with an exclamation mark behind it.",
    signature: "shout(text: string): string",
    reference: shout,
    train: [["hello"], ["Stop"], ["ok now"], [""], ["x1"]],
    checks: [["Well Done"], ["a-b"], ["42"]],
  },
  {
    objective: "Convert degrees Fahrenheit to degrees Celsius.",
    signature: "toCelsius(fahrenheit: number): number",
    reference: celsius,
    train: [[32], [212], [50], [-40], [68], [122]],
    checks: [[41], [14], [302]],
  },
  {
    objective: "What does an article cost after our rebate of a tenth over 100?",
    signature: "rebate(amount: number): number",
    reference: discount,
    train: [[300], [80], [100], [110], [20]],
    checks: [[500], [100], [60], [250]],
    repeats: 0,
  },
  {
    objective: "The first letter of a name as a capital.",
    signature: "initial(name: string): string",
    reference: initial,
    train: [["ada"], ["Bob"], ["grace"], ["x"]],
    checks: [["alan"], ["Zoe"], ["kurt"]],
  },
  {
    objective: "How far apart are the largest and the smallest value of a list?",
    signature: "spread(values: number[]): number",
    reference: spread,
    train: [[[1, 5, 3]], [[10]], [[-2, 4]], [[7, 7, 7]], [[0, 100, 50]], [[-5, -1]]],
    checks: [[[3, 9, -3]], [[2, 8]], [[42]]],
  },
  {
    objective: "Shout this headline: upper case, then an exclamation mark.",
    signature: "headline(title: string): string",
    reference: shout,
    train: [["news"], ["Big Day"], ["a"], ["no. 7"]],
    checks: [["sale"], ["Final Score"], ["ok"]],
    repeats: 1,
  },
  {
    objective: "Keep a number between a lower and an upper bound.",
    signature: "clamp(value: number, low: number, high: number): number",
    reference: clamp,
    train: [
      [5, 0, 10],
      [-3, 0, 10],
      [42, 0, 10],
      [7, 8, 9],
      [12, 8, 9],
      [8.5, 8, 9],
    ],
    checks: [
      [100, -1, 1],
      [-100, -1, 1],
      [0.5, -1, 1],
    ],
  },
  {
    objective: "Count the words of a text that are separated by single spaces.",
    signature: "countWords(text: string): number",
    reference: words,
    train: [["one"], ["two words"], ["a b c d"], ["to be or not to be"], ["x y z"]],
    checks: [["hello big world"], ["word"], ["a bb ccc dddd eeeee"]],
  },
  {
    objective: "Temperature in Celsius for an American weather report.",
    signature: "weather(degrees: number): number",
    reference: celsius,
    train: [[59], [77], [32], [-4], [104]],
    checks: [[86], [5], [212]],
    repeats: 2,
  },
  {
    // Similar in words to the first one, but a different function.
    objective: "Take twenty percent off prices above one hundred.",
    signature: "salePrice(price: number): number",
    reference: (price: number) => (price > 100 ? price * 0.8 : price),
    train: [[50], [100], [200], [120], [99], [1000], [10]],
    checks: [[150], [101], [100], [0], [400]],
  },
  {
    objective: "Limit a reading to the range of its sensor.",
    signature: "limitReading(reading: number, least: number, most: number): number",
    reference: clamp,
    train: [
      [3, 1, 5],
      [0, 1, 5],
      [9, 1, 5],
      [5, 1, 5],
      [-7, -5, -2],
    ],
    checks: [
      [20, 0, 12],
      [-1, 0, 12],
      [6, 0, 12],
    ],
    repeats: 7,
  },
  {
    objective: "The range of some measurements: maximum minus minimum.",
    signature: "measuredRange(samples: number[]): number",
    reference: spread,
    train: [[[2, 4]], [[9, 1, 5]], [[3]], [[-1, 1, 0]], [[8, 2, 6, 4]]],
    checks: [[[10, 30, 20]], [[5, 5]], [[-8, -3, -6]]],
    repeats: 5,
  },
];

/** The export that commands load. */
export const streams: readonly Stream[] = [
  {
    name: "tool-reuse",
    description: "Thirteen requests, five of them asked before in other words.",
    steps: requests.map(stepOf),
  },
];

function stepOf({ reference, train, checks, ...step }: RequestEntry): StreamStep {
  const call = reference as (...args: unknown[]) => unknown;
  const cases = (inputs: typeof train): Case[] =>
    inputs.map((args) => ({ args: [...args], expected: call(...structuredClone(args)) as Json }));
  return { ...step, cases: cases(train), checks: cases(checks) };
}
