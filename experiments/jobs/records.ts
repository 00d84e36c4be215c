/** Lists of records: totals, filters, groups. */
import { type Family, one } from "./job.ts";

type Line = { item: string; net: number; rate: number };
type Person = { name: string; age: number };

export const records: Family = {
  development: {
    "order-total": {
      objective: "Total of the order lines",
      reference: (lines: { price: number; count: number }[]) =>
        lines.reduce((total, { price, count }) => total + price * count, 0),
      examples: one(
        [{ price: 5, count: 2 }],
        [],
        [
          { price: 3, count: 1 },
          { price: 4, count: 2 },
        ],
        [{ price: 10, count: 0 }],
        [
          { price: 7, count: 3 },
          { price: 1, count: 1 },
        ],
        [{ price: 100, count: 1 }],
        [
          { price: 2, count: 2 },
          { price: 2, count: 5 },
          { price: 9, count: 1 },
        ],
        [{ price: 8, count: 4 }],
      ),
      edges: one([{ price: 0, count: 5 }]),
      draw: (r) => [r.list(0, 5, () => ({ price: r.int(0, 40), count: r.int(0, 9) }))],
    },
    "names-of-adults": {
      objective: "Names of the people who are 18 or older",
      reference: (people: Person[]) =>
        people.filter(({ age }) => age >= 18).map(({ name }) => name),
      examples: one(
        [{ name: "Ann", age: 20 }],
        [{ name: "Bob", age: 10 }],
        [],
        [
          { name: "Cy", age: 18 },
          { name: "Di", age: 17 },
        ],
        [
          { name: "Ed", age: 40 },
          { name: "Flo", age: 5 },
          { name: "Gus", age: 60 },
        ],
        [{ name: "Hal", age: 17 }],
        [
          { name: "Ida", age: 18 },
          { name: "Jo", age: 19 },
        ],
        [{ name: "Kim", age: 2 }],
      ),
      edges: one([{ name: "A", age: 0 }], [{ name: "B", age: 99 }]),
      draw: (r) => [r.list(0, 5, () => ({ name: r.word(), age: r.int(10, 30) }))],
    },
    "vat-lines": {
      objective: "Add to each invoice line its gross amount, the rate is in percent",
      reference: (lines: Line[]) =>
        lines.map((line) => ({ ...line, gross: Math.round(line.net * (100 + line.rate)) / 100 })),
      examples: one(
        [{ item: "tea", net: 10, rate: 7 }],
        [{ item: "pen", net: 2, rate: 19 }],
        [],
        [
          { item: "bag", net: 50, rate: 19 },
          { item: "egg", net: 3, rate: 7 },
        ],
        [{ item: "book", net: 20, rate: 7 }],
        [{ item: "cup", net: 8.5, rate: 19 }],
        [
          { item: "map", net: 100, rate: 0 },
          { item: "key", net: 1, rate: 19 },
        ],
        [{ item: "jam", net: 4.2, rate: 7 }],
      ),
      edges: one([{ item: "x", net: 0, rate: 19 }]),
      draw: (r) => [
        r.list(0, 4, () => ({
          item: r.word(),
          net: r.int(0, 90),
          rate: r.pick([0, 7, 19]),
        })),
      ],
    },
    "oldest-person": {
      objective: "Name of the oldest person",
      reference: (people: Person[]) =>
        people.reduce((best, each) => (each.age > best.age ? each : best)).name,
      examples: one(
        [{ name: "Ann", age: 20 }],
        [
          { name: "Bob", age: 10 },
          { name: "Cy", age: 30 },
        ],
        [
          { name: "Di", age: 50 },
          { name: "Ed", age: 40 },
          { name: "Flo", age: 45 },
        ],
        [
          { name: "Gus", age: 7 },
          { name: "Hal", age: 9 },
          { name: "Ida", age: 8 },
        ],
        [{ name: "Jo", age: 1 }],
        [
          { name: "Kim", age: 33 },
          { name: "Lee", age: 32 },
        ],
        [
          { name: "Mo", age: 60 },
          { name: "Ned", age: 61 },
        ],
        [
          { name: "Oz", age: 18 },
          { name: "Pia", age: 81 },
          { name: "Quin", age: 20 },
        ],
      ),
      edges: one([
        { name: "A", age: 5 },
        { name: "B", age: 5 },
      ]),
      draw: (r) => [r.list(1, 5, () => ({ name: r.word(), age: r.int(0, 99) }))],
    },
    "sum-by-category": {
      objective: "Sum of the amounts of each category",
      reference: (rows: { category: string; amount: number }[]) => {
        const sums: Record<string, number> = {};
        for (const { category, amount } of rows) sums[category] = (sums[category] ?? 0) + amount;
        return sums;
      },
      examples: one(
        [{ category: "food", amount: 5 }],
        [
          { category: "food", amount: 5 },
          { category: "food", amount: 7 },
        ],
        [
          { category: "rent", amount: 100 },
          { category: "food", amount: 1 },
        ],
        [],
        [
          { category: "a", amount: 1 },
          { category: "b", amount: 2 },
          { category: "a", amount: 3 },
        ],
        [{ category: "fun", amount: 0 }],
        [
          { category: "x", amount: 10 },
          { category: "y", amount: 20 },
          { category: "y", amount: 30 },
        ],
        [
          { category: "tea", amount: 4 },
          { category: "tea", amount: 4 },
        ],
      ),
      edges: one([{ category: "z", amount: -1 }]),
      draw: (r) => [
        r.list(0, 6, () => ({ category: r.pick(["food", "rent", "fun"]), amount: r.int(0, 50) })),
      ],
    },
  },
  holdout: {
    "average-rating": {
      objective: "Average rating of the reviews, one decimal, 0 without reviews",
      reference: (reviews: { stars: number }[]) =>
        reviews.length === 0
          ? 0
          : Math.round(
              (reviews.reduce((total, { stars }) => total + stars, 0) / reviews.length) * 10,
            ) / 10,
      examples: one(
        [{ stars: 5 }],
        [{ stars: 5 }, { stars: 4 }],
        [],
        [{ stars: 1 }, { stars: 2 }, { stars: 5 }],
        [{ stars: 3 }, { stars: 3 }, { stars: 4 }],
        [{ stars: 2 }],
        [{ stars: 4 }, { stars: 4 }, { stars: 5 }, { stars: 4 }],
        [{ stars: 1 }, { stars: 5 }],
      ),
      edges: one([{ stars: 1 }, { stars: 1 }, { stars: 2 }]),
      draw: (r) => [r.list(0, 7, () => ({ stars: r.int(1, 5) }))],
    },
    "cheapest-in-stock": {
      objective: "Name of the cheapest product that is in stock",
      reference: (products: { name: string; price: number; stock: number }[]) =>
        products
          .filter(({ stock }) => stock > 0)
          .reduce((best, each) => (each.price < best.price ? each : best)).name,
      examples: one(
        [{ name: "tea", price: 5, stock: 1 }],
        [
          { name: "pen", price: 2, stock: 0 },
          { name: "cup", price: 8, stock: 3 },
        ],
        [
          { name: "bag", price: 20, stock: 2 },
          { name: "hat", price: 15, stock: 5 },
        ],
        [
          { name: "map", price: 3, stock: 1 },
          { name: "key", price: 1, stock: 0 },
          { name: "jam", price: 4, stock: 9 },
        ],
        [
          { name: "egg", price: 1, stock: 12 },
          { name: "oil", price: 9, stock: 1 },
        ],
        [
          { name: "box", price: 7, stock: 1 },
          { name: "can", price: 6, stock: 0 },
        ],
        [
          { name: "sun", price: 30, stock: 1 },
          { name: "ice", price: 10, stock: 2 },
          { name: "dog", price: 20, stock: 3 },
        ],
        [
          { name: "cat", price: 11, stock: 4 },
          { name: "fox", price: 12, stock: 4 },
        ],
      ),
      edges: one([
        { name: "a", price: 0, stock: 0 },
        { name: "b", price: 1, stock: 1 },
      ]),
      draw: (r) => [
        [
          { name: r.word(), price: r.int(1, 50), stock: r.int(1, 9) },
          ...r.list(0, 4, () => ({
            name: r.word(),
            price: r.int(51, 99) - r.int(0, 50),
            stock: r.int(0, 3),
          })),
        ],
      ],
    },
    "seconds-per-task": {
      objective: "Seconds from start to end of each task",
      reference: (tasks: { start: number; end: number }[]) =>
        tasks.map(({ start, end }) => end - start),
      examples: one(
        [{ start: 0, end: 5 }],
        [],
        [
          { start: 1, end: 2 },
          { start: 3, end: 10 },
        ],
        [{ start: 100, end: 160 }],
        [
          { start: 7, end: 7 },
          { start: 8, end: 20 },
        ],
        [{ start: 50, end: 75 }],
        [
          { start: 0, end: 1 },
          { start: 1, end: 3 },
          { start: 3, end: 6 },
        ],
        [{ start: 9, end: 30 }],
      ),
      edges: one([{ start: 0, end: 0 }]),
      draw: (r) => [
        r.list(0, 5, () => {
          const start = r.int(0, 90);
          return { start, end: start + r.int(0, 60) };
        }),
      ],
    },
  },
};
