/** Functions of records and of lists of records. */
import type { Json } from "../../src/index.ts";
import type { Entry } from "./suite.ts";

const one = (...values: Json[]) => values.map((value) => [value]);
type Person = { name: string; age: number };
type Line = { price: number; count: number };
type Counts = Record<string, number>;

export const objects: readonly Entry[] = [
  {
    name: "full-name",
    signature: "fullName(person: { first: string; last: string }): string",
    description: "First and last name with a space between.",
    reference: (person: { first: string; last: string }) => `${person.first} ${person.last}`,
    train: one(
      { first: "Marie", last: "Curie" },
      { first: "Carl", last: "Gauss" },
      { first: "Sofia", last: "K" },
      { first: "Ada", last: "Byron" },
      { first: "Alan", last: "Turing" },
      { first: "Grace", last: "Hopper" },
      { first: "A", last: "B" },
    ),
    sealed: one({ first: "Kurt", last: "Goedel" }, { first: "Emmy", last: "Noether" }),
  },
  {
    name: "area",
    signature: "area(box: { width: number; height: number }): number",
    description: "Width times height.",
    reference: (box: { width: number; height: number }) => box.width * box.height,
    train: one(
      { width: 3, height: 3 },
      { width: 10, height: 2 },
      { width: 4, height: 0.25 },
      { width: 2, height: 3 },
      { width: 5, height: 5 },
      { width: 0, height: 9 },
      { width: 1.5, height: 4 },
    ),
    sealed: one({ width: 7, height: 8 }, { width: 10, height: 0.5 }, { width: 1, height: 1 }),
  },
  {
    name: "is-adult",
    signature: "isAdult(person: { name: string; age: number }): boolean",
    description: "Whether the age is at least 18.",
    reference: (person: Person) => person.age >= 18,
    train: one(
      { name: "a", age: 17 },
      { name: "b", age: 18 },
      { name: "c", age: 40 },
      { name: "d", age: 3 },
      { name: "e", age: 19 },
    ),
    sealed: one({ name: "f", age: 16 }, { name: "g", age: 18 }, { name: "h", age: 90 }),
  },
  {
    name: "key-count",
    signature: "keyCount(record: Record<string, number>): number",
    description: "How many fields a record has.",
    reference: (record: Counts) => Object.keys(record).length,
    train: one({ a: 1 }, {}, { a: 1, b: 2 }, { x: 0, y: 0, z: 0 }, { k: 9, l: 8 }),
    sealed: one({ one: 1, two: 2, three: 3, four: 4 }, { q: 5 }, { m: 1, n: 1, o: 1, p: 1, q: 1 }),
  },
  {
    name: "value-sum",
    signature: "valueSum(record: Record<string, number>): number",
    description: "Sum of a record's values.",
    reference: (record: Counts) => Object.values(record).reduce((a, b) => a + b, 0),
    train: one(
      { r: 2, s: 2, t: 2 },
      { u: -1, v: 1 },
      { w: 7, x: 0.5 },
      { a: 1 },
      {},
      { a: 1, b: 2 },
      { x: 5, y: -5, z: 10 },
      { k: 9, l: 8 },
    ),
    sealed: one({ one: 1, two: 2, three: 3, four: 4 }, { q: -5 }, { m: 100, n: 1 }),
  },
  {
    name: "sorted-keys",
    signature: "sortedKeys(record: Record<string, number>): string[]",
    description: "The fields' names in alphabetical order.",
    reference: (record: Counts) => Object.keys(record).sort(),
    train: one(
      { two: 2, one: 1, three: 3 },
      { h: 5, g: 4 },
      { n: 0, p: 0, o: 0 },
      { b: 1, a: 2 },
      {},
      { z: 1, y: 2, x: 3 },
      { k: 1 },
      { m: 4, c: 2, q: 1 },
    ),
    sealed: one({ pear: 1, apple: 2, fig: 3 }, { d: 0, b: 0 }, { w: 1 }),
  },
  {
    name: "largest-key",
    signature: "largestKey(record: Record<string, number>): string",
    description: "The name of the field with the largest value.",
    reference: (record: Counts) =>
      Object.entries(record).reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0],
    train: one(
      { one: 10, two: 20, three: 15 },
      { g: 4, h: 2 },
      { r: 0, s: -3 },
      { ant: 6, bee: 1, cat: 7, dog: 3 },
      { a: 1, b: 2 },
      { x: 9, y: 3, z: 4 },
      { k: 1 },
      { m: 2, n: 7, o: 5 },
      { p: -1, q: -2 },
    ),
    sealed: one({ red: 3, green: 8, blue: 5 }, { u: 0, v: 1 }, { last: 1, first: 2, mid: 3 }),
  },
  {
    name: "total-price",
    signature: "totalPrice(lines: { price: number; count: number }[]): number",
    description: "Sum of price times count over the lines of an order.",
    reference: (lines: Line[]) => lines.reduce((sum, { price, count }) => sum + price * count, 0),
    train: one(
      [{ price: 6, count: 7 }],
      [
        { price: 1, count: 1 },
        { price: 2, count: 2 },
        { price: 3, count: 3 },
      ],
      [{ price: 10, count: 0 }],
      [
        { price: 8, count: 2 },
        { price: 5, count: 4 },
      ],
      [{ price: 2, count: 3 }],
      [],
      [
        { price: 5, count: 1 },
        { price: 1, count: 10 },
      ],
      [
        { price: 3, count: 2 },
        { price: 4, count: 0 },
        { price: 7, count: 1 },
      ],
    ),
    sealed: one(
      [
        { price: 9, count: 9 },
        { price: 0.5, count: 4 },
      ],
      [{ price: 100, count: 1 }],
    ),
  },
  {
    name: "names-of-adults",
    signature: "adultNames(people: { name: string; age: number }[]): string[]",
    description: "Names of those who are at least 18, in order.",
    reference: (people: Person[]) => people.filter(({ age }) => age >= 18).map(({ name }) => name),
    train: one(
      [
        { name: "Max", age: 18 },
        { name: "Nia", age: 17 },
        { name: "Oz", age: 19 },
      ],
      [
        { name: "Pam", age: 2 },
        { name: "Quin", age: 70 },
      ],
      [{ name: "Ray", age: 16 }],
      [
        { name: "Ann", age: 20 },
        { name: "Bob", age: 10 },
      ],
      [],
      [{ name: "Cy", age: 18 }],
      [
        { name: "Di", age: 17 },
        { name: "Ed", age: 30 },
        { name: "Flo", age: 44 },
      ],
    ),
    sealed: one(
      [
        { name: "Gus", age: 5 },
        { name: "Hal", age: 18 },
        { name: "Ida", age: 81 },
      ],
      [{ name: "Jo", age: 12 }],
    ),
  },
  {
    name: "oldest",
    signature: "oldest(people: { name: string; age: number }[]): string",
    description: "The name of the oldest person.",
    reference: (people: Person[]) => people.reduce((a, b) => (b.age > a.age ? b : a)).name,
    train: one(
      [
        { name: "Sam", age: 1 },
        { name: "Tom", age: 2 },
        { name: "Uma", age: 3 },
      ],
      [
        { name: "Val", age: 66 },
        { name: "Wes", age: 65 },
      ],
      [
        { name: "Xi", age: 33 },
        { name: "Yan", age: 50 },
        { name: "Zed", age: 41 },
      ],
      [
        { name: "Ann", age: 20 },
        { name: "Bob", age: 30 },
      ],
      [{ name: "Cy", age: 18 }],
      [
        { name: "Di", age: 57 },
        { name: "Ed", age: 30 },
        { name: "Flo", age: 44 },
      ],
    ),
    sealed: one(
      [
        { name: "Gus", age: 5 },
        { name: "Hal", age: 18 },
        { name: "Ida", age: 81 },
        { name: "Jo", age: 12 },
      ],
      [
        { name: "Kit", age: 9 },
        { name: "Lea", age: 8 },
      ],
    ),
  },
  {
    name: "count-by",
    signature: "countBy(words: string[]): Record<string, number>",
    description: "How often each word occurs.",
    reference: (words: string[]) => {
      const counts: Counts = {};
      for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
      return counts;
    },
    train: one(
      ["q", "r", "q", "s", "r", "q"],
      ["same", "same"],
      ["d", "e", "f"],
      ["a", "b", "a"],
      [],
      ["x"],
      ["p", "p", "p", "q"],
      ["one", "two", "one"],
    ),
    sealed: one(["m", "n", "m", "n", "o"], ["z", "z"], ["hi"]),
  },
  {
    name: "pick",
    signature: "pick(record: Record<string, number>, keys: string[]): Record<string, number>",
    description: "The record with the named fields alone.",
    reference: (record: Counts, keys: string[]) =>
      Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key))),
    train: [
      [{ d: 4, e: 5, f: 6 }, ["f"]],
      [{ one: 1, two: 2 }, ["one", "two"]],
      [{ g: 7 }, ["g", "h"]],
      [{ a: 1, b: 2, c: 3 }, ["a", "c"]],
      [{ a: 1 }, []],
      [{ x: 5, y: 6 }, ["y"]],
      [{ x: 5 }, ["q"]],
    ],
    sealed: [
      [{ k: 1, l: 2, m: 3 }, ["l", "k"]],
      [{}, ["a"]],
      [{ u: 4, v: 4 }, ["u", "v"]],
    ],
  },
  {
    name: "merge-sums",
    signature:
      "mergeSums(left: Record<string, number>, right: Record<string, number>): Record<string, number>",
    description: "Both records in one; values of fields that both have are added.",
    reference: (left: Counts, right: Counts) => {
      const merged: Counts = { ...left };
      for (const [key, value] of Object.entries(right)) merged[key] = (merged[key] ?? 0) + value;
      return merged;
    },
    train: [
      [{ a: 5, b: 5 }, { a: 1 }],
      [{ c: 3 }, {}],
      [{ d: 1 }, { e: 1, f: 2 }],
      [
        { g: 2, h: 4 },
        { h: 1, g: 1 },
      ],
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, { b: 2 }],
      [{}, {}],
      [
        { x: 1, y: 2 },
        { y: 3, z: 4 },
      ],
    ],
    sealed: [
      [{ k: 10 }, { k: -10, l: 1 }],
      [{}, { m: 3 }],
      [
        { p: 1, q: 1 },
        { p: 1, q: 1 },
      ],
    ],
  },
];
