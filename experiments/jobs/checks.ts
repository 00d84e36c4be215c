/** Yes/no questions about numbers and lists. */
import { type Family, one } from "./job.ts";

const isPrime = (n: number): boolean => {
  for (let by = 2; by * by <= n; by++) if (n % by === 0) return false;
  return n > 1;
};

export const checks: Family = {
  development: {
    "leap-year": {
      objective: "Is the year a leap year?",
      reference: (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0,
      examples: one(2020, 2021, 2024, 2023, 1900, 2000, 1999, 1996, 2100, 2012),
      edges: one(1600, 1700, 1800, 2200, 2300, 2400, 1904, 2096),
      draw: (r) => [r.int(1583, 2500)],
    },
    "prime-number": {
      objective: "Is it a prime number?",
      reference: isPrime,
      examples: one(2, 3, 4, 5, 9, 11, 15, 17, 21, 1, 25, 29),
      edges: one(0, 49, 51, 53, 91, 97, 121, 119),
      draw: (r) => [r.int(0, 200)],
    },
    "valid-triangle": {
      objective: "Can the three lengths form a triangle?",
      reference: (a: number, b: number, c: number) => a + b > c && a + c > b && b + c > a,
      examples: [
        [3, 4, 5],
        [1, 2, 3],
        [5, 5, 5],
        [2, 2, 5],
        [7, 10, 5],
        [10, 3, 4],
        [1, 9, 4],
        [6, 6, 11],
        [8, 15, 17],
        [4, 1, 7],
      ],
      edges: [
        [3, 1, 2],
        [1, 3, 2],
        [2, 3, 4],
        [4, 3, 2],
        [9, 1, 1],
      ],
      draw: (r) => [r.int(1, 12), r.int(1, 12), r.int(1, 12)],
    },
    "may-vote": {
      objective: "May the person vote? From 16 on, only citizens",
      reference: (age: number, citizen: boolean) => age >= 16 && citizen,
      examples: [
        [20, true],
        [20, false],
        [15, true],
        [16, true],
        [16, false],
        [40, true],
        [8, false],
        [70, false],
        [12, true],
        [17, true],
      ],
      edges: [
        [0, true],
        [15, false],
        [99, true],
      ],
      draw: (r) => [r.int(0, 90), r.flag()],
    },
    "list-is-sorted": {
      objective: "Is the list in ascending order?",
      reference: (list: number[]) =>
        list.every((item, at) => at === 0 || (list[at - 1] as number) <= item),
      examples: one(
        [1, 2, 3],
        [3, 1, 2],
        [5],
        [1, 1, 2],
        [9, 8],
        [2, 4, 6, 8],
        [1, 3, 2, 4],
        [0, 10, 20, 5],
        [],
        [1, 5, 7],
      ),
      edges: one([2, 2], [1, 2, 3, 2], [-3, -1, 0], [0, -1], [10, 9, 11]),
      draw: (r) => {
        const list = r.list(0, 6, () => r.int(-9, 20));
        return [r.flag() ? list.sort((a, b) => a - b) : list];
      },
    },
    "contains-duplicate": {
      objective: "Does the list contain a value twice?",
      reference: (list: number[]) => new Set(list).size < list.length,
      examples: one(
        [1, 2, 3],
        [1, 2, 1],
        [4, 4],
        [5],
        [],
        [7, 8, 9, 7],
        [1, 3, 5, 7, 9],
        [2, 2, 3],
        [10, 20, 30],
        [6, 1, 6, 2],
      ),
      edges: one([0, 0], [1, 2, 3, 3], [3, 3, 2, 1], [-1, 1], [1, 2, 3, 4, 5, 1]),
      draw: (r) => [r.list(0, 6, () => r.int(0, 12))],
    },
  },
  holdout: {
    "perfect-square": {
      objective: "Is the number a perfect square?",
      reference: (n: number) => Number.isInteger(Math.sqrt(n)),
      examples: one(4, 5, 9, 10, 16, 18, 25, 30, 49, 1),
      edges: one(0, 2, 3, 99, 100, 101, 10_000, 9_999),
      draw: (r) => [r.flag() ? r.int(0, 40) ** 2 : r.int(0, 1_600)],
    },
    "rectangles-equal-area": {
      objective: "Do two rectangles have the same area?",
      reference: (a: number, b: number, c: number, d: number) => a * b === c * d,
      examples: [
        [2, 6, 3, 4],
        [1, 5, 2, 3],
        [4, 4, 2, 8],
        [3, 3, 3, 4],
        [10, 1, 5, 2],
        [7, 2, 2, 7],
        [6, 6, 9, 3],
        [8, 3, 6, 4],
        [5, 5, 1, 24],
        [9, 2, 6, 3],
      ],
      edges: [
        [1, 1, 1, 1],
        [2, 3, 4, 1],
        [12, 1, 3, 4],
      ],
      draw: (r) => [r.int(1, 8), r.int(1, 8), r.int(1, 8), r.int(1, 8)],
    },
    "all-positive": {
      objective: "Are all numbers of the list above zero?",
      reference: (list: number[]) => list.every((item) => item > 0),
      examples: one(
        [1, 2, 3],
        [1, -2, 3],
        [0],
        [5],
        [4, 0, 2],
        [-1],
        [10, 20, 30, 40],
        [3, 3, -3],
        [7, 1],
        [0.5, 2],
      ),
      edges: one([], [1, 0], [-1, -2], [0, 1], [1, 1, 1, 1, 1, -1]),
      draw: (r) => [r.list(0, 6, () => r.int(-3, 15))],
    },
    "passed-exam": {
      objective: "Passed if the average of the three marks is at least 50 and no mark is below 30",
      reference: (a: number, b: number, c: number) =>
        (a + b + c) / 3 >= 50 && Math.min(a, b, c) >= 30,
      examples: [
        [60, 70, 80],
        [50, 50, 50],
        [20, 90, 90],
        [40, 45, 50],
        [30, 60, 60],
        [100, 100, 10],
        [49, 50, 51],
        [55, 30, 70],
        [80, 25, 90],
        [35, 40, 45],
      ],
      edges: [
        [29, 100, 100],
        [30, 30, 90],
        [30, 30, 89],
        [100, 29, 100],
        [0, 0, 0],
      ],
      draw: (r) => [r.int(0, 100), r.int(0, 100), r.int(0, 100)],
    },
  },
};
