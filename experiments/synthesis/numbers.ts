/** Functions of numbers: formulas, digits, divisors, thresholds, small loops. */
import type { Entry } from "./suite.ts";

const one = (...values: number[]) => values.map((value) => [value]);

export const numbers: readonly Entry[] = [
  {
    name: "fahrenheit",
    signature: "toFahrenheit(celsius: number): number",
    description: "Degrees Celsius in degrees Fahrenheit.",
    reference: (celsius: number) => (celsius * 9) / 5 + 32,
    train: one(0, 100, 25, -40, 10, 15, 20),
    sealed: one(30, -10, 5, 45, 1000),
  },
  {
    name: "triangle-number",
    signature: "triangle(n: number): number",
    description: "Sum of the whole numbers from 1 to n.",
    reference: (n: number) => (n * (n + 1)) / 2,
    train: one(50, 11, 1, 2, 3, 5, 10, 0, 7),
    sealed: one(4, 20, 100, 13),
  },
  {
    name: "round-to-half",
    signature: "roundToHalf(value: number): number",
    description: "The value rounded to the nearest half.",
    reference: (value: number) => Math.round(value * 2) / 2,
    train: one(1.2, 1.3, 2.75, 3, 0.1, 4.6, 7.49, 2.25),
    sealed: one(9.9, 5.74, 0.26, 8.5, 6.01),
  },
  {
    name: "wrap-angle",
    signature: "wrapAngle(degrees: number): number",
    description: "The same angle from 0 to below 360 degrees.",
    reference: (degrees: number) => ((degrees % 360) + 360) % 360,
    train: one(0, 370, -10, 725, 359, 180, -370, 90),
    sealed: one(1080.5, -1, 450, -725, 45),
  },
  {
    name: "digit-product",
    signature: "digitProduct(n: number): number",
    description: "Product of the decimal digits of a whole number.",
    reference: (n: number) => [...String(n)].reduce((product, digit) => product * Number(digit), 1),
    train: one(12, 34, 111, 205, 7, 99, 236, 1234),
    sealed: one(55, 908, 3, 2222, 719),
  },
  {
    name: "reverse-digits",
    signature: "reverseDigits(n: number): number",
    description: "The whole number with its digits in reverse order.",
    reference: (n: number) => Number([...String(n)].reverse().join("")),
    train: one(12, 340, 7, 1005, 98, 111, 4321),
    sealed: one(56, 900, 2024, 10, 13579),
  },
  {
    name: "bit-count",
    signature: "bitCount(n: number): number",
    description: "How many ones the whole number has in base two.",
    reference: (n: number) => [...n.toString(2)].filter((bit) => bit === "1").length,
    train: one(0, 1, 2, 3, 7, 8, 10, 255, 100),
    sealed: one(31, 64, 85, 1023, 200),
  },
  {
    name: "divisor-count",
    signature: "divisorCount(n: number): number",
    description: "How many whole numbers divide n.",
    reference: (n: number) =>
      Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0).length,
    train: one(1, 2, 4, 6, 12, 7, 16, 30, 25),
    sealed: one(36, 13, 48, 9, 100),
  },
  {
    name: "collatz-steps",
    signature: "collatzSteps(n: number): number",
    description: "Steps until n becomes 1: halve it when even, else triple it and add one.",
    reference: (n: number) => {
      let steps = 0;
      for (let x = n; x !== 1; steps++) x = x % 2 === 0 ? x / 2 : 3 * x + 1;
      return steps;
    },
    train: one(1, 2, 3, 4, 5, 6, 7, 8, 12),
    sealed: one(9, 11, 16, 19, 27),
  },
  {
    name: "progressive-tax",
    signature: "tax(income: number): number",
    description: "Nothing up to 10000, a tenth of the next 20000, a fifth of the rest.",
    reference: (income: number) =>
      Math.max(0, Math.min(income, 30_000) - 10_000) * 0.1 + Math.max(0, income - 30_000) * 0.2,
    train: one(5_000, 10_000, 15_000, 20_000, 30_000, 40_000, 50_000, 100_000, 0),
    sealed: one(8_000, 25_000, 35_000, 60_000, 12_000),
  },
  {
    name: "shipping-price",
    signature: "shippingPrice(weight: number, express: boolean): number",
    description: "4 up to weight 1, 7 up to 5, else 12; express doubles it.",
    reference: (weight: number, express: boolean) =>
      (weight <= 1 ? 4 : weight <= 5 ? 7 : 12) * (express ? 2 : 1),
    train: [
      [0.5, false],
      [1, false],
      [1.5, false],
      [5, false],
      [6, false],
      [0.5, true],
      [3, true],
      [9, true],
      [1, true],
    ],
    sealed: [
      [0.2, true],
      [4.9, false],
      [5, true],
      [20, false],
      [5.1, true],
    ],
  },
  {
    name: "compound-interest",
    signature: "compound(amount: number, rate: number, years: number): number",
    description:
      "The amount after so many years at a yearly rate in percent, interest on interest.",
    reference: (amount: number, rate: number, years: number) => amount * (1 + rate / 100) ** years,
    train: [
      [100, 10, 1],
      [50, 20, 2],
      [1000, 100, 1],
      [16, 50, 4],
      [100, 50, 1],
      [100, 50, 2],
      [200, 100, 3],
      [80, 25, 1],
      [64, 25, 2],
      [500, 0, 5],
      [10, 100, 0],
    ],
    sealed: [
      [100, 100, 4],
      [1000, 50, 3],
      [32, 25, 1],
      [7, 300, 2],
    ],
  },
  {
    name: "distance",
    signature: "distance(ax: number, ay: number, bx: number, by: number): number",
    description: "Distance between two points of the plane.",
    reference: (ax: number, ay: number, bx: number, by: number) =>
      Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2),
    train: [
      [0, 0, 1, 0],
      [4, 7, 4, 1],
      [10, 2, 4, 10],
      [-2, -7, 3, 5],
      [9, 0, 0, 40],
      [0, 0, 3, 4],
      [1, 1, 4, 5],
      [0, 0, 5, 12],
      [2, 3, 2, 3],
      [-1, -1, 2, 3],
      [0, 0, 8, 15],
    ],
    sealed: [
      [1, 2, 7, 10],
      [0, 5, 0, -5],
      [-3, 0, 0, 4],
      [10, 10, 17, 34],
    ],
  },
  {
    name: "nearest-square",
    signature: "nearestSquare(n: number): number",
    description: "The perfect square that is nearest to n by the root.",
    reference: (n: number) => Math.round(Math.sqrt(n)) ** 2,
    train: one(1, 5, 8, 10, 17, 30, 50, 99, 0),
    sealed: one(2, 13, 70, 120, 1000),
  },
];
