/**
 * Symbolic regression as tasks: a kernel `f` must be the function behind some points.
 *
 * Training, validation and sealed points differ; some benchmarks have a wider sealed range than training
 * range. The artefact is the list of values; the error is computed outside the sandbox. Fitness:
 * 1 / (1 + e), where e is the root mean square error in units of the targets' standard deviation: 1 is
 * exact, 0.5 is as good as the mean.
 */
import {
  type Harness,
  type Json,
  Limits,
  type Random,
  type Split,
  seededRandom,
  type Task,
  type TaskInstance,
} from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";
import { type Points, type Target, targets } from "./expressions.ts";
import { fitPolynomial, polynomialSource, powersUpTo } from "./polynomials.ts";

/** An error below this counts as exact: rounding errors of another order of operations are far smaller. */
const EXACT_ERROR = 1e-6;
const MAX_DEGREE = 9;
const LIMITS = Limits.parse({ timeoutMs: 5_000 });

/** Takes a list of points, returns the list of values; a value that is not finite becomes null. */
const harness: Harness = {
  source: `
function harness(candidate, points) {
  return points.map((point) => {
    const value = candidate(...point);
    if (typeof value !== "number") badOutput("f must return a number, got " + typeof value);
    return Number.isFinite(value) ? value : null;
  });
}
`,
};

function regressionTask(target: Target): Task {
  const { name, formula, parameters, train, source } = target;
  const toolName = name.replaceAll("-", "_");
  const made = new Map<string, readonly TaskInstance[]>();
  const [low, high] = [train.low, train.high];
  const seed = (value: string): string =>
    `function f(${parameters.join(", ")}) {\n  return ${value};\n}`;

  const instances = (split: Split, runSeed: number): readonly TaskInstance[] => {
    const key = `${split} ${runSeed}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const random = seededRandom(runSeed, `regression/${name}/${split}`);
    const points = pointsOf(split === "sealed" ? target.test : train, parameters.length, random);
    const list = [{ input: [points], expected: points.map(target.value) }];
    made.set(key, list);
    return list;
  };

  return {
    name: `regression/${name}`,
    spec: {
      name: toolName,
      description: `The function of ${parameters.join(", ")} that goes through the given points.`,
      signature: `function f(${parameters.map((each) => `${each}: number`).join(", ")}): number`,
    },
    kernel: {
      entry: "f",
      parameters: parameters.map((each) => ({ name: each, type: "number", range: [low, high] })),
      result: "number",
      features: [],
      // Zero; each variable; and two functions that arithmetic cannot express.
      seeds: [
        seed("0"),
        ...parameters.map(seed),
        ...parameters.map((each) => seed(`Math.sin(${each})`)),
        ...parameters.map((each) => seed(`Math.exp(-${each})`)),
      ],
    },
    harness,
    limits: LIMITS,
    instances,
    quick: 1,
    score: ({ output }, { expected }) => {
      const error = relativeError(output, expected as readonly number[]);
      if (typeof error === "string") return { status: "invalid", reason: error };
      return { status: "scored", score: 1 / (1 + error) };
    },
    target: 1 / (1 + EXACT_ERROR),
    resolution: 1e-7,
    figure: { unit: "of 1" },
    measures: (scores) => ({ error: 1 / (scores[0] ?? 0) - 1 }),
    labels: { error: "root mean square error / standard deviation" },
    notes: [`The points come from ${formula} (${source}).`],
    parametric: {
      name: `polynomials by least squares, degree 0 to ${MAX_DEGREE}`,
      programs: (runSeed) => polynomials(instances("train", runSeed), parameters),
    },
    publish: (text) => {
      const kernel = kernelSource(text, []);
      return { ...kernel, entry: "f" };
    },
    tool: (text) => {
      const { language, source: kernel } = kernelSource(text, []);
      return {
        name: toolName,
        description: `A function of ${parameters.join(", ")} fitted to points of ${name}.`,
        signature: `function ${toolName}(${parameters.map((each) => `${each}: number`).join(", ")}): number`,
        parameters: {
          type: "object",
          properties: Object.fromEntries(parameters.map((each) => [each, { type: "number" }])),
          required: [...parameters],
          additionalProperties: false,
        },
        result: { type: "number" },
        language,
        source: `${kernel}\nfunction ${toolName}(...values) {\n  return f(...values);\n}\n`,
        entry: toolName,
      };
    },
  };
}

/** The export that commands load: `regression/NAME`. */
export const tasks: readonly Task[] = targets.map(regressionTask);

function pointsOf(points: Points, dimensions: number, random: Random): number[][] {
  const { low, high } = points;
  if (points.kind === "grid") {
    const count = Math.round((high - low) / points.step) + 1;
    return Array.from({ length: count }, (_, index) => [low + index * points.step]);
  }
  return Array.from({ length: points.count }, () =>
    Array.from({ length: dimensions }, () => low + (high - low) * random.next()),
  );
}

/** Root mean square error divided by the standard deviation of the expected values, or the fault. */
function relativeError(output: Json, expected: readonly number[]): number | string {
  if (!Array.isArray(output) || output.length !== expected.length) {
    return `expected ${expected.length} values`;
  }
  const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
  const spread = expected.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let error = 0;
  for (const [index, value] of expected.entries()) {
    const got: Json | undefined = output[index];
    if (typeof got !== "number") return `the value at point ${index} is not finite`;
    error += (got - value) ** 2;
  }
  return Math.sqrt(error / (spread || 1));
}

function polynomials(
  instances: readonly TaskInstance[],
  names: readonly string[],
): readonly string[] {
  const [first] = instances;
  const points = (first?.input[0] ?? []) as readonly (readonly number[])[];
  const values = (first?.expected ?? []) as readonly number[];
  return Array.from({ length: MAX_DEGREE + 1 }, (_, degree) => degree).flatMap((degree) => {
    const powers = powersUpTo(degree, names.length);
    const coefficients = fitPolynomial(points, values, powers);
    return coefficients === undefined ? [] : [polynomialSource(names, powers, coefficients)];
  });
}
