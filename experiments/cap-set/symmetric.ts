/**
 * Large symmetric cap sets as tasks: the kernel orders the vectors as in the plain tasks, and the greedy
 * algorithm takes complete orbits of a symmetry of the digits.
 *
 * Each symmetry of a fixed list is an instance. The search also finds the best symmetry: fitness is the
 * size of the largest set. The set itself is the result, so there is no generalisation.
 */
import { Limits, type Task } from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";
import { verifyCapSet } from "./cap-set.ts";
import { featureParameters, featuresSource } from "./features.ts";
import { greedySource } from "./harness.js.ts";
import { publish, vectorSchema } from "./publish.ts";
import { figuresOf, recordOf, seedsOf } from "./records.ts";
import { SYMMETRIES, symmetricHarness, symmetricSource } from "./symmetric.js.ts";

// The first program in a sandbox also computes the orbits.
const LIMITS = Limits.parse({ timeoutMs: 20_000 });

/** @param n Dimension, 4, 6 or 8: some symmetries pair the digits. */
export function symmetricTask(n: number): Task {
  const record = recordOf(n);
  const toolName = `symmetric_cap_set_${n}`;
  const instances = SYMMETRIES.map((symmetry) => ({ input: [symmetry] }));
  const harness = symmetricHarness(n, "score");

  return {
    name: `symmetric-cap-set-${n}`,
    spec: {
      name: toolName,
      description:
        `Large symmetric cap sets in F_3^${n}. Gives each vector a priority; a greedy takes whole ` +
        "orbits of a symmetry of the digits, in the order of their first vectors' priorities, leaving " +
        "out those that put three vectors on a line. Make the largest set over a list of symmetries " +
        "as large as possible.",
      signature: "function priority(el: Float64Array, n: number): number",
    },
    kernel: {
      entry: "score",
      parameters: featureParameters(n),
      result: "number",
      features: [],
      seeds: seedsOf(n),
    },
    harness,
    limits: LIMITS,
    instances: (split) => (split === "train" ? instances : []),
    // A small set under the first symmetries says nothing about the others.
    quick: instances.length,
    score: ({ output }) => {
      const verdict = verifyCapSet(output, n);
      return verdict.status === "invalid" ? verdict : { status: "scored", score: verdict.size };
    },
    reduce: (scores) => Math.max(...scores),
    target: record.size,
    resolution: 1,
    figure: { unit: "vectors" },
    measures: (scores) => ({ size: Math.max(...scores), bestKnown: record.size }),
    labels: { size: `vectors in the cap set of F_3^${n}`, bestKnown: "best known" },
    notes: [
      `The largest set over ${SYMMETRIES.length} symmetries counts: ${SYMMETRIES.join("; ")}.`,
      "The list was made by hand. Under some of its symmetries random priorities sometimes reach the " +
        "best known size, so compare with the random baseline, not with FunSearch.",
    ],
    request: {
      objective: `Find a large symmetric cap set in F_3^${n}: vectors of which no three lie on a line.`,
      requirements: [`Aim at ${record.size} vectors, the best known.`],
      constraints: ["Offline: no network, no files."],
    },
    forms: [
      { entry: "priority", harness: symmetricHarness(n, "priority") },
      { entry: "score", harness },
    ],
    published: figuresOf(n),
    publish: (source) => publish(source, n, "orbits, each by its first vector,"),
    tool: (source) => symmetricTool(source, n, toolName),
  };
}

function symmetricTool(source: string, n: number, name: string): ReturnType<Task["tool"]> {
  const taken = ["featuresOf", "digitsOf", "checked", "greedy", "symmetricGreedy"];
  const inner = [
    "halves",
    "halvesOf",
    "orbitsBySymmetry",
    "generatorsOf",
    "orbitsOf",
    "SYMMETRIES",
  ];
  const kernel = kernelSource(source, [name, ...taken, ...inner]);
  const vector = vectorSchema(n);
  return {
    name,
    description:
      `Makes a large cap set in F_3^${n} (vectors of ${n} digits 0, 1, 2 of which no three sum to ` +
      "zero modulo 3, as the cards of the game Set) that is symmetric except for single vectors and " +
      "cannot be extended. Uses the given symmetry, or the one with the largest set.",
    signature: `function ${name}(symmetry?: string): number[][]`,
    parameters: {
      type: "object",
      properties: {
        symmetry: { type: "string", enum: [...SYMMETRIES], description: "Default: the best one." },
      },
      required: [],
      additionalProperties: false,
    },
    result: { type: "array", items: vector },
    language: kernel.language,
    entry: name,
    source: `${kernel.source}

const SYMMETRIES = ${JSON.stringify(SYMMETRIES)};
${featuresSource(n)}
function digitsOf(index, n) {
  return Array.from({ length: n }, (_, i) => Math.floor(index / 3 ** (n - 1 - i)) % 3);
}

${greedySource}
${symmetricSource}
/**
 * @param {string} [symmetry] One of SYMMETRIES; default: the one that gives the largest set.
 * @returns {number[][]} The set: vectors of ${n} digits 0, 1, 2.
 */
function ${name}(symmetry) {
  const priorities = Array.from({ length: ${3 ** n} }, (_, index) => {
    const value = score(...featuresOf(digitsOf(index, ${n})));
    return Number.isNaN(value) ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
  });
  const sets = (symmetry === undefined ? SYMMETRIES : [symmetry]).map((each) =>
    symmetricGreedy(priorities, ${n}, each),
  );
  const largest = sets.reduce((best, set) => (set.length > best.length ? set : best));
  return largest.map((index) => digitsOf(index, ${n}));
}
`,
  };
}
