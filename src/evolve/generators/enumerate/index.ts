/**
 * Enumeration: small pure functions from input/output examples, without a model.
 *
 * Bottom-up over typed components, pruned by observational equivalence, with lambda bodies, decision
 * lists of partial solutions, and goals that are split into subgoals. It proposes complete programs
 * that are correct on all examples, the cheapest first; before the first of these, programs that are
 * correct on more examples than any earlier one. Of the task it uses the kernel, the
 * examples and the words: numbers and notions that the words name come first.
 */
import type { Kernel } from "../../../core/task.ts";
import { parseProgram, printProgram } from "../../syntax/tree.ts";
import type { Generator, Proposal } from "../generator.ts";
import { type Expression, helpersOf, innerName, mentions, textOf } from "./expression.ts";
import { createSearch, type Search } from "./search.ts";

export interface EnumerateOptions {
  /** Computed values per call; 60 000 take about 10 to 30 ms. */
  readonly workPerCall?: number;
  /** Approximate total of computed values; then the search ends. */
  readonly mostWork?: number;
  /** Stored expressions of each type in each of the two outer spaces. */
  readonly capacity?: number;
  /** Highest cost of an enumerated expression; each node costs 1 or more. */
  readonly highest?: number;
}

export interface EnumerateGenerator extends Generator {
  /** True when further calls give nothing: the search has ended, or it could not start. */
  readonly exhausted: boolean;
}

/**
 * Memory: at most about 200 MB of expressions and their values; the process needs two to three times
 * as much. Outside lambda bodies at most `capacity` expressions of each of seven types in a lean space
 * and in a full one, with one value per example (at most 24); 6 000 of each type in each space of
 * bodies. Time: at most `mostWork`, about two or three minutes on one core.
 *
 * Holds: equal kernels, examples and numbers of calls give equal proposals. Does not hold: that a
 * program that is correct on all examples is correct on other inputs; few examples allow overfitting.
 */
export function enumerateGenerator({
  workPerCall = 150_000,
  mostWork = 400_000_000,
  capacity = 60_000,
  highest = 14,
}: EnumerateOptions = {}): EnumerateGenerator {
  let search: Search | undefined;
  let kernel: Kernel | undefined;
  let currentKey = "";
  let lastExamples: unknown;

  return {
    name: "enumerate",
    parents: 0,
    get exhausted() {
      return currentKey !== "" && (search === undefined || search.exhausted);
    },
    get searched() {
      if (search === undefined || kernel === undefined) return { count: 0, sample: [] };
      const { count, sample } = search.searched;
      const { entry, parameters } = kernel;
      return { count, sample: sample.map((each) => programOf({ entry, parameters }, each)) };
    },
    async propose(_parents, { task, examples, count }, signal) {
      signal.throwIfAborted();
      if (examples !== lastExamples) {
        lastExamples = examples;
        const words = task.spec.description;
        const key = JSON.stringify([task.kernel.entry, task.kernel.parameters, words, examples]);
        if (key !== currentKey) {
          currentKey = key;
          kernel = task.kernel;
          search = createSearch(task.kernel, examples, { capacity, highest, mostWork, words });
        }
      }
      if (search === undefined) return [];
      search.advance(workPerCall);
      return search.take(count).map(
        ({ expression, right }): Proposal => ({
          source: programOf(task.kernel, expression),
          operator: right === examples.length ? "enumerate" : "enumerate-part",
          parents: [],
        }),
      );
    },
  };
}

/** A complete program: helpers, then the entry with the kernel's parameter names. */
function programOf(
  { entry, parameters }: Pick<Kernel, "entry" | "parameters">,
  expression: Expression,
): string {
  const names = parameters.map(({ name }) => name).join(", ");
  const aliases = parameters
    .filter(({ name }) => innerName(name) !== name && mentions(expression, innerName(name)))
    .map(({ name }) => `const ${innerName(name)} = ${name};`)
    .join(" ");
  const helpers = [...helpersOf(expression)].join("\n");
  const body = `${aliases} return ${textOf(expression)};`;
  // A helper with the entry's name is defined inside the entry, where it shadows it.
  const source = helpers.includes(`function ${entry}(`)
    ? `function ${entry}(${names}) { ${helpers} ${body} }`
    : `${helpers}\nfunction ${entry}(${names}) { ${body} }`;
  const tree = parseProgram(source);
  return tree === undefined ? source : printProgram(tree);
}
