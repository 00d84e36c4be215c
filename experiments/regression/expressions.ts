/**
 * Published target functions for symbolic regression, each with the points of its benchmark.
 *
 * Nguyen: Uy et al., Genetic Programming and Evolvable Machines 12 (2011). Keijzer: EuroGP 2003.
 * Points of both as collected by McDermott et al., GECCO 2012, table 3. Feynman: Udrescu and
 * Tegmark, Science Advances 6 (2020), equations by their numbers in the Lectures.
 */

/** uniform: `count` random points. grid: from low to high with a step. */
export type Points =
  | {
      readonly kind: "uniform";
      readonly low: number;
      readonly high: number;
      readonly count: number;
    }
  | { readonly kind: "grid"; readonly low: number; readonly high: number; readonly step: number };

export interface Target {
  readonly name: string;
  /** For people. */
  readonly formula: string;
  readonly parameters: readonly string[];
  readonly value: (point: readonly number[]) => number;
  readonly train: Points;
  /** The sealed points; their range differs from training if the benchmark tests extrapolation. */
  readonly test: Points;
  readonly source: string;
}

type OfX = (x: number) => number;
type OfXY = (x: number, y: number) => number;
type Range = readonly [low: number, high: number];

const uniform = (low: number, high: number, count: number): Points => ({
  kind: "uniform",
  low,
  high,
  count,
});
const grid = (low: number, high: number, step: number): Points => ({
  kind: "grid",
  low,
  high,
  step,
});
const ofX =
  (value: OfX): Target["value"] =>
  ([x = 0]) =>
    value(x);
const ofXY =
  (value: OfXY): Target["value"] =>
  ([x = 0, y = 0]) =>
    value(x, y);
const { sin, cos, log, sqrt, exp } = Math;

/** The benchmark tests in the training range: the sealed points are other and more points of this range. */
const nguyen = ([low, high]: Range, count: number) => ({
  train: uniform(low, high, count),
  test: uniform(low, high, 200),
  source: "Uy et al. 2011, points as in McDermott et al. 2012",
});
const keijzer = { source: "Keijzer 2003, points as in McDermott et al. 2012" };
const feynman = ([low, high]: Range) => ({
  train: uniform(low, high, 100),
  test: uniform(low, high, 400),
  source: "Udrescu and Tegmark 2020",
});
const X = { parameters: ["x"] };
const XY = { parameters: ["x", "y"] };
const N20 = nguyen([-1, 1], 20);
const N100 = nguyen([0, 1], 100);

