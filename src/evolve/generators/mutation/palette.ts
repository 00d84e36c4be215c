/**
 * The material that mutation draws from for a kernel: leaves by type, constants from the declared
 * ranges, and the primitives of its types. Created once per kernel.
 */
import type { Random } from "../../../core/random.ts";
import type { Kernel } from "../../../core/task.ts";
import { analyse, isNumeric } from "../../syntax/analyse.ts";
import { identifier, literal, numberNode, rounded } from "../../syntax/build.ts";
import { featureTrees, withParameterNames } from "../../syntax/features.ts";
import { type Expression, forEachChild, type Node, parseProgram } from "../../syntax/tree.ts";
import type { Environment, Type } from "../../syntax/types.ts";
import { type Primitive, primitivesFor } from "./primitives.ts";

export interface Palette {
  readonly kernel: Kernel;
  readonly numeric: boolean;
  readonly primitives: ReadonlyMap<Type, readonly Primitive[]>;
  /** Numeric parameters and features with their ranges: thresholds are drawn from them. */
  readonly scales: readonly Scale[];
  readonly strings: readonly string[];
  /** Number of nodes of the largest seed. */
  readonly seedSize: number;
}

export interface Scale {
  readonly tree: Expression;
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

/** The position of a new leaf. */
export interface Spot {
  readonly scope: Environment | undefined;
  readonly inEntry: boolean;
  /** The entry's parameters as the program names them. */
  readonly parameters: readonly string[];
}

const palettes = new WeakMap<Kernel, Palette>();

/** Numbers that are often useful. */
const COMMON_NUMBERS = [0, 1, -1, 2, 0.5, 10];

export function paletteOf(kernel: Kernel): Palette {
  const known = palettes.get(kernel);
  if (known !== undefined) return known;
  const types = new Set<Type>([kernel.result]);
  for (const { type } of [...kernel.parameters, ...kernel.features]) types.add(type);
  const primitives = new Map<Type, Primitive[]>();
  for (const primitive of primitivesFor(types)) {
    const list = primitives.get(primitive.type) ?? [];
    list.push(primitive);
    primitives.set(primitive.type, list);
  }
  const palette: Palette = {
    kernel,
    numeric: isNumeric(kernel),
    primitives,
    scales: scalesOf(kernel),
    strings: stringsOf(kernel),
    seedSize: Math.max(0, ...kernel.seeds.map((seed) => sizeOf(seed, kernel))),
  };
  palettes.set(kernel, palette);
  return palette;
}

function sizeOf(source: string, kernel: Kernel): number {
  const program = parseProgram(source);
  return (program && analyse(program, kernel)?.size) ?? 0;
}

function scalesOf(kernel: Kernel): readonly Scale[] {
  const scales: Scale[] = [];
  for (const { feature, tree } of featureTrees(kernel)) {
    if (feature.type === "number") scales.push(scaleOf(tree, feature.range));
  }
  for (const { name, type, range } of kernel.parameters) {
    if (type === "number") scales.push(scaleOf(identifier(name), range));
  }
  return scales;
}

function scaleOf(tree: Expression, range: readonly [number, number] | undefined): Scale {
  const [low, high] = range ?? [-10, 10];
  return {
    tree,
    low,
    high,
    whole: Number.isInteger(low) && Number.isInteger(high) && high - low > 1,
  };
}

function stringsOf(kernel: Kernel): readonly string[] {
  const strings = new Set(["", " ", ","]);
  const visit = (node: Node): void => {
    if (node.type === "Literal" && typeof node.value === "string") strings.add(node.value);
    forEachChild(node, visit);
  };
  for (const seed of kernel.seeds) {
    const program = parseProgram(seed);
    if (program !== undefined) visit(program);
  }
  return [...strings];
}

/** A number from a declared range, or a common one. */
export function drawConstant({ scales }: Palette, random: Random): number {
  const roll = random.next();
  if (scales.length === 0 || roll < 0.25) return random.pick(COMMON_NUMBERS);
  const scale = random.pick(scales);
  if (roll < 0.4) {
    // A value for results or sums rather than comparisons: any sign, all magnitudes up to the range.
    const size = Math.max(Math.abs(scale.low), Math.abs(scale.high));
    return rounded(random.normal() * size * 10 ** (-2 * random.next()), 4);
  }
  return drawWithin(scale, random);
}

export function drawWithin({ low, high, whole }: Scale, random: Random): number {
  // Half of the draws prefer the low end, where details matter in most ranges.
  const part = random.next() < 0.5 ? random.next() : random.next() ** 2;
  const value = low + (high - low) * part;
  return whole && random.next() < 0.5
    ? Math.round(value) + 0.5 * random.integer(2)
    : rounded(value, 4);
}

/** A name, feature or constant of the type; undefined if there is none. */
export function drawLeaf(
  type: Type,
  palette: Palette,
  spot: Spot,
  random: Random,
): Expression | undefined {
  const named = leavesInScope(type, palette, spot);
  const constants = type === "number" || type === "string" || type === "boolean";
  if (named.length === 0 || (constants && random.next() < 0.35)) {
    if (type === "number") return numberNode(drawConstant(palette, random));
    if (type === "string") return literal(random.pick(palette.strings));
    if (type === "boolean") return drawTest(palette, spot, random);
    return named.length === 0 ? undefined : random.pick(named);
  }
  return random.pick(named);
}

/** `feature < constant`, the constant within the feature's range. */
export function drawTest(palette: Palette, spot: Spot, random: Random): Expression {
  const operator = random.pick(["<", "<=", ">"] as const);
  if (spot.inEntry && palette.scales.length > 0 && random.next() < 0.8) {
    const scale = random.pick(palette.scales);
    const left = withParameterNames(scale.tree, palette.kernel, spot.parameters);
    const right = numberNode(drawWithin(scale, random));
    return { type: "BinaryExpression", operator, left, right };
  }
  const left = drawLeaf("number", palette, spot, random) ?? numberNode(0);
  const right = drawLeaf("number", palette, spot, random) ?? numberNode(1);
  return { type: "BinaryExpression", operator, left, right };
}

function leavesInScope(type: Type, palette: Palette, spot: Spot): readonly Expression[] {
  const leaves: Expression[] = [];
  const seen = new Set<string>();
  for (let at = spot.scope; at !== undefined; at = at.up) {
    const { name, type: own, kind } = at.binding;
    if (seen.has(name)) continue;
    seen.add(name);
    if (own === type && kind !== "function" && kind !== "table") leaves.push(identifier(name));
  }
  if (!spot.inEntry) return leaves;
  for (const { feature, tree } of featureTrees(palette.kernel)) {
    if (feature.type !== type) continue;
    // A declared feature is more useful than a parameter: it is in the list twice.
    const leaf = withParameterNames(tree, palette.kernel, spot.parameters);
    leaves.push(leaf, leaf);
  }
  return leaves;
}
