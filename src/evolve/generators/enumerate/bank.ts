/**
 * A bank of terms by size and type, grown bottom-up: every component over all smaller terms, kept
 * only where its values are new (observational equivalence: Albarghouthi, Gulwani, Kincaid, CAV
 * 2013; Udupa et al., PLDI 2013).
 */
import type { ValueType } from "../../../core/task.ts";
import type { Component } from "./components.ts";
import { bounded, keyOf, type Term, type Value } from "./values.ts";

export interface Bank {
  /** Terms of exactly this size and type, in order of discovery. */
  at(size: number, type: ValueType): readonly Term[];
  /** All terms of a type up to a size, smallest first. */
  upTo(size: number, type: ValueType): readonly Term[];
  /** Keeps a term if its values are new and there is room. */
  add(term: Term): boolean;
}

export function termBank(mostPerSize: number): Bank {
  const seen = new Set<string>();
  const shelves = new Map<string, Term[]>();
  const at = (size: number, type: ValueType) => shelves.get(`${type} ${size}`) ?? [];
  return {
    at,
    upTo: (size, type) => Array.from({ length: size }, (_, i) => at(i + 1, type)).flat(),
    add(term) {
      const shelf = `${term.type} ${term.size}`;
      const terms = shelves.get(shelf) ?? [];
      if (terms.length >= mostPerSize) return false;
      const key = keyOf(term.type, term.values);
      if (seen.has(key)) return false;
      seen.add(key);
      terms.push(term);
      shelves.set(shelf, terms);
      return true;
    },
  };
}

/**
 * Grows the terms of one size. Yields each new term as it is kept, and undefined after every
 * hundred applications, so that a caller can stop between two of them.
 */
export function* growBank(
  bank: Bank,
  components: readonly Component[],
  size: number,
): Generator<Term | undefined> {
  let applied = 0;
  for (const component of components) {
    for (const args of argumentsOf(bank, component, size - 1)) {
      if (++applied % 100 === 0) yield undefined;
      const term = applyTo(component, args, size);
      if (term !== undefined && bank.add(term)) yield term;
    }
  }
}

/** The component over the terms; undefined where it has no value on half of the rows or more. */
export function applyTo(
  component: Component,
  args: readonly Term[],
  size: number,
): Term | undefined {
  const rows = args[0]?.values.length ?? 0;
  const values: (Value | undefined)[] = [];
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    const given = args.map((arg) => arg.values[row]);
    const value = given.includes(undefined)
      ? undefined
      : bounded(component.apply(...(given as never[])));
    if (value === undefined && ++missing * 2 >= rows) return undefined;
    values.push(value);
  }
  const text = component.text.replace(/\$(\d)/g, (_, index) => args[Number(index)]?.text ?? "");
  return { type: component.gives, size, text, values };
}

/** Every choice of arguments whose sizes sum to `total`. */
function* argumentsOf(
  bank: Bank,
  { takes, commutes }: Component,
  total: number,
): Generator<readonly Term[]> {
  const [first, second] = takes;
  if (first === undefined) return;
  if (second === undefined) {
    for (const term of bank.at(total, first)) yield [term];
    return;
  }
  for (let left = 1; left < total; left++) {
    const right = total - left;
    if (commutes && left > right) continue;
    for (const [i, a] of bank.at(left, first).entries()) {
      for (const [j, b] of bank.at(right, second).entries()) {
        if (!commutes || left !== right || i <= j) yield [a, b];
      }
    }
  }
}
