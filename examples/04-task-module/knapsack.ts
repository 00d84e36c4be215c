/**
 * A task of your own: trusted code (the harness) calls the candidate inside the sandbox, and what it
 * returns is checked and scored outside. Here a function says how early an item goes into a knapsack.
 *
 *   npm run -s toolwright -- evolve examples/04-task-module/knapsack.ts --budget-evaluations 1000
 *
 * Without a model the search ends at `value / weight`, and its held-out score is above the baseline.
 * The fields of a task: docs/reference/task-module.md.
 */
import { Limits, seededRandom, type Task } from "toolwright";

const worth = "function worth(value: number, weight: number): number";
const description = "How early an item of this value and weight goes into a knapsack.";

export const tasks: Task[] = [
  {
    name: "knapsack",
    spec: { name: "knapsack_worth", description, signature: worth },
    kernel: {
      entry: "worth",
      parameters: [
        { name: "value", type: "number", range: [1, 50] },
        { name: "weight", type: "number", range: [1, 50] },
      ],
      result: "number",
      features: [], // Expressions worth having as a leaf, e.g. { source: "value / weight", type: "number" }.
      seeds: ["function worth(value, weight) { return value; }"],
    },
    // Trusted code beside the candidate in the sandbox; what it returns is checked outside.
    harness: {
      source: `function harness(candidate, items, room) {
        const order = items.map((_, at) => at).sort((a, b) => candidate(...items[b]) - candidate(...items[a]));
        return order.filter((at) => items[at][1] <= room && ((room -= items[at][1]), true));
      }`,
    },
    limits: Limits.parse({}),
    instances(split, seed) {
      const random = seededRandom(seed, `knapsack/${split}`);
      const item = () => [1 + random.integer(50), 1 + random.integer(50)];
      return Array.from({ length: 20 }, () => ({ input: [Array.from({ length: 40 }, item), 250] }));
    },
    quick: 5,
    score({ output }, { input }) {
      const [items, room] = input as [number[][], number];
      const chosen = new Set(output as number[]);
      const total = (at: number) =>
        [...chosen].reduce((sum, each) => sum + (items[each]?.[at] ?? NaN), 0);
      if (!(total(1) <= room)) return { status: "invalid", reason: "the items do not fit" };
      return { status: "scored", score: total(0) };
    },
    publish: (source) => ({ language: "javascript", source, entry: "worth" }),
    tool: (source) => ({
      name: "knapsack_worth",
      description,
      signature: worth,
      parameters: {
        type: "object",
        properties: { value: { type: "number" }, weight: { type: "number" } },
        required: ["value", "weight"],
      },
      result: { type: "number" },
      language: "javascript",
      source,
      entry: "worth",
    }),
  },
];
