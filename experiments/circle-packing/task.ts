/**
 * Circles of any sizes in the unit square with the largest sum of radii, as tasks: a kernel gives the
 * initial centres, a bounded relaxation moves them, and a linear program computes the best radii.
 *
 * The relaxation is the same for every kernel and does much of the work: the notes say so, and the floor
 * is its result for plain rows. The search contributes the initial arrangement.
 *
 * The packing itself is the result, so there is no generalisation: one instance without input, and no
 * other split. The packing is checked exactly outside the sandbox, without tolerance. Fitness: the sum of
 * the radii.
 */
import { Limits, type Program, type Task } from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";
import { kernelHarness, packHarness, placeSource } from "./harness.js.ts";
import { verifyCircles } from "./packing.ts";
import { MAX_STEPS } from "./relax.js.ts";

/** The best sums that are valid without tolerance, and the best before program search. */
const RECORDS = {
  26: {
    before: [2.634, "before 2025, as cited by AlphaEvolve"],
    alphaEvolve: 2.6358627564136983,
    best: [2.635983077388119, "ThetaEvolve's published packing, checked without tolerance"],
  },
  32: {
    before: [2.936, "before 2025, as cited by AlphaEvolve"],
    alphaEvolve: 2.937944526205518,
    best: undefined,
  },
} as const;

const PAPER =
  "AlphaEvolve (Novikov et al. 2025), B.12, published packing checked without tolerance";
const LIMITS = Limits.parse({ timeoutMs: 10_000 });

function circlePackingTask(n: 26 | 32): Task {
  const { before, alphaEvolve, best } = RECORDS[n];
  const side = Math.floor(Math.sqrt(n));
  const toolName = `pack_circles_${n}`;
  const seed = (value: string): string => `function score(i, axis, n) {\n  return ${value};\n}`;
  const instance = { input: [] };

  return {
    name: `circle-packing-${n}`,
    spec: {
      name: toolName,
      description:
        `Says where the centres of ${n} circles begin in the unit square: for circle i, its x (axis 0) ` +
        "or its y (axis 1). The centres are then relaxed to the next arrangement in which neighbours " +
        "touch, and each circle gets the best radius that they allow, without overlap and within the " +
        "square. Make the sum of the radii as large as possible.",
      signature: "function score(i: number, axis: number, n: number): number",
    },
    kernel: {
      entry: "score",
      // Without ranges, so that no library form uses one of them alone: it would give both coordinates
      // of a circle the same value.
      parameters: [
        { name: "i", type: "number" },
        { name: "axis", type: "number" },
        { name: "n", type: "number", range: [n, n] },
      ],
      result: "number",
      // Together they distinguish all coordinates: a grid over both can represent any arrangement.
      features: [
        { source: `${side} * axis + i % ${side}`, type: "number", range: [0, 2 * side - 1] },
        {
          source: `Math.floor(i / ${side})`,
          type: "number",
          range: [0, Math.floor((n - 1) / side)],
        },
      ],
      // Rows; shifted rows; the sunflower's spiral.
      seeds: [
        rowsProgram(Math.ceil(n / side), side, 0),
        rowsProgram(side + 1, side, 0.5),
        seed(
          "0.5 + 0.5 * Math.sqrt((i + 0.5) / n) * (axis === 0 ? Math.cos(2.399963 * i) : Math.sin(2.399963 * i))",
        ),
      ],
    },
    harness: kernelHarness(n),
    limits: LIMITS,
    instances: (split) => (split === "train" ? [instance] : []),
    quick: 1,
    score: ({ output }) => {
      const verdict = verifyCircles(output, n);
      return verdict.status === "invalid" ? verdict : { status: "scored", score: verdict.sum };
    },
    target: alphaEvolve,
    resolution: 1e-6,
    figure: { unit: "sum of radii" },
    measures: (scores) => ({ sum: scores[0] ?? 0, published: alphaEvolve }),
    labels: { sum: `sum of the radii of ${n} circles`, published: "AlphaEvolve" },
    notes: [
      `The centres of every candidate are relaxed by the same procedure, in at most ${MAX_STEPS} steps, before the radii are computed.`,
      "The procedure does much of the work, also for random centres: compare with the floor and the random baseline.",
    ],
    request: {
      objective: `Pack ${n} circles into the unit square with the largest sum of radii.`,
      requirements: ["No circle overlaps another or leaves the square, without any tolerance."],
      constraints: ["Offline: no network, no files."],
    },
    forms: [
      { entry: "pack", harness: packHarness(n) },
      { entry: "score", harness: kernelHarness(n) },
    ],
    published: [
      {
        what: `best known before, n = ${n}`,
        value: before[0],
        unit: "sum of radii",
        source: before[1],
      },
      { what: `AlphaEvolve, n = ${n}`, value: alphaEvolve, unit: "sum of radii", source: PAPER },
      ...(best === undefined
        ? []
        : [
            { what: `best known, n = ${n}`, value: best[0], unit: "sum of radii", source: best[1] },
          ]),
    ],
    parametric: { name: "rows of equal length, shifted or not", programs: () => rowPrograms(n) },
    publish: (source) => publish(source, n),
    tool: (source) => {
      const { language, source: published, entry } = publish(source, n, toolName);
      return {
        language,
        source: published,
        entry,
        name: toolName,
        description: `${n} circles in the unit square with a large sum of radii: x, y and radius of each.`,
        signature: `function ${toolName}(): number[]`,
        parameters: { type: "object", properties: {}, required: [], additionalProperties: false },
        result: { type: "array", items: { type: "number" }, minItems: 3 * n, maxItems: 3 * n },
      };
    },
  };
}

/** The export that commands load. */
export const tasks: readonly Task[] = [circlePackingTask(26), circlePackingTask(32)];

/** Rows from the bottom; every second one is shifted by a share of the distance within a row. */
function rowsProgram(perRow: number, rows: number, shift: number): string {
  return `function score(i, axis, n) {
  const row = Math.floor(i / ${perRow});
  return axis === 0 ? ((i % ${perRow}) + 0.5 + ${shift / 2} * (row % 2 === 0 ? -1 : 1)) / ${perRow} : (row + 0.5) / ${rows};
}`;
}

function rowPrograms(n: number): readonly string[] {
  const programs: string[] = [];
  for (let perRow = 3; perRow <= 9; perRow++) {
    const least = Math.ceil(n / perRow);
    for (const rows of [least, least + 1]) {
      for (const shift of [0, 0.25, 0.5, 0.75]) programs.push(rowsProgram(perRow, rows, shift));
    }
  }
  return programs;
}

function publish(source: string, n: number, name = "pack"): Program {
  const kernel = kernelSource(source, [
    name,
    "place",
    "radiiOf",
    "relaxed",
    "descend",
    "ROUNDS",
    "STEPS",
  ]);
  return {
    language: kernel.language,
    entry: name,
    source: `${kernel.source}

${placeSource}
/** @returns {number[]} x, y and radius of each of ${n} circles. */
function ${name}() {
  return place(score, ${n});
}
`,
  };
}
