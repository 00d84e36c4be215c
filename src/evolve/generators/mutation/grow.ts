/** Grows a random expression of a wanted type out of the primitives, within a number of nodes. */
import type { Random } from "../../../core/random.ts";
import type { Expression, Node } from "../../syntax/tree.ts";
import { transform } from "../../syntax/tree.ts";
import { bind, type Environment, type Type } from "../../syntax/types.ts";
import { drawLeaf, drawTest, type Palette, type Spot } from "./palette.ts";
import { holeType, LAMBDA_NAMES, type Primitive } from "./primitives.ts";

/** How often in a row a hole without a leaf may be filled by a primitive with holes of its own. */
const MOST_RESCUES = 4;

/**
 * @param budget Nodes to spend; 1 gives a leaf. May be overspent by a test where only a test fits,
 *   and where a type has no leaf: then by a primitive, a bounded number of times in a row.
 * @returns undefined where the type has neither leaf nor primitive here, or none within that bound.
 */
export function grow(
  type: Type,
  budget: number,
  palette: Palette,
  spot: Spot,
  random: Random,
  rescues = MOST_RESCUES,
): Expression | undefined {
  if (budget > 2 && random.next() >= 0.15) {
    return grown(type, budget, palette, spot, random, rescues);
  }
  const leaf = drawLeaf(type, palette, spot, random);
  if (leaf !== undefined || rescues === 0) return leaf;
  return grown(type, 3, palette, spot, random, rescues - 1);
}

function grown(
  type: Type,
  budget: number,
  palette: Palette,
  spot: Spot,
  random: Random,
  rescues: number,
): Expression | undefined {
  // Comparisons of a feature with a threshold are the commonest useful test.
  if (type === "boolean" && random.next() < 0.5) return drawTest(palette, spot, random);
  const fitting = (palette.primitives.get(type) ?? []).filter(
    ({ size, holes }) => size + holes.length <= Math.max(budget, 3),
  );
  if (fitting.length === 0) return drawLeaf(type, palette, spot, random);
  const primitive = fitting[random.weighted(fitting.map(({ weight }) => weight))] as Primitive;
  const share = (budget - primitive.size) / Math.max(1, primitive.holes.length);
  return fill(primitive, spot, (hole, inner) => grow(hole, share, palette, inner, random, rescues));
}

/**
 * The primitive with its holes filled, in order; inside a function its parameters are in scope.
 *
 * @returns undefined as soon as one hole can not be filled.
 */
export function fill(
  primitive: Primitive,
  spot: Spot,
  filler: (type: Type, spot: Spot) => Expression | undefined,
): Expression | undefined {
  let failed = false;
  const visit =
    (scope: Environment | undefined) =>
    (node: Node): Node | undefined => {
      if (node.type === "Identifier") {
        const type = holeType(node.name);
        if (type === undefined || failed) return undefined;
        const filled = filler(type, { ...spot, scope });
        failed ||= filled === undefined;
        return filled;
      }
      if (node.type === "ArrowFunctionExpression" && scope === spot.scope) {
        const inner = node.params.reduce<Environment | undefined>(
          (at, parameter) =>
            parameter.type === "Identifier"
              ? bind(at, {
                  name: parameter.name,
                  type: LAMBDA_NAMES[parameter.name] ?? "unknown",
                  kind: "lambda",
                })
              : at,
          scope,
        );
        return { ...node, body: transform(node.body, visit(inner)) };
      }
      return undefined;
    };
  const tree = transform(primitive.tree, visit(spot.scope));
  return failed ? undefined : tree;
}
