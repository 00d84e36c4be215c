/** Moves constants: one or a few at a time, each within its own order of magnitude. */
import type { Random } from "../../../core/random.ts";
import type { Analysis, Constant } from "../../syntax/analyse.ts";
import { numberNode, rounded } from "../../syntax/build.ts";
import { type Program, replaceAll } from "../../syntax/tree.ts";
import { drawConstant, type Palette } from "./palette.ts";

/** Moves one constant, seldom two or three. @returns undefined where there is none. */
export function jitterConstants(
  analysis: Analysis,
  palette: Palette,
  random: Random,
): Program | undefined {
  const { constants, program } = analysis;
  if (constants.length === 0) return undefined;
  const wanted = Math.min(constants.length, random.next() < 0.7 ? 1 : 2 + random.integer(2));
  const chosen = new Set<Constant>();
  while (chosen.size < wanted) chosen.add(random.pick(constants));
  return replaceAll(
    program,
    [...chosen].map(({ place, value, table }) => ({
      place,
      // A table's numbers belong together: a fresh draw would only make a spike.
      node: numberNode(table ? near(value, 0.2, random) : moved(value, palette, random)),
    })),
  );
}

/**
 * Moves all constants a little, as an evolution strategy does.
 *
 * @param sigma Relative step, above 0.
 */
export function shakeConstants(analysis: Analysis, sigma: number, random: Random): Program {
  const { constants, program } = analysis;
  return replaceAll(
    program,
    constants.map(({ place, value }) => ({ place, node: numberNode(near(value, sigma, random)) })),
  );
}

function moved(value: number, palette: Palette, random: Random): number {
  const roll = random.next();
  if (roll < 0.45) return near(value, 0.15, random);
  if (roll < 0.6) return near(value, 1, random);
  if (roll < 0.75) return rounded(value + (random.next() < 0.5 ? 1 : -1), 5);
  if (roll < 0.8) return -value;
  if (roll < 0.85) return Math.round(value);
  return drawConstant(palette, random);
}

/** Four digits: more would make texts differ where behaviour does not. */
function near(value: number, sigma: number, random: Random): number {
  const size = value === 0 ? 0.5 : Math.abs(value);
  return rounded(value + random.normal() * sigma * size, 4);
}
