/** Tunes the number literals of a good program; its structure does not change. */
import type { Kernel } from "../../../core/task.ts";
import { analyse } from "../../syntax/analyse.ts";
import { numberNode, rounded } from "../../syntax/build.ts";
import { parseProgram, printProgram, replaceAll } from "../../syntax/tree.ts";
import type { Parent } from "../generator.ts";
import type { Tunable } from "./search.ts";

/** With more literals, the covariance matrix costs more than it helps. */
const MAX_LITERALS = 100;

/**
 * The scale of a literal is its own magnitude.
 *
 * @returns undefined if the program has none, or too many.
 */
export function literalsOf(parent: Parent, kernel: Kernel): Tunable | undefined {
  const program = parseProgram(parent.source);
  const analysis = program && analyse(program, kernel);
  if (program === undefined || analysis === undefined) return undefined;
  // The knots of a table must stay in order: only numbers in expressions are tuned.
  const literals = analysis.constants.filter(({ table }) => !table);
  if (literals.length === 0 || literals.length > MAX_LITERALS) return undefined;
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
