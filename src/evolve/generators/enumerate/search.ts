/**
 * The search for programs that reproduce input/output examples, cheapest first:
 *
 *   bank       all terms by size, one per behaviour
 *   pipelines  lists mapped and filtered by small functions, once or twice, then one ending
 *   decide     terms that are right on some examples, told apart by tests
 *
 * It is a generator function: it yields what it finds and pauses between small steps, so that its
 * owner decides how much work one call may do. It runs components of its own alone, never a
 * candidate.
 */
import type { Kernel, ValueType } from "../../../core/task.ts";
import { applyTo, type Bank, growBank, termBank } from "./bank.ts";
import { COMPONENTS, ENDINGS } from "./components.ts";
import { constantsOf } from "./constants.ts";
import { type Cover, decide } from "./decide.ts";
import { type Bodies, elementBodies, growLists } from "./lambda.ts";
import { bounded, sameValue, type Term } from "./values.ts";

export interface Example {
  readonly input: readonly unknown[];
  readonly expected: unknown;
}

export interface Found {
  /** An expression over the kernel's parameters. */
  readonly text: string;
  /** Examples that it reproduces. */
  readonly right: number;
}

const MOST_PER_SIZE = 3_000;
/** Lists that functions are tried on; smaller ones first. */
const MOST_LISTS = 10;
/** Results of one function that a second one is tried on. */
const MOST_SECOND_LISTS = 60;
const LARGEST_BODY = 6;
const LARGEST_SECOND_BODY = 4;
const LARGEST_TERM = 8;
const MOST_LEAVES = 4;

/** Yields programs as it finds them, undefined between steps; ends when its bounds are reached. */
export function* searchPrograms(
  kernel: Kernel,
  examples: readonly Example[],
  hints: string,
): Generator<Found | undefined> {
  const parameters = kernel.parameters.map(
    ({ name, type }, index): Term => ({
      type,
      size: 1,
      text: name,
      values: examples.map(({ input }) => bounded(input[index])),
    }),
  );
  const goal = new Goal(kernel.result, examples);
  const bank = termBank(MOST_PER_SIZE);
  const leaves = [...parameters, ...constantsOf(examples, hints)];
  const name =
    ["x", "y", "z", "element"].find((each) => parameters.every(({ text }) => text !== each)) ??
    "it";
  for (const term of leaves) if (bank.add(term)) yield* goal.judge(term);

  const pipelines: Bodies[] = [];
  const seconds: Bodies[] = [];
  for (let size = 2; size <= LARGEST_TERM; size++) {
    for (const term of growBank(bank, COMPONENTS, size)) {
      if (term === undefined) yield undefined;
      else yield* goal.judge(term);
    }
    yield* goal.decide(bank, size);
    for (const list of listsOf(bank, size).slice(0, MOST_LISTS - pipelines.length)) {
      const bodies = elementBodies(list, leaves, name);
      if (bodies !== undefined) pipelines.push(bodies);
    }
    // Bodies are cheap next to whole terms: they run ahead of the bank.
    const reach = Math.min(LARGEST_BODY, size + 2);
    for (const bodies of pipelines) {
      while (bodies.grown < reach) {
        for (const list of growLists(bodies, name)) {
          if (list === undefined) {
            yield undefined;
            continue;
          }
          yield* finish(list, goal, bank);
          if (
            seconds.length < MOST_SECOND_LISTS &&
            list.size <= 7 &&
            bank.add({ ...list, size: size + 2 })
          ) {
            const next = elementBodies(list, leaves, name);
            if (next !== undefined) seconds.push(next);
          }
        }
      }
    }
    for (const bodies of seconds) {
      while (bodies.grown < Math.min(LARGEST_SECOND_BODY, size)) {
        for (const list of growLists(bodies, name)) {
          if (list === undefined) yield undefined;
          else yield* finish(list, goal, bank);
        }
      }
    }
  }
}

/** The list itself, and every ending of it. */
function* finish(list: Term, goal: Goal, bank: Bank): Generator<Found | undefined> {
  yield* goal.judge(list);
  for (const ending of ENDINGS) {
    if (ending.takes[0] !== list.type) continue;
    const term = applyTo(ending, [list], list.size + 1);
    if (term === undefined) continue;
    yield* goal.judge(term);
    // Small results take part in larger terms: they count as a little more than a name.
    if (list.size <= 6) bank.add({ ...term, size: 4 });
  }
}

function listsOf(bank: Bank, size: number): readonly Term[] {
  const sizes = size === 2 ? [1, 2] : [size];
  return sizes.flatMap((each) => [...bank.at(each, "number[]"), ...bank.at(each, "string[]")]);
}

/** What is wanted, and how near the search has come. */
class Goal {
  readonly #type: ValueType;
  readonly #expected: readonly unknown[];
  readonly #covers: Cover[] = [];
  readonly #coverKeys = new Set<string>();
  #best = 0;
  #decided = "";

  constructor(type: ValueType, examples: readonly Example[]) {
    this.#type = type;
    this.#expected = examples.map(({ expected }) => expected);
  }

  /** Yields a term that reproduces all examples, or more of them than any before. */
  *judge(term: Term): Generator<Found> {
    if (term.type !== this.#type) return;
    const right = this.#expected.map((value, row) => sameValue(term.values[row], value));
    const count = right.filter(Boolean).length;
    if (count === 0) return;
    const key = right.map(Number).join("");
    if (!this.#coverKeys.has(key)) {
      this.#coverKeys.add(key);
      this.#covers.push({ term, right });
    }
    if (count === this.#expected.length || count > this.#best)
      yield { text: term.text, right: count };
    this.#best = Math.max(this.#best, count);
  }

  /** Yields a tree of tests over partial terms, once per different tree. */
  *decide(bank: Bank, size: number): Generator<Found> {
    const rows = this.#expected.length;
    // The term that is right most often goes first: it makes the larger leaf.
    const covers = this.#covers.toSorted(
      (a, b) => count(b) - count(a) || a.term.size - b.term.size,
    );
    const tests = bank.upTo(size, "boolean");
    const leaves = Math.min(MOST_LEAVES, Math.floor(rows / 2));
    const text = decide(covers.slice(0, 400), tests.slice(0, 4_000), rows, leaves);
    if (text === undefined || text === this.#decided) return;
    this.#decided = text;
    yield { text, right: rows };
  }
}

function count({ right }: Cover): number {
  return right.filter(Boolean).length;
}
