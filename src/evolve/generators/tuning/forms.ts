/**
 * Library forms with tunable numbers: a piecewise-linear curve over one axis or a grid over two, with
 * separate values for special cases. Each form turns a vector into self-contained source inside the
 * total grammar.
 *
 * Forms are derived only from the kernel's declarations: axes are its numeric features and parameters
 * with their ranges, special cases are its boolean features or the ends of ranges.
 */
import { InvariantError } from "../../../core/errors.ts";
import type { Kernel } from "../../../core/task.ts";
import { numberNode, rounded } from "../../syntax/build.ts";
import { parseProgram, printProgram, transform } from "../../syntax/tree.ts";
import { type Axis, axesOf, specialCases } from "./axes.ts";

export interface Form {
  /** E.g. `curve(room - item)`. */
  readonly name: string;
  readonly shape: "curve" | "grid";
  readonly dimension: number;
  /** Starting points of the searches, used in turn; every coordinate in the units of its axis. */
  readonly starts: readonly (readonly number[])[];
  /** Initial step size. */
  readonly sigma: number;
  /** Takes the heights in the order of the knots, then the values of special cases. */
  render(x: ArrayLike<number>): string;
}

const CURVE_KNOTS = 19;
const GRID_ROWS = 8;
const GRID_COLUMNS = 11;
/** Maximum number of forms per kernel: too many forms would share the proposals. */
const MAX_FORMS = 10;

/**
 * The forms of a kernel, the most promising first: curves over declared features, grids with one of
 * them, then parameters.
 *
 * @returns Empty for kernels whose result is not a number or boolean, or without ranges.
 */
export function formsOf(kernel: Kernel): readonly Form[] {
  if (kernel.result !== "number" && kernel.result !== "boolean") return [];
  const axes = axesOf(kernel);
  const ranked: { readonly form: Form; readonly order: number }[] = [];
  const penalty = (axis: Axis) => (axis.declared ? 0 : 3);
  for (const [index, axis] of axes.entries()) {
    const specials = specialCases(kernel, [axis]);
    const order = penalty(axis) + index / 100;
    ranked.push({ form: curveForm(kernel, axis, specials), order });
    if (specials.length > 0) {
      ranked.push({ form: curveForm(kernel, axis, []), order: order + 1 });
    }
    for (const first of axes.slice(index + 1)) {
      const form = gridForm(kernel, first, axis, specialCases(kernel, [first, axis]));
      ranked.push({ form, order: order + 2 });
    }
  }
  return ranked
    .sort((a, b) => a.order - b.order)
    .slice(0, MAX_FORMS)
    .map(({ form }) => form);
}

function curveForm(kernel: Kernel, axis: Axis, specials: readonly string[]): Form {
  const knots = knotsOf(axis, CURVE_KNOTS);
  const last = knots.length - 1;
  const size = Math.max(Math.abs(axis.low), Math.abs(axis.high));
  const between = lineBetween("knots", "heights[i - 1]", "heights[i]");
  return {
    name: `curve(${axis.source})${specials.length > 0 ? " with special cases" : ""}`,
    shape: "curve",
    dimension: knots.length + specials.length,
    starts: [0, -1, 1].map((slope) => [
      ...knots.map((knot) => slope * knot),
      ...specials.map(() => (slope * size) / 2),
    ]),
    sigma: 0.2 * size,
    render: renderer(`const knots = ${list(knots)};
const heights = ${slots(0, knots.length)};
function curve(x) {
  for (let i = 1; i < ${last}; i++) {
    if (x < knots[i]) return ${between};
  }
  return ${between.replaceAll("i - 1", String(last - 1)).replaceAll("[i]", `[${last}]`)};
}
${entryOf(kernel, specials, knots.length, `curve(${axis.source})`)}`),
  };
}

