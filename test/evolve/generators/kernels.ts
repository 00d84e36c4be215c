/** Kernels that the tests of generators share. */
import type { Kernel } from "../../../src/core/task.ts";

export const packing: Kernel = {
  entry: "score",
  parameters: [
    { name: "item", type: "number", range: [20, 100] },
    { name: "room", type: "number", range: [20, 150] },
    { name: "capacity", type: "number", range: [150, 150] },
  ],
  result: "number",
  features: [{ source: "room - item", type: "number", range: [0, 130] }],
  seeds: [
    "function score(item, room, capacity) { return 0; }",
    "function score(item, room, capacity) { return -(room - item); }",
    `const weights = [1, 2.5, 4];
     function weigh(x) { return weights[0] * x + weights[2]; }
     function score(a, b, c) {
       const rest = b - a;
       let total = 0;
       for (let i = 0; i < 3; i++) { if (rest < 20) { total = total + weigh(rest); } else { total = total - 1; } }
       if (b === c) return -50;
       return a < 40 ? total : Math.min(rest, 12) * -1;
     }`,
  ],
};

export const texts: Kernel = {
  entry: "shout",
  parameters: [{ name: "text", type: "string" }],
  result: "string",
  features: [{ source: "text.split(' ')", type: "string[]" }],
  seeds: [
    "function shout(text) { return text; }",
    `function shout(text) {
       let out = "";
       for (const word of text.split(" ")) { out = out + word.slice(0, 1).toUpperCase() + word.slice(1); }
       return out;
     }`,
    "const shout = (text) => text;\nfunction other(x) { return x; }",
  ],
};

export const lists: Kernel = {
  entry: "solve",
  parameters: [
    { name: "values", type: "number[]" },
    { name: "limit", type: "number", range: [0, 10] },
  ],
  result: "number",
  features: [],
  seeds: [
    "function solve(values, limit) { return values.filter((n) => n < limit).length; }",
    "function solve(values, limit) { return values.reduce((total, n) => total + n * n, 0); }",
  ],
};

export const rules: Kernel = {
  entry: "accept",
  parameters: [
    { name: "age", type: "number", range: [0, 120] },
    { name: "member", type: "boolean" },
  ],
  result: "boolean",
  features: [],
  seeds: ["function accept(age, member) { return member && age > 17; }"],
};
