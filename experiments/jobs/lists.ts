/** Lists: order, deduplication, groups, lists within lists. */
import { type Family, one } from "./job.ts";

const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);

export const lists: Family = {
  development: {
    "unique-ignoring-case": {
      objective: "Remove duplicates, ignoring upper and lower case; the first spelling stays",
      reference: (list: string[]) =>
        list.filter(
          (item, at) =>
            list.findIndex((other) => other.toLowerCase() === item.toLowerCase()) === at,
        ),
      examples: one(
        ["Apple", "apple", "Pear"],
        ["a", "b", "A"],
        ["x"],
        [],
        ["Tea", "TEA", "tea", "Coffee"],
        ["one", "two", "three"],
        ["Red", "blue", "RED", "Blue"],
        ["dog", "Dog", "cat"],
        ["B", "a", "b"],
      ),
      edges: one(["a", "A", "a"], ["ab", "aB", "AB", "b"], ["Z"]),
      draw: (r) => [
        r.list(0, 6, () => {
          const word = r.pick(["sun", "tea", "egg", "map"]);
          return r.pick([word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]);
        }),
      ],
    },
    "second-largest": {
      objective: "Second largest different number of a list",
      reference: (list: number[]) => [...new Set(list)].sort((a, b) => b - a)[1],
      examples: one(
        [1, 2, 3],
        [5, 5, 4],
        [10, 9],
        [3, 8, 8, 1],
        [7, 2, 9, 4],
        [100, 50, 75],
        [1, 2, 2],
        [6, 6, 6, 5],
      ),
      edges: one([-1, -2], [0, -5, 0], [2, 2, 1, 1]),
      draw: (r) => {
        const list = r.list(1, 6, () => r.int(-5, 20));
        return [[...list, (list[0] ?? 0) + r.int(1, 9)]];
      },
    },
    "count-each": {
      objective: "Count how often each word occurs",
      reference: (list: string[]) =>
        Object.fromEntries(
          list.map((word) => [word, list.filter((other) => other === word).length]),
        ),
      examples: one(
        ["a", "b", "a"],
        ["x"],
        [],
        ["tea", "tea", "tea"],
        ["on", "off", "on", "off"],
        ["one", "two"],
        ["a", "a", "b", "b", "c"],
        ["red"],
      ),
      edges: one(["b", "a", "b"]),
      draw: (r) => [r.list(0, 7, () => r.pick(["sun", "tea", "egg", "map", "key"]))],
    },
    "sort-by-length": {
      objective: "Sort the words by length, equal ones alphabetically",
      reference: (list: string[]) =>
        list.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)),
      examples: one(
        ["ccc", "a", "bb"],
        ["dog", "cat", "a"],
        ["x"],
        [],
        ["tea", "milk", "egg"],
        ["zz", "aa", "b"],
        ["one", "two", "three", "four"],
        ["river", "sea", "ocean"],
      ),
      edges: one(["b", "a"], ["bb", "ba", "ab", "c"]),
      draw: (r) => [[...new Set(r.list(0, 7, () => r.word()))]],
    },
    chunks: {
      objective: "Split the list into parts of the given size",
      reference: (list: number[], size: number) =>
        list.flatMap((_, at) => (at % size === 0 ? [list.slice(at, at + size)] : [])),
      examples: [
        [[1, 2, 3, 4], 2],
        [[1, 2, 3], 2],
        [[], 3],
        [[5], 1],
        [[1, 2, 3, 4, 5, 6, 7], 3],
        [[9, 8, 7], 5],
        [[4, 4, 4, 4], 4],
        [[1, 2, 3], 1],
      ],
      edges: [
        [[1], 9],
        [[1, 2, 3, 4, 5], 2],
      ],
      draw: (r) => [r.list(0, 9, () => r.int(0, 20)), r.int(1, 4)],
    },
    flatten: {
      objective: "Flatten a nested list of any depth",
      reference: (list: never[]) => list.flat(Infinity),
      examples: one(
        [1, [2, 3]],
        [[1], [2], [3]],
        [1, 2, 3],
        [],
        [[[4]], 5],
        [[], [1]],
        [1, [2, [3, [4]]]],
        [
          [7, 8],
          [9, [10]],
        ],
      ),
      edges: one([[]], [[[[[1]]]]], [[[1], 2], [[3]]]),
      draw: (r) => {
        const nest = (left: number): (number | (number | never)[])[] =>
          r.list(0, 3, () => (left > 0 && r.flag() ? (nest(left - 1) as number[]) : r.int(0, 20)));
        return [nest(r.int(0, 3))];
      },
    },
    "nested-sum": {
      objective: "Sum of all numbers in a nested list",
      reference: (list: never[]) => sum(list.flat(Infinity)),
      examples: one(
        [1, [2, 3]],
        [[1], [2], [3]],
        [1, 2, 3],
        [],
        [[[4]], 5],
        [[], [1]],
        [1, [2, [3, [4]]]],
        [
          [7, 8],
          [9, [10]],
        ],
      ),
      edges: one([[]], [[[[[1]]]]], [-1, [1]]),
      draw: (r) => {
        const nest = (left: number): (number | (number | never)[])[] =>
          r.list(0, 3, () => (left > 0 && r.flag() ? (nest(left - 1) as number[]) : r.int(-5, 20)));
        return [nest(r.int(0, 3))];
      },
    },
  },
  holdout: {
    "group-by-first-letter": {
      objective: "Group the words by their first letter",
      reference: (list: string[]) => {
        const keys = [...new Set(list.map((word) => word.charAt(0)))];
        return Object.fromEntries(
          keys.map((key) => [key, list.filter((word) => word.startsWith(key))]),
        );
      },
      examples: one(
        ["apple", "ant", "bee"],
        ["x"],
        [],
        ["tea", "top", "ten"],
        ["on", "off", "up"],
        ["one", "two"],
        ["cat", "dog", "cow", "duck"],
        ["red"],
      ),
      edges: one(["b", "a", "bb"]),
      draw: (r) => [r.list(0, 6, () => r.word())],
    },
    "semver-sort": {
      objective: "Sort version numbers",
      reference: (list: string[]) => {
        const value = (text: string): number =>
          text.split(".").reduce((sum, part) => sum * 1000 + Number(part), 0);
        return list.toSorted((a, b) => value(a) - value(b));
      },
      examples: one(
        ["1.0.1", "1.0.0"],
        ["1.2.0", "1.10.0", "1.9.0"],
        ["2.0.0", "1.9.9"],
        ["0.1.0"],
        ["10.0.0", "9.0.0", "2.5.1"],
        ["1.1.10", "1.1.9", "1.1.2"],
        ["3.0.0", "3.0.0"],
        ["0.0.2", "0.0.10", "0.1.0"],
      ),
      edges: one([], ["1.0.100", "1.0.20"], ["2.0.0", "10.0.0", "1.99.0"]),
      draw: (r) => [r.list(0, 5, () => `${r.int(0, 12)}.${r.int(0, 12)}.${r.int(0, 120)}`)],
    },
    "nested-depth": {
      objective: "Depth of a nested list",
      reference: function depth(list: unknown): number {
        return Array.isArray(list) ? 1 + Math.max(0, ...list.map(depth)) : 0;
      },
      examples: one(
        [1, [2, 3]],
        [[1], [2], [3]],
        [1, 2, 3],
        [],
        [[[4]], 5],
        [[], [1]],
        [1, [2, [3, [4]]]],
        [7, [8, [9]]],
      ),
      edges: one([[]], [[[[[1]]]]], [[], [[]]]),
      draw: (r) => {
        const nest = (left: number): (number | (number | never)[])[] =>
          r.list(0, 3, () => (left > 0 && r.flag() ? (nest(left - 1) as number[]) : r.int(0, 9)));
        return [nest(r.int(0, 4))];
      },
    },
    "pair-up": {
      objective: "Pair the names with the scores: name: score",
      reference: (names: string[], scores: number[]) =>
        names.map((name, at) => `${name}: ${scores[at]}`),
      examples: [
        [
          ["Ann", "Bob"],
          [1, 2],
        ],
        [["Cy"], [10]],
        [[], []],
        [
          ["Di", "Ed", "Flo"],
          [7, 8, 9],
        ],
        [
          ["Gus", "Hal"],
          [0, 5],
        ],
        [["Ida"], [3]],
        [
          ["Jo", "Kim", "Lee", "Mo"],
          [4, 4, 2, 1],
        ],
        [
          ["Ned", "Oz"],
          [12, 20],
        ],
      ],
      edges: [[["A"], [-1]]],
      draw: (r) => {
        const names = r.list(0, 5, () => r.word());
        return [names, names.map(() => r.int(-5, 100))];
      },
    },
  },
};
