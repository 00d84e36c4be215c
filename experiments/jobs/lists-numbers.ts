/** Lists of numbers: windows, folds with a state, averages. */
import { type Family, one } from "./job.ts";

const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);

export const numberLists: Family = {
  development: {
    "running-maximum": {
      objective: "Running maximum of a list",
      reference: (list: number[]) => list.map((_, at) => Math.max(...list.slice(0, at + 1))),
      examples: one(
        [1, 3, 2],
        [5, 4, 3],
        [1, 2, 3],
        [],
        [7],
        [2, 9, 4, 9, 10],
        [3, 3, 1],
        [10, 2, 11, 5],
      ),
      edges: one([-3, -1, -2], [0.5, 0.2, 0.9], [-5], [0, -1, 1]),
      draw: (r) => [r.list(0, 8, () => r.decimal(-9, 30, 1))],
    },
    "running-total": {
      objective: "Running total of a list",
      reference: (list: number[]) => list.map((_, at) => sum(list.slice(0, at + 1))),
      examples: one([1, 3, 2], [5, 4, 3], [10], [], [0, 0, 1], [2, 2, 2, 2], [7, -3, 1], [100, 50]),
      edges: one([-1, 1, -1], [0]),
      draw: (r) => [r.list(0, 8, () => r.int(-20, 40))],
    },
    "moving-average": {
      objective: "Moving average over three values",
      reference: (list: number[]) => list.slice(2).map((_, at) => sum(list.slice(at, at + 3)) / 3),
      examples: one(
        [1, 2, 3],
        [3, 6, 9, 12],
        [2, 2, 2, 8],
        [10, 20, 30, 40, 50],
        [0, 3, 0, 3, 0],
        [1, 2],
        [5, 5, 5],
        [9, 0, 0, 9],
      ),
      edges: one([], [1], [-3, 0, 3, 6]),
      draw: (r) => [r.list(0, 8, () => r.int(-5, 20) * 3)],
    },
    differences: {
      objective: "Differences between neighbours",
      reference: (list: number[]) => list.slice(1).map((item, at) => item - (list[at] as number)),
      examples: one(
        [1, 3, 6],
        [5, 4],
        [10, 10, 10],
        [7],
        [0, 5, 0],
        [2, 4, 8, 16],
        [100, 50, 75],
        [3, 1, 4, 1, 5],
      ),
      edges: one([], [-1, -5, 2]),
      draw: (r) => [r.list(0, 8, () => r.int(-20, 40))],
    },
    "balance-never-negative": {
      objective:
        "Balance after all bookings, where a withdrawal that would overdraw it is left out",
      reference: (list: number[]) =>
        list.reduce((total, each) => (total + each < 0 ? total : total + each), 0),
      examples: one(
        [10, -5],
        [10, -15],
        [5, 5, -7],
        [],
        [-3, 4],
        [20, -10, -15, 5],
        [1, -1],
        [8, -9, -2],
        [100, -40, -40, -40],
      ),
      edges: one([-1], [5, -5, -1], [3, -4, -3]),
      draw: (r) => [r.list(0, 7, () => r.int(-20, 20))],
    },
    "longest-increase": {
      objective: "Length of the longest run of rising neighbours",
      reference: (list: number[]) => {
        let [run, most] = [0, 0];
        for (const [at, item] of list.entries()) {
          run = at > 0 && item > (list[at - 1] as number) ? run + 1 : 1;
          most = Math.max(most, run);
        }
        return most;
      },
      examples: one(
        [1, 2, 3],
        [3, 2, 1],
        [1, 2, 1, 2, 3],
        [],
        [5],
        [1, 3, 2, 4, 6, 8],
        [2, 2, 3],
        [9, 1, 5],
        [4, 5, 1, 2],
      ),
      edges: one([1, 1], [1, 2, 2, 3], [-3, -2, -1]),
      draw: (r) => [r.list(0, 9, () => r.int(0, 12))],
    },
    "above-average": {
      objective: "Numbers above the average of the list",
      reference: (list: number[]) => list.filter((item) => item > sum(list) / list.length),
      examples: one(
        [1, 2, 3],
        [5, 5],
        [10, 0],
        [4, 8, 6, 2],
        [1],
        [1, 1, 10],
        [3, 9, 27],
        [7, 8, 9, 10],
      ),
      edges: one([], [-1, 1], [0, 0, 1]),
      draw: (r) => [r.list(0, 8, () => r.int(-10, 30))],
    },
  },
  holdout: {
    "running-minimum": {
      objective: "Lowest value so far for each position",
      reference: (list: number[]) => list.map((_, at) => Math.min(...list.slice(0, at + 1))),
      examples: one(
        [3, 1, 2],
        [5, 4, 3],
        [1, 2, 3],
        [],
        [7],
        [9, 4, 6, 2, 10],
        [3, 3, 1],
        [10, 12, 8],
      ),
      edges: one([-3, -1, -5], [0.5, 0.2, 0.9]),
      draw: (r) => [r.list(0, 8, () => r.decimal(-9, 30, 1))],
    },
    median: {
      objective: "Median of a list of numbers",
      reference: (list: number[]) => {
        const sorted = list.toSorted((a, b) => a - b);
        const half = sorted.length / 2;
        return ((sorted[Math.ceil(half) - 1] as number) + (sorted[Math.floor(half)] as number)) / 2;
      },
      examples: one(
        [3, 1, 2],
        [4, 1, 3, 2],
        [5],
        [10, 2],
        [7, 7, 1],
        [9, 1, 8, 2, 5],
        [6, 3],
        [1, 2, 3, 10],
      ),
      edges: one([-5, 5], [0], [10, 9, 100, 2, 11]),
      draw: (r) => [r.list(1, 8, () => r.int(-10, 110))],
    },
    "stock-profit": {
      objective: "Best profit of one purchase and one later sale, 0 if there is none",
      reference: (list: number[]) => {
        let [low, most] = [Number.POSITIVE_INFINITY, 0];
        for (const price of list) {
          low = Math.min(low, price);
          most = Math.max(most, price - low);
        }
        return most;
      },
      examples: one(
        [1, 5],
        [5, 1],
        [3, 8, 2, 6],
        [7, 1, 5, 3, 6, 4],
        [],
        [4],
        [2, 4, 1, 9],
        [9, 7, 5],
        [1, 2, 3, 2],
      ),
      edges: one([3, 3], [10, 1, 2], [5, 9, 1, 4]),
      draw: (r) => [r.list(0, 8, () => r.int(1, 30))],
    },
  },
};
