/**
 * Large symmetric admissible sets I(n, w) as tasks: a kernel orders words, a greedy algorithm takes them.
 *
 * The set itself is the result, so there is no generalisation: one instance without input, and no other
 * split. The set is verified exactly outside the sandbox. Fitness: its size in vectors.
 */
import { Limits, type Task } from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";
import { verifyAdmissible } from "./admissible-set.ts";
import { kernelHarness, setSource } from "./harness.js.ts";

const PAPER = "Romera-Paredes et al., Nature 625 (2024), admissible sets";
const LIMITS = Limits.parse({ timeoutMs: 20_000 });

/** @param full Size of a full set, C(n, w), which FunSearch reached. */
function admissibleTask(n: number, weight: number, full: number): Task {
  const toolName = `admissible_set_${n}_${weight}`;
  const places = Array.from({ length: n / 3 }, (_, i) => i);
  const parameters = [
    ...places.map((i) => ({ name: `b${i}`, type: "number", range: [0, 6] }) as const),
    ...[0, 1, 2, 3, 4, 5, 6].map(
      (kind) => ({ name: `c${kind}`, type: "number", range: [0, n / 3] }) as const,
    ),
    { name: "w", type: "number", range: [0, 6 * n] } as const,
  ];
  const names = parameters.map(({ name }) => name).join(", ");
  const seed = (value: string): string => `function score(${names}) {\n  return ${value};\n}`;
  const instance = { input: [] };

  return {
    name: `admissible-set-${n}-${weight}`,
    spec: {
      name: toolName,
      description:
        `Large admissible sets of vectors of ${n} digits 0, 1, 2 with ${weight} of them not 0. Gives each word ` +
        `of ${n / 3} block classes (b0.. the classes 0 to 6, c0.. how often each occurs, w the classes ` +
        "weighted with their places) a priority; a greedy takes words from the highest on. Make the " +
        "set as large as possible.",
      signature: `function score(${parameters.map(({ name }) => `${name}: number`).join(", ")}): number`,
    },
    kernel: {
      entry: "score",
      parameters,
      result: "number",
      features: [],
      // The first takes words in their order.
      seeds: [seed("0"), seed("c3"), seed("w"), seed("c3 < c4 ? b0 : w")],
    },
    harness: kernelHarness(n, weight),
    limits: LIMITS,
    instances: (split) => (split === "train" ? [instance] : []),
    quick: 1,
    score: ({ output }) => {
      const verdict = verifyAdmissible(output, n, weight);
      return verdict.status === "invalid" ? verdict : { status: "scored", score: verdict.size };
    },
    target: full,
    resolution: 1,
    figure: { unit: "vectors" },
    measures: (scores) => ({ size: scores[0] ?? 0, full }),
    labels: { size: `vectors in the admissible set I(${n}, ${weight})`, full: "full size" },
    request: {
      objective: `Find a large admissible set I(${n}, ${weight}).`,
      requirements: [`Aim at ${full} vectors, a full set.`],
      constraints: ["Offline: no network, no files."],
    },
    published: [
      { what: `FunSearch, I(${n}, ${weight})`, value: full, unit: "vectors", source: PAPER },
    ],
    publish: (source) => program(source, n, weight, toolName),
    tool: (source) => ({
      ...program(source, n, weight, toolName),
      name: toolName,
      description: `An admissible set of vectors of ${n} digits 0, 1, 2 with weight ${weight}.`,
      signature: `function ${toolName}(): number[][]`,
      parameters: { type: "object", properties: {}, required: [], additionalProperties: false },
      result: { type: "array", items: { type: "array", items: { type: "integer" } } },
    }),
  };
}

/** The export that commands load. */
export const tasks: readonly Task[] = [admissibleTask(12, 7, 792), admissibleTask(15, 10, 3_003)];

function program(source: string, n: number, weight: number, name: string) {
  const kernel = kernelSource(source, [name, "featuresOf", "greedy", "clashes", "blindTriple"]);
  return {
    language: kernel.language,
    entry: name,
    source: `${kernel.source}

${setSource(n, weight, name)}`,
  };
}
