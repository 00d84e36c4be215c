/**
 * Components for numbers and booleans.
 *
 * `levels` limit the depth of an argument: an index is rarely a long formula, and each limit allows a
 * deeper search elsewhere. The printed text computes the same as `apply`, for finite numbers within
 * bounds.
 */
import { type Component, component } from "./expression.ts";

const N = "number";
const B = "boolean";

const commuting = { commutes: true };

export const NUMBERS: readonly Component[] = [
  component(
    "+",
    [N, N],
    N,
    (a, b) => `${a} + ${b}`,
    (a, b) => a + b,
    commuting,
  ),
  component(
    "-",
    [N, N],
    N,
    (a, b) => `${a} - ${b}`,
    (a, b) => a - b,
  ),
  component(
    "*",
    [N, N],
    N,
    (a, b) => `${a} * ${b}`,
    (a, b) => a * b,
    commuting,
  ),
  component(
    "%",
    [N, N],
    N,
    (a, b) => `${a} % ${b}`,
    (a, b) => a % b,
    { levels: [9, 4] },
  ),
  component(
    "/",
    [N, N],
    N,
    (a, b) => `${a} / ${b}`,
    (a, b) => a / b,
    { levels: [9, 4] },
  ),
  component(
    "div",
    [N, N],
    N,
    (a, b) => `Math.floor(${a} / ${b})`,
    (a, b) => Math.floor(a / b),
    { levels: [9, 3] },
  ),
  component(
    "mod",
    [N, N],
    N,
    (a, b) => `((${a} % ${b}) + ${b}) % ${b}`,
    (a, b) => ((a % b) + b) % b,
    { cost: 2, levels: [3, 3] },
  ),
  component(
    "hypot",
    [N, N],
    N,
    (a, b) => `Math.hypot(${a}, ${b})`,
    (a, b) => Math.hypot(a, b),
    { commutes: true, levels: [3, 3] },
  ),
  component(
    "percent",
    [N],
    N,
    (a) => `${a} / 100`,
    (a) => a / 100,
    { cost: 2, levels: [3] },
  ),
  component(
    "min",
    [N, N],
    N,
    (a, b) => `Math.min(${a}, ${b})`,
    (a, b) => Math.min(a, b),
    commuting,
  ),
  component(
    "max",
    [N, N],
    N,
    (a, b) => `Math.max(${a}, ${b})`,
    (a, b) => Math.max(a, b),
    commuting,
  ),
  component(
    "pow",
    [N, N],
    N,
    (a, b) => `${a} ** ${b}`,
    (a, b) => a ** b,
    { cost: 2, levels: [5, 3] },
  ),
  component(
    "abs",
    [N],
    N,
    (a) => `Math.abs(${a})`,
    (a) => Math.abs(a),
  ),
  component(
    "neg",
    [N],
    N,
    (a) => `-${a}`,
    (a) => -a,
  ),
  component(
    "floor",
    [N],
    N,
    (a) => `Math.floor(${a})`,
    (a) => Math.floor(a),
  ),
  component(
    "ceil",
    [N],
    N,
    (a) => `Math.ceil(${a})`,
    (a) => Math.ceil(a),
  ),
  component(
    "round",
    [N],
    N,
    (a) => `Math.round(${a})`,
    (a) => Math.round(a),
  ),
  component(
    "sqrt",
    [N],
    N,
    (a) => `Math.sqrt(${a})`,
    (a) => Math.sqrt(a),
    { cost: 2 },
  ),
  component(
    "sign",
    [N],
    N,
    (a) => `Math.sign(${a})`,
    (a) => Math.sign(a),
    { cost: 2, levels: [3] },
  ),
  component(
    "log2",
    [N],
    N,
    (a) => `Math.log2(${a})`,
    (a) => Math.log2(a),
    { cost: 2, levels: [2] },
  ),
];

export const TESTS: readonly Component[] = [
  component(
    "divides",
    [N, N],
    B,
    (a, b) => `${a} % ${b} === 0`,
    (a, b) => a % b === 0,
    { levels: [4, 4] },
  ),
  component(
    "===",
    [N, N],
    B,
    (a, b) => `${a} === ${b}`,
    (a, b) => a === b,
    commuting,
  ),
  component(
    "<",
    [N, N],
    B,
    (a, b) => `${a} < ${b}`,
    (a, b) => a < b,
  ),
  component(
    "<=",
    [N, N],
    B,
    (a, b) => `${a} <= ${b}`,
    (a, b) => a <= b,
  ),
  component(
    "integer",
    [N],
    B,
    (a) => `Number.isInteger(${a})`,
    (a) => Number.isInteger(a),
  ),
  component(
    "even",
    [N],
    B,
    (a) => `${a} % 2 === 0`,
    (a) => a % 2 === 0,
  ),
  component(
    "not",
    [B],
    B,
    (a) => `!${a}`,
    (a) => !a,
  ),
  component(
    "&&",
    [B, B],
    B,
    (a, b) => `${a} && ${b}`,
    (a, b) => a && b,
    commuting,
  ),
  component(
    "||",
    [B, B],
    B,
    (a, b) => `${a} || ${b}`,
    (a, b) => a || b,
    commuting,
  ),
];
