/**
 * The operators of typed tree mutation: each takes analysed parents and gives a program, or undefined
 * if it finds no suitable site.
 *
 * A replacement always has the type of the replaced expression and uses names in scope there.
 */
import type { Random } from "../../../core/random.ts";
import type { Analysis, Site } from "../../syntax/analyse.ts";
import { conditional } from "../../syntax/build.ts";
import { sizeAt } from "../../syntax/expressions.ts";
import { type Expression, type Program, replaceAt } from "../../syntax/tree.ts";
import { dropUnused, graft } from "./graft.ts";
import { fill, grow } from "./grow.ts";
import { jitterConstants } from "./jitter.ts";
import { drawLeaf, drawTest, type Palette, type Spot } from "./palette.ts";
import { MATH_SWAPS, SWAPS } from "./primitives.ts";

export interface OperatorInput {
  readonly parent: Analysis;
  /** The second parent; it may be the same one. */
  readonly mate: Analysis;
  readonly palette: Palette;
  /** Maximum number of nodes of a child. */
  readonly limit: number;
  readonly random: Random;
}

export type Operator = (input: OperatorInput) => Program | undefined;

function crossover(input: OperatorInput): Program | undefined {
  const { parent, mate, palette, limit, random } = input;
  const site = pickSite(parent, random);
  if (site === undefined) return undefined;
  const room = limit - parent.size + site.size;
  const donors = mate.sites.filter(({ type, size }) => type === site.type && size <= room);
  const inner = donors.filter(({ size }) => size > 1);
  // Single names are mostly left to the operator `leaf`.
  const pool = inner.length > 0 && random.next() < 0.9 ? inner : donors;
  if (pool.length === 0) return undefined;
  const grafted = graft(mate, random.pick(pool), parent, spotOf(site, parent), palette, random);
  if (grafted === undefined) return undefined;
  return replaceSite(input, site, grafted.expression, grafted.imports);
}

function subtree(input: OperatorInput): Program | undefined {
  const { parent, palette, limit, random } = input;
  const site = pickSite(parent, random);
  if (site === undefined) return undefined;
  const room = Math.min(limit - parent.size + site.size, 3 + random.integer(12));
  return replaceSite(input, site, grow(site.type, room, palette, spotOf(site, parent), random));
}

function jitter({ parent, palette, random }: OperatorInput): Program | undefined {
  return jitterConstants(parent, palette, random);
}

/** Another operator of the same kind, another function of Math, or another leaf. */
function swap(input: OperatorInput): Program | undefined {
  const { parent, random } = input;
  const site = pickAny(parent.sites, random);
  if (site === undefined) return undefined;
  const { node } = site;
  if (site.size === 1) return leafAt(input, site);
  if (node.type === "BinaryExpression" || node.type === "LogicalExpression") {
    const others = SWAPS.find((row) => row.includes(node.operator));
    if (others === undefined || (site.type === "string" && node.operator === "+")) return undefined;
    const operator = random.pick(others.filter((other) => other !== node.operator));
    return replaceSite(input, site, { ...node, operator } as Expression);
  }
  if (node.type === "ConditionalExpression") {
    const swapped = conditional(node.test, node.alternate, node.consequent);
    return replaceSite(input, site, swapped);
  }
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { property } = node.callee;
  const name = property.type === "Identifier" ? property.name : "";
  const others = MATH_SWAPS.find((row) => row.includes(name));
  if (others === undefined) return undefined;
  const renamed = random.pick(others.filter((other) => other !== name));
  const callee = { ...node.callee, property: { type: "Identifier" as const, name: renamed } };
  return replaceSite(input, site, { ...node, callee });
}

/** Wraps an expression into a primitive with a hole of its type. */
function wrap(input: OperatorInput): Program | undefined {
  const { parent, palette, limit, random } = input;
  const site = pickAny(parent.sites, random);
  if (site === undefined) return undefined;
  const fitting = (palette.primitives.get(site.type) ?? []).filter(({ holes }) =>
    holes.includes(site.type),
  );
  if (fitting.length === 0) return undefined;
  const primitive = fitting[random.weighted(fitting.map(({ weight }) => weight))];
  if (primitive === undefined || parent.size + 2 * primitive.holes.length > limit) return undefined;
  const places = primitive.holes.flatMap((hole, index) => (hole === site.type ? [index] : []));
  const own = random.pick(places);
  let index = 0;
  const wrapped = fill(primitive, spotOf(site, parent), (type, spot) =>
    index++ === own ? site.node : grow(type, 3, palette, spot, random),
  );
  return replaceSite(input, site, wrapped);
}

