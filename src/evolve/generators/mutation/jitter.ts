/** Changes constants: one or a few at a time, mostly within their order of magnitude. */
import type { Random } from "../../../core/random.ts";
import type { Analysis, Constant } from "../../syntax/analyse.ts";
import { numberNode, rounded } from "../../syntax/build.ts";
import { type Program, replaceAll } from "../../syntax/tree.ts";
import { drawConstant, type Palette } from "./palette.ts";

/** Changes one constant, sometimes two or three. @returns undefined if there is none. */
export function jitterConstants(
  analysis: Analysis,
  palette: Palette,
  random: Random,
): Program | undefined {
  const { constants, program } = analysis;
  if (constants.length === 0) return undefined;
  const count = Math.min(constants.length, random.next() < 0.7 ? 1 : 2 + random.integer(2));
  const chosen = new Set<Constant>();
  while (chosen.size < count) chosen.add(random.pick(constants));
  return replaceAll(
    program,
    [...chosen].map(({ place, value, table }) => ({
      place,
      // The numbers of a table are related: an unrelated new value would only be an outlier.
      node: numberNode(table ? perturb(value, 0.2, random) : mutate(value, palette, random)),
    })),
  );
}

/**
 * Changes all constants slightly, as in an evolution strategy.
 *
 * @param sigma Relative step size, above 0.
 */
export function perturbConstants(analysis: Analysis, sigma: number, random: Random): Program {
  const { constants, program } = analysis;
  return replaceAll(
    program,
    constants.map(({ place, value }) => ({
      place,
      node: numberNode(perturb(value, sigma, random)),
    })),
  );
}

function mutate(value: number, palette: Palette, random: Random): number {
  const roll = random.next();
  if (roll < 0.45) return perturb(value, 0.15, random);
  if (roll < 0.6) return perturb(value, 1, random);
  if (roll < 0.75) return rounded(value + (random.next() < 0.5 ? 1 : -1), 5);
  if (roll < 0.8) return -value;
  if (roll < 0.85) return Math.round(value);
  return drawConstant(palette, random);
}

/** Four digits: with more, texts would differ while behaviour is the same. */
function perturb(value: number, sigma: number, random: Random): number {
  const size = value === 0 ? 0.5 : Math.abs(value);
  return rounded(value + random.normal() * sigma * size, 4);
}
