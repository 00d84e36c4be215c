/**
 * Large cap sets in dimensions 3 to 8 as tasks: a kernel orders the vectors, a greedy algorithm takes
 * them.
 *
 * The set itself is the result, so there is no generalisation: one instance without input, and no other
 * split. The verifier is exact. Fitness: the size of the set.
 */
import { Limits, type Task } from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";
import { verifyCapSet } from "./cap-set.ts";
import { featureParameters, featuresSource } from "./features.ts";
import { greedySource, kernelHarness, priorityHarness } from "./harness.js.ts";
import { publish, vectorSchema } from "./publish.ts";
import { figuresOf, recordOf, seedsOf } from "./records.ts";
import { symmetricTask } from "./symmetric.ts";

const LIMITS = Limits.parse({ timeoutMs: 10_000 });

/** @param n Dimension, 3 to 8. */
function capSetTask(n: number): Task {
  const record = recordOf(n);
  const toolName = `extend_cap_set_${n}`;
  const instance = { input: [] };

  return {
    name: `cap-set-${n}`,
    spec: {
      name: toolName,
      description:
        `Large cap sets in F_3^${n}. Gives each vector a priority; a greedy takes the vectors from the ` +
        "highest priority on, leaving out those that lie on a line with two that were taken. " +
        "Make the set as large as possible.",
      signature: "function priority(el: Float64Array, n: number): number",
    },
    kernel: {
      entry: "score",
      parameters: featureParameters(n),
      result: "number",
      features: [],
      seeds: seedsOf(n),
    },
    harness: kernelHarness(n),
    limits: LIMITS,
    instances: (split) => (split === "train" ? [instance] : []),
    quick: 1,
    score: ({ output }) => {
      // The tool that is registered returns the vectors themselves; both forms are read.
      const verdict = verifyCapSet(output, n);
      return verdict.status === "invalid" ? verdict : { status: "scored", score: verdict.size };
    },
    target: record.size,
    resolution: 1,
    figure: { unit: "vectors" },
    measures: (scores) => ({ size: scores[0] ?? 0, bestKnown: record.size }),
    labels: { size: `vectors in the cap set of F_3^${n}`, bestKnown: "best known" },
    request: {
      objective: `Find a large cap set in F_3^${n}: vectors of which no three lie on a line.`,
      requirements: [`Aim at ${record.size} vectors, the best known.`],
      constraints: ["Offline: no network, no files."],
    },
    // A published program defines both functions: it must be read as `priority`.
    forms: [
      { entry: "priority", harness: priorityHarness(n) },
      { entry: "score", harness: kernelHarness(n) },
    ],
    published: figuresOf(n),
    publish: (source) => publish(source, n),
    tool: (source) => capSetTool(source, n, toolName),
  };
}

/** The export that commands load. */
export const tasks: readonly Task[] = [
  ...[3, 4, 5, 6, 7, 8].map(capSetTask),
  ...[4, 6, 8].map(symmetricTask),
];

function capSetTool(source: string, n: number, name: string): ReturnType<Task["tool"]> {
  const kernel = kernelSource(source, [name, "featuresOf", "greedy", "halves", "halvesOf"]);
  const vector = vectorSchema(n);
  return {
    name,
    description:
      `Extends a cap set in F_3^${n} (vectors of ${n} digits 0, 1, 2 of which no three sum to zero ` +
      "modulo 3, as the cards of the game Set) to a large one that cannot be extended further. " +
      "Starts from the given vectors, or from none.",
    signature: `function ${name}(start?: number[][]): number[][]`,
    parameters: {
      type: "object",
      properties: {
        start: { type: "array", items: vector, description: "A cap set to extend; may be empty." },
      },
      required: [],
      additionalProperties: false,
    },
    result: { type: "array", items: vector },
    language: kernel.language,
    entry: name,
    source: `${kernel.source}

${featuresSource(n)}
${greedySource}
/**
 * @param {number[][]} [start] A cap set to extend: vectors of ${n} digits 0, 1, 2.
 * @returns {number[][]} The set, the given vectors first.
 */
function ${name}(start = []) {
  const vectorOf = (index) => Array.from({ length: ${n} }, (_, i) => Math.floor(index / 3 ** (${n - 1} - i)) % 3);
  const indices = start.map((vector, place) => {
    if (vector.length !== ${n} || !vector.every((digit) => digit === 0 || digit === 1 || digit === 2)) {
      throw new RangeError("vector " + place + " must have ${n} digits 0, 1 or 2");
    }
    return vector.reduce((index, digit) => 3 * index + digit, 0);
  });
  const priorities = Array.from({ length: 3 ** ${n} }, (_, index) => {
    const value = score(...featuresOf(vectorOf(index)));
    return Number.isNaN(value) ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
  });
  return greedy(priorities, ${n}, indices).map(vectorOf);
}
`,
  };
}
