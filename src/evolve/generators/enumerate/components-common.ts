/** The components of every type of list. */
import { type Component, component } from "./expression.ts";
import { elementOf } from "./lambdas.ts";
import type { ListType } from "./values.ts";

const N = "number";
const B = "boolean";

const areIntegers = (...numbers: readonly number[]): boolean => numbers.every(Number.isInteger);

export function listComponents(list: ListType): readonly Component[] {
  const element = elementOf(list);
  const name = (text: string): string => `${text} ${list}`;
  // The rows are the same for all types of lists: within one row all lists have the same type.
  const L = list as "number[]";
  const E = element as "number";
  return [
    component(
      name("length"),
      [L],
      N,
      (l) => `${l}.length`,
      (l) => l.length,
    ),
    component(
      name("first"),
      [L],
      E,
      (l) => `${l}[0]`,
      (l) => l[0],
    ),
    component(
      name("last"),
      [L],
      E,
      (l) => `${l}.at(-1)`,
      (l) => l.at(-1),
    ),
    component(
      name("at"),
      [L, N],
      E,
      (l, n) => `${l}[${n}]`,
      (l, n) => (areIntegers(n) ? l[n] : undefined),
      {
        levels: [5, 4],
      },
    ),
    component(
      name("reversed"),
      [L],
      L,
      (l) => `${l}.toReversed()`,
      (l) => l.toReversed(),
    ),
    component(
      name("unique"),
      [L],
      L,
      (l) => `${l}.filter((each, at, all) => all.indexOf(each) === at)`,
      (l) => [...new Set(l)],
    ),
    component(
      name("tail"),
      [L],
      L,
      (l) => `${l}.slice(1)`,
      (l) => l.slice(1),
    ),
    component(
      name("init"),
      [L],
      L,
      (l) => `${l}.slice(0, -1)`,
      (l) => l.slice(0, -1),
    ),
    component(
      name("from"),
      [L, N],
      L,
      (l, n) => `${l}.slice(${n})`,
      (l, n) => (areIntegers(n) ? l.slice(n) : undefined),
      { levels: [4, 3] },
    ),
    component(
      name("between"),
      [L, N, N],
      L,
      (l, a, b) => `${l}.slice(${a}, ${b})`,
      (l, a, b) => (areIntegers(a, b) ? l.slice(a, b) : undefined),
      { levels: [3, 3, 3] },
    ),
    component(
      name("concat"),
      [L, L],
      L,
      (a, b) => `[...${a}, ...${b}]`,
      (a, b) => [...a, ...b],
      {
        levels: [4, 4],
      },
    ),
    component(
      name("append"),
      [L, E],
      L,
      (l, e) => `[...${l}, ${e}]`,
      (l, e) => [...l, e],
      {
        levels: [3, 3],
      },
    ),
    component(
      name("includes"),
      [L, E],
      B,
      (l, e) => `${l}.includes(${e})`,
      (l, e) => l.includes(e),
      {
        levels: [4, 4],
      },
    ),
    component(
      name("indexOf"),
      [L, E],
      N,
      (l, e) => `${l}.indexOf(${e})`,
      (l, e) => l.indexOf(e),
      {
        levels: [4, 4],
      },
    ),
    component(
      name("lastIndexOf"),
      [L, E],
      N,
      (l, e) => `${l}.lastIndexOf(${e})`,
      (l, e) => l.lastIndexOf(e),
      { levels: [3, 2] },
    ),
    component(
      name("count"),
      [L, E],
      N,
      (l, e) => `${l}.filter((each) => each === ${e}).length`,
      (l, e) => {
        let count = 0;
        for (const each of l) if (each === e) count++;
        return count;
      },
      { levels: [4, 3] },
    ),
    component(
      name("common"),
      [L, L],
      L,
      (a, b) => `${a}.filter((each) => ${b}.includes(each))`,
      (a, b) => a.filter((each) => b.includes(each)),
      { levels: [3, 3], cost: 2 },
    ),
    component(
      name("without"),
      [L, L],
      L,
      (a, b) => `${a}.filter((each) => !${b}.includes(each))`,
      (a, b) => a.filter((each) => !b.includes(each)),
      { levels: [3, 3], cost: 2 },
    ),
    component(
      name("same"),
      [L, L],
      B,
      (a, b) => `${a}.join() === ${b}.join()`,
      (a, b) => a.join() === b.join(),
      { levels: [4, 4], commutes: true, cost: 2 },
    ),
  ];
}
