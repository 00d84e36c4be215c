/** Components for lists of numbers or texts, without lambda bodies. */
import { listComponents } from "./components-common.ts";
import { type Component, component } from "./expression.ts";

const N = "number";
const S = "string";
const NS = "number[]";
const SS = "string[]";

const whole = (...numbers: readonly number[]): boolean => numbers.every(Number.isInteger);

const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);

export const NUMBER_LISTS: readonly Component[] = [
  component("sum", [NS], N, (l) => `${l}.reduce((total, each) => total + each, 0)`, sum),
  component(
    "mean",
    [NS],
    N,
    (l) => `${l}.reduce((total, each) => total + each, 0) / ${l}.length`,
    (l) => sum(l) / l.length,
    { cost: 2, levels: [5] },
  ),
  component(
    "count below",
    [NS, N],
    N,
    (l, n) => `${l}.filter((each) => each < ${n}).length`,
    (l, n) => l.filter((each) => each < n).length,
    { levels: [3, 3] },
  ),
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
    "windows sum",
    [NS, N],
    NS,
    (l, n) =>
      `${l}.slice(${n} - 1).map((_, at) => ${l}.slice(at, at + ${n}).reduce((total, each) => total + each, 0))`,
    (l, n) =>
      whole(n) && n > 1 ? l.slice(n - 1).map((_, at) => sum(l.slice(at, at + n))) : undefined,
    { levels: [2, 2], cost: 2 },
  ),
  component(
    "windows mean",
    [NS, N],
    NS,
    (l, n) =>
      `${l}.slice(${n} - 1).map((_, at) => ${l}.slice(at, at + ${n}).reduce((total, each) => total + each, 0) / ${n})`,
    (l, n) =>
      whole(n) && n > 1 ? l.slice(n - 1).map((_, at) => sum(l.slice(at, at + n)) / n) : undefined,
    { levels: [2, 2], cost: 2 },
  ),
  component(
    "numbers",
    [SS],
    NS,
    (l) => `${l}.map(Number)`,
    (l) => l.map(Number),
  ),
  ...listComponents(NS),
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
  ...listComponents(SS),
];

function range(from: number, to: number): readonly number[] | undefined {
  const length = to - from + 1;
  if (!whole(from, to) || length > 1_000) return undefined;
  return Array.from({ length: Math.max(0, length) }, (_, at) => from + at);
}
