/**
 * Small functions over the elements of a list: bodies are enumerated like programs, in a context
 * with one row per element, and give maps and filters of the list.
 */
import { type Bank, growBank, termBank } from "./bank.ts";
import { type Component, ELEMENT_COMPONENTS } from "./components.ts";
import { bounded, type Term, typeOfValue, type Value } from "./values.ts";

/** Elements looked at over all examples: behaviour on more of them rarely tells more. */
const MOST_ELEMENTS = 400;
const MOST_BODIES = 1_500;

export interface Bodies {
  readonly list: Term;
  readonly bank: Bank;
  /** Sizes grown so far. */
  grown: number;
}

/**
 * @param outer Terms of size 1 that a body may use besides the element.
 * @param name The element's name in the source; not one of the outer names.
 * @returns undefined for a list without elements, or with too many to look at.
 */
export function elementBodies(
  list: Term,
  outer: readonly Term[],
  name: string,
): Bodies | undefined {
  const owners: number[] = [];
  const elements: Value[] = [];
  for (const [row, value] of list.values.entries()) {
    if (!Array.isArray(value)) continue;
    for (const element of value as readonly (number | string)[]) {
      owners.push(row);
      elements.push(element);
    }
  }
  if (elements.length === 0 || elements.length > MOST_ELEMENTS) return undefined;
  const bank = termBank(MOST_BODIES);
  bank.add({ type: typeOfValue(elements[0]), size: 1, text: name, values: elements });
  for (const term of outer) {
    bank.add({ ...term, values: owners.map((row) => term.values[row]) });
  }
  return { list, bank, grown: 1 };
}

/** Grows bodies of the next size and gives the lists that they make; undefined between steps. */
export function* growLists(bodies: Bodies, name: string): Generator<Term | undefined> {
  const components: readonly Component[] = ELEMENT_COMPONENTS;
  bodies.grown++;
  for (const body of growBank(bodies.bank, components, bodies.grown)) {
    if (body === undefined) {
      yield undefined;
      continue;
    }
    const made = listFrom(bodies.list, body, name);
    if (made !== undefined) yield made;
  }
}

/** The list mapped by a number or text, or filtered by a test. */
function listFrom(list: Term, body: Term, name: string): Term | undefined {
  const filters = body.type === "boolean";
  if (!filters && body.type !== "number" && body.type !== "string") return undefined;
  const values: (Value | undefined)[] = [];
  let at = 0;
  for (const value of list.values) {
    if (!Array.isArray(value)) {
      values.push(undefined);
      continue;
    }
    const own = body.values.slice(at, at + value.length);
    at += value.length;
    if (own.includes(undefined)) values.push(undefined);
    else values.push(bounded(filters ? value.filter((_, index) => own[index] === true) : own));
  }
  const type = filters ? list.type : body.type === "number" ? "number[]" : "string[]";
  const method = filters ? "filter" : "map";
  return {
    type,
    size: list.size + body.size + 1,
    text: `${list.text}.${method}((${name}) => ${body.text})`,
    values,
  };
}
