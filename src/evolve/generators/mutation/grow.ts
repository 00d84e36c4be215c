/** Grows a random expression of a given type from the primitives, with a limited number of nodes. */
import type { Random } from "../../../core/random.ts";
import type { Expression, Node } from "../../syntax/tree.ts";
import { transform } from "../../syntax/tree.ts";
import { bind, type Environment, type Type } from "../../syntax/types.ts";
import { drawLeaf, drawTest, type Palette, type Spot } from "./palette.ts";
import { holeType, LAMBDA_NAMES, type Primitive } from "./primitives.ts";

/** How often in a row a hole without a leaf may be filled by a primitive that has holes too. */
const MAX_FALLBACKS = 4;

/**
 * @param budget Number of nodes; 1 gives a leaf. It may be exceeded by a test where only a test fits,
 *   and, if a type has no leaf, by primitives, a limited number of times in a row.
 * @returns undefined if the type has neither a leaf nor a primitive here, or none within this limit.
 */
export function grow(
  type: Type,
  budget: number,
  palette: Palette,
  spot: Spot,
  random: Random,
  fallbacks = MAX_FALLBACKS,
): Expression | undefined {
  if (budget > 2 && random.next() >= 0.15) {
    return growPrimitive(type, budget, palette, spot, random, fallbacks);
  }
  const leaf = drawLeaf(type, palette, spot, random);
  if (leaf !== undefined || fallbacks === 0) return leaf;
  return growPrimitive(type, 3, palette, spot, random, fallbacks - 1);
}

function growPrimitive(
  type: Type,
  budget: number,
  palette: Palette,
  spot: Spot,
  random: Random,
  fallbacks: number,
): Expression | undefined {
  // The comparison of a feature with a threshold is the most common useful test.
  if (type === "boolean" && random.next() < 0.5) return drawTest(palette, spot, random);
  const fitting = (palette.primitives.get(type) ?? []).filter(
    ({ size, holes }) => size + holes.length <= Math.max(budget, 3),
  );
  if (fitting.length === 0) return drawLeaf(type, palette, spot, random);
  const primitive = fitting[random.weighted(fitting.map(({ weight }) => weight))] as Primitive;
  const share = (budget - primitive.size) / Math.max(1, primitive.holes.length);
  return fill(primitive, spot, (hole, inner) =>
    grow(hole, share, palette, inner, random, fallbacks),
  );
}

/**
 * The primitive with its holes filled, in order; inside a lambda its parameters are in scope.
 *
 * @returns undefined if a hole cannot be filled.
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
