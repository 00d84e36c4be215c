/** Functions of lists: folds, filters, orders, windows, pairs. */
import type { Entry } from "./suite.ts";

const one = (...values: (number | string)[][]) => values.map((value) => [value]);

export const arrays: readonly Entry[] = [
  {
    name: "range-of-values",
    signature: "spread(values: number[]): number",
    description: "Largest minus smallest value.",
    reference: (values: number[]) => Math.max(...values) - Math.min(...values),
    train: one([1, 5, 3], [10], [-2, 4], [7, 7, 7], [0, 100, 50], [-5, -1]),
    sealed: one([3, 9, -3], [2, 8], [42], [1000, 1, 10]),
  },
  {
    name: "sum-of-positives",
    signature: "sumPositive(values: number[]): number",
    description: "Sum of the values above zero.",
    reference: (values: number[]) => values.filter((v) => v > 0).reduce((a, b) => a + b, 0),
    train: one([1, -2, 3], [-1, -2], [], [5], [0, 4, -4, 6], [10, 20]),
    sealed: one([7, -7, 1], [-3, 0], [100, -50, 25]),
  },
  {
    name: "running-total",
    signature: "runningTotal(values: number[]): number[]",
    description: "At each place the sum of all values up to it.",
    reference: (values: number[]) => {
      let total = 0;
      return values.map((value) => {
        total += value;
        return total;
      });
    },
    train: one(
      [1, 1, 1, 1],
      [-2, 5, -1],
      [9, 0, -9],
      [1, 2, 3],
      [5],
      [],
      [4, -1, 2],
      [10, 10, 10, 10],
      [0, 1],
    ),
    sealed: one([2, 4, 6, 8], [-1, -2], [7, 0, 3]),
  },
  {
    name: "second-smallest",
    signature: "secondSmallest(values: number[]): number",
    description: "The second value in ascending order.",
    reference: (values: number[]) => values.toSorted((a, b) => a - b)[1],
    train: one([3, 1, 2], [5, 4], [10, 30, 20, 40], [-1, 0, -2], [7, 7, 9]),
    sealed: one([9, 8, 7, 6], [100, 2], [0, 0, 1], [11, 2, 33]),
  },
  {
    name: "every-other",
    signature: "everyOther(values: number[]): number[]",
    description: "The values at even places, counted from zero.",
    reference: (values: number[]) => values.filter((_, index) => index % 2 === 0),
    train: one([1, 2, 3, 4], [5], [], [9, 8, 7], [1, 1, 2, 2, 3]),
    sealed: one([10, 20, 30, 40, 50, 60], [0, 1], [4, 3, 2, 1, 0]),
  },
  {
    name: "rotate-left",
    signature: "rotate(values: number[], places: number): number[]",
    description: "The list turned to the left by so many places.",
    reference: (values: number[], places: number) => [
      ...values.slice(places),
      ...values.slice(0, places),
    ],
    train: [
      [[1, 2, 3, 4], 1],
      [[7, 7, 8], 2],
      [[10, 20, 30, 40, 50], 4],
      [[3, 1, 2], 3],
      [[2, 9], 1],
      [[1, 2, 3], 1],
      [[1, 2, 3, 4], 2],
      [[5], 0],
      [[9, 8, 7], 0],
      [[1, 2, 3, 4, 5], 3],
    ],
    sealed: [
      [[6, 7, 8, 9], 1],
      [[1, 2], 2],
      [[4, 3, 2, 1], 3],
    ],
  },
  {
    name: "dot-product",
    signature: "dot(left: number[], right: number[]): number",
    description: "Sum of the products of values at equal places.",
    reference: (left: number[], right: number[]) =>
      left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0),
    train: [
      [
        [1, 1, 1, 1],
        [1, 2, 3, 4],
      ],
      [
        [3, -2],
        [5, 7],
      ],
      [
        [0, 9, 2],
        [8, 1, 3],
      ],
      [
        [6, 1],
        [-1, 6],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      [[5], [6]],
      [[], []],
      [
        [1, 0, -1],
        [2, 3, 4],
      ],
      [
        [2, 2, 2],
        [1, 2, 3],
      ],
    ],
    sealed: [
      [
        [4, 5, 6],
        [1, 1, 1],
      ],
      [
        [10, -10],
        [3, 2],
      ],
      [[7], [0]],
    ],
  },
  {
    name: "common-items",
    signature: "common(left: string[], right: string[]): string[]",
    description: "Items of the first list that the second one has too.",
    reference: (left: string[], right: string[]) => left.filter((item) => right.includes(item)),
    train: [
      [["d", "e", "f"], ["e"]],
      [
        ["up", "down", "left"],
        ["left", "up", "right"],
      ],
      [
        ["s", "t"],
        ["u", "v", "t"],
      ],
      [
        ["a", "b", "c"],
        ["c", "a"],
      ],
      [["x"], ["y"]],
      [[], ["a"]],
      [
        ["p", "q"],
        ["q", "p", "r"],
      ],
      [["one", "two"], []],
    ],
    sealed: [
      [
        ["red", "green", "blue"],
        ["blue", "black"],
      ],
      [["z"], ["z"]],
      [
        ["k", "l", "m"],
        ["m", "k"],
      ],
    ],
  },
  {
    name: "adjacent-differences",
    signature: "differences(values: number[]): number[]",
    description: "Each value minus the one before it.",
    reference: (values: number[]) =>
      values.slice(1).map((value, index) => value - (values[index] ?? 0)),
    train: one(
      [1, 4, 9, 16],
      [0, -2, 3],
      [100, 50],
      [1, 3, 6],
      [5, 5],
      [10],
      [2, 1, 4, 4],
      [0, 10, 5],
    ),
    sealed: one([7, 14, 28], [3, -3], [1, 1, 1, 2], [9]),
  },
  {
    name: "most-frequent",
    signature: "mode(values: string[]): string",
    description: "The item that occurs most often, the first of equals.",
    reference: (values: string[]) => {
      const count = (item: string): number => values.filter((other) => other === item).length;
      return values.reduce((best, item) => (count(item) > count(best) ? item : best));
    },
    train: one(
      ["e", "f", "f", "f", "e"],
      ["g", "h", "h", "g", "g"],
      ["r", "s", "t", "t"],
      ["a", "b", "a"],
      ["x"],
      ["p", "q", "q", "p", "q"],
      ["one", "two", "two"],
      ["k", "l"],
      ["z", "y", "y", "z"],
    ),
    sealed: one(["m", "n", "n", "m", "m"], ["u", "v"], ["c", "b", "b", "c", "b", "c", "c"]),
  },
  {
    name: "inversions",
    signature: "inversions(values: number[]): number",
    description: "How many pairs stand in the wrong order.",
    reference: (values: number[]) =>
      values.reduce(
        (sum, value, index) =>
          sum + values.slice(index + 1).filter((later) => later < value).length,
        0,
      ),
    train: one(
      [2, 3, 1, 4],
      [5, 1, 4, 2],
      [2, 2, 1],
      [6, 5, 4, 3],
      [1, 2, 4, 3, 5],
      [9, 7, 8],
      [1, 2, 3],
      [3, 2, 1],
      [2, 1],
      [1],
      [1, 3, 2, 4],
      [4, 1, 2, 3],
      [],
    ),
    sealed: one([5, 4, 3, 2, 1], [2, 3, 1], [1, 1, 1], [10, 30, 20, 0]),
  },
  {
    name: "moving-maximum",
    signature: "movingMaximum(values: number[]): number[]",
    description: "At each place the largest value so far.",
    reference: (values: number[]) =>
      values.map((_, index) => Math.max(...values.slice(0, index + 1))),
    train: one(
      [1, 2, 1, 2],
      [5, 4, 3, 6],
      [-2, -1, -3],
      [8, 8, 9, 1],
      [0, 3, 3, 1, 4],
      [1, 3, 2, 5],
      [4, 1],
      [7],
      [],
      [-3, -5, -1, -2],
      [2, 2, 2],
    ),
    sealed: one([9, 8, 10, 1, 11], [0, 0], [5, 6, 7], [-1, -2]),
  },
  {
    name: "median",
    signature: "median(values: number[]): number",
    description: "The middle value in ascending order, or the mean of the two middle ones.",
    reference: (values: number[]) => {
      const sorted = values.toSorted((a, b) => a - b);
      const half = Math.floor(sorted.length / 2);
      return sorted.length % 2 === 1
        ? sorted[half]
        : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
    },
    train: one([3, 1, 2], [4, 1, 3, 2], [5], [10, 20], [7, 7, 1], [9, 2, 5, 6, 1], [0, 8, 4, 100]),
    sealed: one([6, 5, 4, 3, 2, 1], [11, 2, 33], [1, 2], [50, 10, 40]),
  },
  {
    name: "plateau-length",
    signature: "longestRun(values: number[]): number",
    description: "Length of the longest run of equal neighbours.",
    reference: (values: number[]) => {
      let longest = 0;
      let run = 0;
      for (const [index, value] of values.entries()) {
        run = value === values[index - 1] ? run + 1 : 1;
        longest = Math.max(longest, run);
      }
      return longest;
    },
    train: one(
      [1, 1, 2, 2, 2, 3],
      [4, 5, 5],
      [6, 6, 1, 6],
      [2, 1, 1, 1],
      [8, 8],
      [3, 3, 3, 2, 3, 3],
      [1, 1, 2],
      [3],
      [],
      [2, 2, 2, 1, 1],
      [1, 2, 3],
      [5, 5, 1, 5, 5, 5],
      [0, 0, 0, 0],
    ),
    sealed: one([7, 7, 8, 8, 8, 7], [4, 4], [1, 2, 1, 2], [9, 9, 9, 1]),
  },
];
