/**
 * Starting programs that a search from a seed would find only after a long time: the seed below a
 * threshold of a feature, another expression above it. Made for every kernel from its declared ranges.
 */
import type { Random } from "../../../core/random.ts";
import { analyse } from "../../syntax/analyse.ts";
import { conditional, numberNode } from "../../syntax/build.ts";
import { withParameterNames } from "../../syntax/features.ts";
import { type Expression, type Program, parseProgram, replaceAt } from "../../syntax/tree.ts";
import { drawConstant, drawLeaf, drawWithin, type Palette } from "./palette.ts";

/**
 * @returns `feature > threshold ? other : seed` around a value that a seed returns; undefined if the
 * seed returns no expression of the kernel's type.
 */
export function drawTemplate(palette: Palette, random: Random): Program | undefined {
  const { kernel, scales } = palette;
  if (scales.length === 0) return undefined;
  const seed = parseProgram(random.pick(kernel.seeds));
  const analysis = seed === undefined ? undefined : analyse(seed, kernel);
  if (analysis === undefined) return undefined;
  const returned = analysis.sites.filter(
    ({ place, type, inEntry }) =>
      place.node.type === "ReturnStatement" && type === kernel.result && inEntry,
  );
  if (returned.length === 0) return undefined;
  const { place, node, scope } = random.pick(returned);

  const scale = random.pick(scales);
  const test: Expression = {
    type: "BinaryExpression",
    operator: random.pick([">", "<"] as const),
    left: withParameterNames(scale.tree, kernel, analysis.parameters),
    right: numberNode(drawWithin(scale, random)),
  };
  const spot = { scope, inEntry: true, parameters: analysis.parameters };
  const other =
    kernel.result === "number" && random.next() < 0.6
      ? numberNode(drawConstant(palette, random))
      : drawLeaf(kernel.result, palette, spot, random);
  return other === undefined ? undefined : replaceAt(place, conditional(test, other, node));
}
