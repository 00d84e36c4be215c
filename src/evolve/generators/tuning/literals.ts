/** The number literals of a good program as something to tune, its structure kept. */
import type { Kernel } from "../../../core/task.ts";
import { analyse } from "../../syntax/analyse.ts";
import { numberNode, rounded } from "../../syntax/build.ts";
import { parseProgram, printProgram, replaceAll } from "../../syntax/tree.ts";
import type { Parent } from "../generator.ts";
import type { Tunable } from "./search.ts";

/** Above this many the covariance costs more than it gives. */
const MOST_LITERALS = 100;

/**
 * Literals move in units of their own size.
 *
 * @returns undefined where the program has none, or too many.
 */
export function literalsOf(parent: Parent, kernel: Kernel): Tunable | undefined {
  const program = parseProgram(parent.source);
  const analysis = program && analyse(program, kernel);
  if (program === undefined || analysis === undefined) return undefined;
  // The knots of a table must stay in order: only numbers of expressions are moved.
  const literals = analysis.constants.filter(({ table }) => !table);
  if (literals.length === 0 || literals.length > MOST_LITERALS) return undefined;
  return {
    name: `literals of ${parent.digest.slice(0, 8)}`,
    starts: [literals.map(({ value }) => value)],
    sigma: 0.3,
    scales: literals.map(({ value }) => Math.max(Math.abs(value), 0.1)),
    parents: [parent.digest],
    render: (x) =>
      printProgram(
        replaceAll(
          program,
          literals.map(({ place }, index) => ({
            place,
            node: numberNode(rounded(x[index] ?? 0, 5)),
          })),
        ),
      ),
  };
}