/** `test ? expression : other` or `test ? other : expression`. */
function condition(input: OperatorInput): Program | undefined {
  const { parent, palette, limit, random } = input;
  const site = pickAny(parent.sites, random);
  if (site === undefined || parent.size + 6 > limit) return undefined;
  const spot = spotOf(site, parent);
  const test =
    random.next() < 0.8
      ? drawTest(palette, spot, random)
      : grow("boolean", 5, palette, spot, random);
  const other = grow(site.type, 1 + random.integer(4), palette, spot, random);
  if (test === undefined || other === undefined) return undefined;
  const chosen =
    random.next() < 0.5 ? conditional(test, site.node, other) : conditional(test, other, site.node);
  return replaceSite(input, site, chosen);
}

/** Replaces an expression by a part of it. */
function hoist(input: OperatorInput): Program | undefined {
  const { parent, random } = input;
  const site = pickSite(parent, random);
  if (site === undefined || site.size < 2) return undefined;
  const parts = parent.sites.filter(
    (other) =>
      other !== site &&
      other.type === site.type &&
      other.scope === site.scope &&
      isBelow(other, site),
  );
  return replaceSite(input, site, pickAny(parts, random)?.node);
}

function leaf(input: OperatorInput): Program | undefined {
  const { parent, random } = input;
  const site = pickAny(parent.sites, random);
  return site === undefined ? undefined : leafAt(input, site);
}

/** Operators with their measured shares in percent. */
export const OPERATORS: readonly {
  readonly name: string;
  readonly share: number;
  readonly apply: Operator;
}[] = [
  { name: "crossover", share: 28, apply: crossover },
  { name: "subtree", share: 14, apply: subtree },
  { name: "jitter-constant", share: 20, apply: jitter },
  { name: "swap", share: 10, apply: swap },
  { name: "wrap", share: 8, apply: wrap },
  { name: "condition", share: 7, apply: condition },
  { name: "hoist", share: 7, apply: hoist },
  { name: "leaf", share: 5, apply: leaf },
];

function leafAt(input: OperatorInput, site: Site): Program | undefined {
  const { parent, palette, random } = input;
  return replaceSite(input, site, drawLeaf(site.type, palette, spotOf(site, parent), random));
}

/** The child with the replacement at the site; undefined if it would exceed the limit. */
function replaceSite(
  { parent, palette, limit }: OperatorInput,
  site: Site,
  replacement: Expression | undefined,
  imports: readonly Program["body"][number][] = [],
): Program | undefined {
  if (replacement === undefined || replacement === site.node) return undefined;
  const size = sizeAt(replacement, site, palette.kernel);
  if (size > site.size && parent.size - site.size + size > limit) return undefined;
  const child = replaceAt(site.place, replacement);
  const whole = imports.length === 0 ? child : { ...child, body: [...imports, ...child.body] };
  return dropUnused(whole, palette.kernel.entry);
}

/** In 90 % of the draws a site with parts (Koza's rule): leaves are more numerous and less important. */
function pickSite({ sites }: Analysis, random: Random): Site | undefined {
  if (random.next() < 0.9) {
    const inner = sites.filter(({ size }) => size > 1);
    if (inner.length > 0) return random.pick(inner);
  }
  return pickAny(sites, random);
}

function pickAny(sites: readonly Site[], random: Random): Site | undefined {
  return sites.length === 0 ? undefined : random.pick(sites);
}

function spotOf({ scope, inEntry }: Site, { parameters }: Analysis): Spot {
  return { scope, inEntry, parameters };
}

function isBelow(inner: Site, outer: Site): boolean {
  for (let at: Site["place"] | undefined = inner.place; at !== undefined; at = at.up) {
    if (at.node === outer.node) return true;
  }
  return false;
}
