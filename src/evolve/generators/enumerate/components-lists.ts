/** Components over lists of numbers or texts that need no body of their own. */
import { type Component, component } from "./expression.ts";
import type { ListType } from "./values.ts";

const N = "number";
const B = "boolean";
const S = "string";
const NS = "number[]";
const SS = "string[]";

const whole = (...numbers: readonly number[]): boolean => numbers.every(Number.isInteger);

/** What every kind of list has. */
function common(list: ListType): readonly Component[] {
  const element = list === "number[]" ? "number" : "string";
  const name = (text: string): string => `${text} ${list}`;
  // The rows are written once for both kinds: within one row all lists are of the same kind.
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
      (l, n) => (whole(n) ? l[n] : undefined),
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
      (l, n) => (whole(n) ? l.slice(n) : undefined),
      { levels: [4, 3] },
    ),
    component(
      name("between"),
      [L, N, N],
      L,
      (l, a, b) => `${l}.slice(${a}, ${b})`,
      (l, a, b) => (whole(a, b) ? l.slice(a, b) : undefined),
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

const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);

export const NUMBER_LISTS: readonly Component[] = [
  component("sum", [NS], N, (l) => `${l}.reduce((total, each) => total + each, 0)`, sum),
  component(
    "product",
    [NS],
    N,
    (l) => `${l}.reduce((total, each) => total * each, 1)`,
    (l) => l.reduce((total, each) => total * each, 1),
  ),
  component(
    "largest",
    [NS],
    N,
    (l) => `Math.max(...${l})`,
    (l) => Math.max(...l),
  ),
  component(
    "smallest",
    [NS],
    N,
    (l) => `Math.min(...${l})`,
    (l) => Math.min(...l),
  ),
  component(
    "sorted",
    [NS],
    NS,
    (l) => `${l}.toSorted((a, b) => a - b)`,
    (l) => l.toSorted((a, b) => a - b),
  ),
  component(
    "range",
    [N],
    NS,
    (n) => `Array.from({ length: ${n} }, (_, at) => at + 1)`,
    (n) => range(1, n),
    { levels: [4] },
  ),
  component(
    "range of two",
    [N, N],
    NS,
    (a, b) => `Array.from({ length: Math.max(0, ${b} - ${a} + 1) }, (_, at) => ${a} + at)`,
    range,
    { levels: [3, 3], cost: 2 },
  ),
  component(
    "running",
    [NS],
    NS,
    (l) =>
      `${l}.map((_, at, all) => all.slice(0, at + 1).reduce((total, each) => total + each, 0))`,
    (l) => {
      let total = 0;
      return l.map((each) => (total += each));
    },
    { levels: [4], cost: 2 },
  ),
  component(
    "steps",
    [NS],
    NS,
    (l) => `${l}.slice(1).map((each, at, rest) => each - (at === 0 ? ${l}[0] : rest[at - 1]))`,
    (l) => l.slice(1).map((each, at) => each - (l[at] as number)),
    { levels: [3], cost: 2 },
  ),
  component(
    "numbers",
    [SS],
    NS,
    (l) => `${l}.map(Number)`,
    (l) => l.map(Number),
  ),
  ...common(NS),
];

export const TEXT_LISTS: readonly Component[] = [
  component(
    "join",
    [SS, S],
    S,
    (l, by) => `${l}.join(${by})`,
    (l, by) => l.join(by),
    {
      levels: [9, 2],
    },
  ),
  component(
    "join numbers",
    [NS, S],
    S,
    (l, by) => `${l}.join(${by})`,
    (l, by) => l.join(by),
    {
      levels: [6, 2],
    },
  ),
  component(
    "sorted texts",
    [SS],
    SS,
    (l) => `${l}.toSorted()`,
    (l) => l.toSorted(),
  ),
  component(
    "texts",
    [NS],
    SS,
    (l) => `${l}.map(String)`,
    (l) => l.map(String),
  ),
  ...common(SS),
];

function range(from: number, to: number): readonly number[] | undefined {
  const length = to - from + 1;
  if (!whole(from, to) || length > 1_000) return undefined;
  return Array.from({ length: Math.max(0, length) }, (_, at) => from + at);
}
