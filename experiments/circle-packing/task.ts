/**
 * Circles of any sizes in the unit square, the sum of their radii as large as possible, as tasks:
 * a kernel says where the centres begin, a bounded relaxation moves them, a linear program gives the
 * best radii for them.
 *
 * The relaxation is the same for every kernel and does much of the work: it is declared in the notes,
 * and the floor is what it makes of plain rows. What a search adds is the arrangement to begin with.
 *
 * There is nothing to generalise to: one instance, without input, and no other split. The packing is
 * checked exactly outside the sandbox, without any tolerance. Fitness: the sum of the radii.
 */
import { Limits, type Program, type Task } from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";
import { kernelHarness, packHarness, placeSource } from "./harness.js.ts";
import { verifyCircles } from "./packing.ts";
import { MOST_STEPS } from "./relax.js.ts";

/** Best sums that hold without tolerance, and what was best before program search. */
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
      // Without ranges, so that no library shape stands on one of them alone: it would give both
      // coordinates of a circle the same value.
      parameters: [
        { name: "i", type: "number" },
        { name: "axis", type: "number" },
        { name: "n", type: "number", range: [n, n] },
      ],
      result: "number",
      // The two tell all coordinates apart: a grid over both can hold any arrangement.
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
      `Every candidate's centres are relaxed by the same rule, at most ${MOST_STEPS} steps uphill, before the radii are fixed.`,
      "The rule does much of the work, from centres drawn at random too: compare with the floor and the random baseline.",
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

/** What the commands load. */
export const tasks: readonly Task[] = [circlePackingTask(26), circlePackingTask(32)];

/** Rows from below, every other one shifted by a share of the distance within a row. */
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
