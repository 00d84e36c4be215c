/**
 * Enumeration: small pure functions out of input/output examples, without a model.
 *
 * Bottom-up over typed components, pruned by observational equivalence, with lambda bodies, choices
 * between partial solutions, and goals that are taken apart. It proposes whole programs that are
 * right on all examples, the cheapest first; before there is one, those that are right on more
 * examples than any before. It knows nothing of a task but its kernel and the examples.
 */
import type { Kernel } from "../../../core/task.ts";
import { parseProgram, printProgram } from "../../syntax/tree.ts";
import type { Generator, Proposal } from "../generator.ts";
import { type Expression, helpersOf, innerName, textOf } from "./expression.ts";
import { createSearch, type Search } from "./search.ts";

export interface EnumerateOptions {
  /** Values computed a call; 60 000 take some 10 to 30 ms. */
  readonly workPerCall?: number;
  /** Values computed in all, about; the search ends there. */
  readonly mostWork?: number;
  /** Expressions kept of each type in each of the two outer spaces. */
  readonly capacity?: number;
  /** Highest cost of an expression enumerated as a whole; each node costs 1 or more. */
  readonly highest?: number;
}

export interface EnumerateGenerator extends Generator {
  /** True once every further call would give nothing: the space is searched, or it never began. */
  readonly exhausted: boolean;
}

/**
 * Memory: at most some 200 MB of expressions and their values, of which the process takes two or
 * three times as much; outside of lambda bodies at most `capacity` expressions of each of seven types
 * in a lean space and a full one, with one value an example (24 at most); 6 000 of each type in each
 * space of bodies. Time: at most `mostWork`, some two or three minutes of one core.
 *
 * Holds: equal kernels, examples and numbers of calls give equal proposals. Does not hold: that a
 * program right on all examples is right elsewhere; few examples let chance in.
 */
export function enumerateGenerator({
  workPerCall = 150_000,
  mostWork = 400_000_000,
  capacity = 60_000,
  highest = 14,
}: EnumerateOptions = {}): EnumerateGenerator {
  let search: Search | undefined;
  let begun = "";
  let last: unknown;

  return {
    name: "enumerate",
    parents: 0,
    get exhausted() {
      return begun !== "" && (search === undefined || search.exhausted);
    },
    async propose(_parents, { task, examples, count }, signal) {
      signal.throwIfAborted();
      if (examples !== last) {
        last = examples;
        const key = JSON.stringify([task.kernel.entry, task.kernel.parameters, examples]);
        if (key !== begun) {
          begun = key;
          search = createSearch(task.kernel, examples, { capacity, highest, mostWork });
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

/** A whole program: helpers in front, then the entry with the kernel's parameter names. */
function programOf({ entry, parameters }: Kernel, expression: Expression): string {
  const names = parameters.map(({ name }) => name).join(", ");
  const aliases = parameters
    .filter(({ name }) => innerName(name) !== name)
    .map(({ name }) => `const ${innerName(name)} = ${name};`)
    .join(" ");
  const helpers = [...helpersOf(expression)].join("\n");
  const body = `${aliases} return ${textOf(expression)};`;
  // A helper of the entry's own name stands inside, where it hides the entry.
  const source = helpers.includes(`function ${entry}(`)
    ? `function ${entry}(${names}) { ${helpers} ${body} }`
    : `${helpers}\nfunction ${entry}(${names}) { ${body} }`;
  const tree = parseProgram(source);
  return tree === undefined ? source : printProgram(tree);
}