export const targets: readonly Target[] = [
  {
    name: "nguyen-1",
    formula: "x^3 + x^2 + x",
    ...X,
    ...N20,
    value: ofX((x) => x ** 3 + x ** 2 + x),
  },
  {
    name: "nguyen-2",
    formula: "x^4 + x^3 + x^2 + x",
    ...X,
    ...N20,
    value: ofX((x) => x ** 4 + x ** 3 + x ** 2 + x),
  },
  {
    name: "nguyen-3",
    formula: "x^5 + x^4 + x^3 + x^2 + x",
    ...X,
    ...N20,
    value: ofX((x) => x ** 5 + x ** 4 + x ** 3 + x ** 2 + x),
  },
  {
    name: "nguyen-4",
    formula: "x^6 + x^5 + x^4 + x^3 + x^2 + x",
    ...X,
    ...N20,
    value: ofX((x) => x ** 6 + x ** 5 + x ** 4 + x ** 3 + x ** 2 + x),
  },
  {
    name: "nguyen-5",
    formula: "sin(x^2) cos(x) - 1",
    ...X,
    ...N20,
    value: ofX((x) => sin(x ** 2) * cos(x) - 1),
  },
  {
    name: "nguyen-6",
    formula: "sin(x) + sin(x + x^2)",
    ...X,
    ...N20,
    value: ofX((x) => sin(x) + sin(x + x ** 2)),
  },
  {
    name: "nguyen-7",
    formula: "ln(x + 1) + ln(x^2 + 1)",
    ...X,
    ...nguyen([0, 2], 20),
    value: ofX((x) => log(x + 1) + log(x ** 2 + 1)),
  },
  { name: "nguyen-8", formula: "sqrt(x)", ...X, ...nguyen([0, 4], 20), value: ofX((x) => sqrt(x)) },
  {
    name: "nguyen-9",
    formula: "sin(x) + sin(y^2)",
    ...XY,
    ...N100,
    value: ofXY((x, y) => sin(x) + sin(y ** 2)),
  },
  {
    name: "nguyen-10",
    formula: "2 sin(x) cos(y)",
    ...XY,
    ...N100,
    value: ofXY((x, y) => 2 * sin(x) * cos(y)),
  },
  {
    name: "keijzer-4",
    formula: "x^3 e^-x cos(x) sin(x) (sin(x)^2 cos(x) - 1)",
    ...X,
    train: grid(0, 10, 0.05),
    test: grid(0.05, 10.05, 0.05),
    ...keijzer,
    value: ofX((x) => x ** 3 * exp(-x) * cos(x) * sin(x) * (sin(x) ** 2 * cos(x) - 1)),
  },
  {
    name: "keijzer-6",
    formula: "sum of 1 / i for i = 1 to x",
    ...X,
    train: grid(1, 50, 1),
    test: grid(1, 120, 1),
    ...keijzer,
    value: ofX((x) => Array.from({ length: x }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b, 0)),
  },
  {
    name: "keijzer-7",
    formula: "ln(x)",
    ...X,
    train: grid(1, 100, 1),
    test: grid(1, 100, 0.1),
    ...keijzer,
    value: ofX((x) => log(x)),
  },
  {
    name: "keijzer-11",
    formula: "x y + sin((x - 1) (y - 1))",
    ...XY,
    train: uniform(-3, 3, 20),
    test: uniform(-3, 3, 400),
    ...keijzer,
    value: ofXY((x, y) => x * y + sin((x - 1) * (y - 1))),
  },
  {
    name: "keijzer-14",
    formula: "8 / (2 + x^2 + y^2)",
    ...XY,
    train: uniform(-3, 3, 20),
    test: uniform(-3, 3, 400),
    ...keijzer,
    value: ofXY((x, y) => 8 / (2 + x ** 2 + y ** 2)),
  },
  {
    name: "feynman-i-6-20a",
    formula: "exp(-theta^2 / 2) / sqrt(2 pi)",
    parameters: ["theta"],
    ...feynman([1, 3]),
    value: ofX((theta) => exp(-(theta ** 2) / 2) / sqrt(2 * Math.PI)),
  },
  {
    name: "feynman-i-12-1",
    formula: "mu N",
    parameters: ["mu", "N"],
    ...feynman([1, 5]),
    value: ofXY((mu, n) => mu * n),
  },
  {
    name: "feynman-i-14-4",
    formula: "k x^2 / 2",
    parameters: ["k", "x"],
    ...feynman([1, 5]),
    value: ofXY((k, x) => (k * x ** 2) / 2),
  },
  {
    name: "feynman-i-16-6",
    formula: "(u + v) / (1 + u v / c^2)",
    parameters: ["c", "v", "u"],
    ...feynman([1, 5]),
    value: ([c = 1, v = 1, u = 1]) => (u + v) / (1 + (u * v) / c ** 2),
  },
  {
    name: "feynman-i-27-6",
    formula: "1 / (1 / d1 + n / d2)",
    parameters: ["d1", "d2", "n"],
    ...feynman([1, 5]),
    value: ([d1 = 1, d2 = 1, n = 1]) => 1 / (1 / d1 + n / d2),
  },
  {
    name: "feynman-i-8-14",
    formula: "sqrt((x2 - x1)^2 + (y2 - y1)^2)",
    parameters: ["x1", "x2", "y1", "y2"],
    ...feynman([1, 5]),
    value: ([x1 = 0, x2 = 0, y1 = 0, y2 = 0]) => sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2),
  },
];