function gridForm(kernel: Kernel, first: Axis, second: Axis, specials: readonly string[]): Form {
  const rows = knotsOf(first, GRID_ROWS);
  const columns = knotsOf(second, GRID_COLUMNS);
  const cells = rows.length * columns.length;
  const size = Math.max(Math.abs(second.low), Math.abs(second.high));
  return {
    name: `grid(${first.source}, ${second.source})`,
    shape: "grid",
    dimension: cells + specials.length,
    starts: [0, -1, 1].map((slope) => [
      ...rows.flatMap(() => columns.map((knot) => slope * knot)),
      ...specials.map(() => (slope * size) / 2),
    ]),
    sigma: 0.2 * size,
    render: renderer(`const rows = ${list(rows)};
const columns = ${list(columns)};
const heights = [
${rows.map((_, row) => `  ${slots(row * columns.length, columns.length)},`).join("\n")}
];
function rowOf(x) {
  for (let i = 1; i < ${rows.length - 1}; i++) {
    if (x < rows[i]) return i - 1;
  }
  return ${rows.length - 2};
}
function columnOf(y) {
  for (let i = 1; i < ${columns.length - 1}; i++) {
    if (y < columns[i]) return i - 1;
  }
  return ${columns.length - 2};
}
function grid(x, y) {
  const i = rowOf(x);
  const j = columnOf(y);
  const u = (x - rows[i]) / (rows[i + 1] - rows[i]);
  const v = (y - columns[j]) / (columns[j + 1] - columns[j]);
  const near = (1 - v) * heights[i][j] + v * heights[i][j + 1];
  const far = (1 - v) * heights[i + 1][j] + v * heights[i + 1][j + 1];
  return (1 - u) * near + u * far;
}
${entryOf(kernel, specials, cells, `grid(${first.source}, ${second.source})`)}`),
  };
}

/** The entry function: special cases first, then the shape. */
function entryOf(
  kernel: Kernel,
  specials: readonly string[],
  firstSlot: number,
  shape: string,
): string {
  const sign = kernel.result === "boolean" ? " > 0" : "";
  const cases = specials.map(
    (test, index) => `  if (${test}) return $${firstSlot + index}${sign};\n`,
  );
  const parameters = kernel.parameters.map(({ name }) => name).join(", ");
  return `function ${kernel.entry}(${parameters}) {\n${cases.join("")}  return ${shape}${sign};\n}\n`;
}

function lineBetween(knots: string, left: string, right: string): string {
  return `${left} + (${right} - ${left}) * (x - ${knots}[i - 1]) / (${knots}[i] - ${knots}[i - 1])`;
}

/**
 * Knots from the low to the high end, strictly increasing, denser near the low end (quadratic);
 * integers if the ends are integers.
 *
 * @returns At least two, at most `count`.
 */
export function knotsOf(
  { low, high }: Pick<Axis, "low" | "high">,
  count: number,
): readonly number[] {
  const whole = Number.isInteger(low) && Number.isInteger(high);
  if (whole && high - low < count) {
    return Array.from({ length: high - low + 1 }, (_, index) => low + index);
  }
  const knots: number[] = [];
  for (let index = 0; index < count; index++) {
    const value = low + (high - low) * (index / (count - 1)) ** 2;
    const before = knots.at(-1);
    if (!whole) knots.push(rounded(value));
    else knots.push(before === undefined ? low : Math.max(before + 1, Math.round(value)));
  }
  knots[knots.length - 1] = high;
  return knots;
}

const SLOT = /^\$\d+$/;

/** An array of empty slots: `[$3, $4]`. */
function slots(first: number, count: number): string {
  return `[${Array.from({ length: count }, (_, index) => `$${first + index}`).join(", ")}]`;
}

/**
 * Fills the slots of a program with numbers of four digits. The program is parsed once: printing a
 * tree costs a tenth of parsing its text again at its next use.
 */
function renderer(text: string): (x: ArrayLike<number>) => string {
  const program = parseProgram(text);
  if (program === undefined) throw new InvariantError("A library shape does not parse.");
  return (x) =>
    printProgram(
      transform(program, (node) =>
        node.type === "Identifier" && SLOT.test(node.name)
          ? numberNode(rounded(x[Number(node.name.slice(1))] ?? 0, 4))
          : undefined,
      ),
    );
}

function list(values: readonly number[]): string {
  return `[${values.join(", ")}]`;
}
