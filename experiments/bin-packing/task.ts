/**
 * Online bin packing as tasks: a kernel `score(item, room, capacity)` chooses the bin of each item.
 *
 * Candidates train only on generated streams; published files are for evaluation. The artefact is the
 * packing; its bins are counted here, outside the sandbox. Score of an instance: minus the excess over
 * the L1 bound in percent; fitness: minus the excess of the sum of bins.
 */
import {
  type Json,
  Limits,
  type Split,
  seededRandom,
  type Task,
  type TaskInstance,
} from "../../src/index.ts";
import { boundOf, figuresOf, fitnessOf, packingOf, taskInstance } from "./figures.ts";
import { kernelHarness } from "./harness-kernel.js.ts";
import { vectorHarness } from "./harness-vector.js.ts";
import {
  generateInstances,
  type ItemKind,
  type StreamSize,
  uniformKind,
  weibullKind,
} from "./instances.ts";
import { verifyPacking } from "./packing.ts";
import { thresholdRules } from "./parametric.ts";
import { packingTool, publishPriority } from "./publish.ts";
import { readInstances } from "./reader.ts";

const PAPER = "Romera-Paredes et al., Nature 625 (2024), table 1";

/** First fit (any constant: the first maximum wins), best fit, and useful shapes to vary. */
const SEEDS: readonly string[] = [
  "function score(item, room, capacity) { return 0; }",
  "function score(item, room, capacity) { return item - room; }",
  "function score(item, room, capacity) { return room - item < capacity / 2 ? item - room : -capacity; }",
  "function score(item, room, capacity) { return room === capacity ? -capacity / 2 : item - room; }",
  "function score(item, room, capacity) { return item < capacity / 2 ? item - room : room - item; }",
];

// An evaluation takes milliseconds; the registered tool has no table and takes up to a second.
const LIMITS = Limits.parse({ timeoutMs: 10_000, outputBytes: 4_000_000 });

interface PackingOptions {
  readonly name: string;
  readonly toolName: string;
  readonly kind: ItemKind;
  /** The items' distribution, in words. */
  readonly sizes: string;
  readonly splits: Readonly<Record<Split, readonly StreamSize[]>>;
  readonly quick: number;
  readonly published: NonNullable<Task["published"]>;
}

/** A bin-packing task over streams of one kind. */
function binPackingTask(options: PackingOptions): Task {
  const { name, toolName, kind, sizes, splits, quick, published } = options;
  const made = new Map<string, readonly TaskInstance[]>();
  const [low, high] = kind.range;
  const capacity = kind.capacity;

  return {
    name,
    spec: {
      // The tool's name: its versions are counted under the name of the spec.
      name: toolName,
      description:
        "Online bin packing. For the item at hand, gives each bin that has room for it a priority; " +
        "the first bin with the highest one takes the item. Items cannot be moved later, and the " +
        `next ones are unknown. Use as few bins as possible. Items are ${sizes}, bins hold ${capacity}.`,
      signature: "function priority(item: number, bins: Float64Array): Float64Array",
    },
    kernel: {
      entry: "score",
      parameters: [
        { name: "item", type: "number", range: [low, high] },
        { name: "room", type: "number", range: [low, capacity] },
        { name: "capacity", type: "number", range: [capacity, capacity] },
      ],
      result: "number",
      features: [
        { source: "room - item", type: "number", range: [0, capacity - low] },
        { source: "room === capacity", type: "boolean" },
      ],
      seeds: SEEDS,
    },
    harness: kernelHarness,
    limits: LIMITS,
    instances: (split, seed) => {
      // The same array for the same arguments: sandboxes send it to each slot once.
      const key = `${split} ${seed}`;
      const known = made.get(key);
      if (known !== undefined) return known;
      const random = seededRandom(seed, `${name}/${split}`);
      const instances = generateInstances(kind, splits[split], random).map(taskInstance);
      made.set(key, instances);
      return instances;
    },
    quick,
    score: ({ output }, instance) => {
      const { items, capacity } = packingOf(instance);
      if (typeof output !== "string" && !isNumbers(output)) {
        return { status: "invalid", reason: "expected the bin of each item, got something else" };
      }
      const verdict = verifyPacking(output, items, capacity);
      if (verdict.status === "invalid") return verdict;
      const bound = boundOf(instance);
      // Four decimals tell apart the bins of any bound below 10^6, and keep a trace of 10^5
      // candidates readable.
      const excess = (100 * (verdict.bins - bound)) / bound;
      return { status: "scored", score: -Math.round(excess * 1e4) / 1e4 };
    },
    reduce: fitnessOf,
    // One bin of the longest published stream moves its score by 0.0025.
    resolution: 1e-3,
    figure: { unit: "% over L1", lowerIsBetter: true },
    measures: figuresOf,
    labels: {
      excessPercent: "bins above the L1 bound, %",
      meanBins: "bins used, mean",
      l1Bound: "L1 bound, mean",
      firstFitPercent: "first fit above the bound, %",
      bestFitPercent: "best fit above the bound, %",
    },
    request: {
      objective: `Pack items that arrive one at a time into as few bins of capacity ${capacity} as possible.`,
      requirements: [
        "An item is packed when it arrives and never moved.",
        `Items are ${sizes}.`,
        "Beat best fit on streams that were never seen.",
      ],
      constraints: ["Offline: no network, no files.", "Deterministic: equal items, equal bins."],
    },
    publish: publishPriority,
    tool: (source) => packingTool(source, { name: toolName, trained: capacity, sizes }),
    // A published program defines both functions: it must be read as `priority`.
    forms: [
      { entry: "priority", harness: vectorHarness },
      { entry: "score", harness: kernelHarness },
    ],
    published,
    parametric: {
      name: "two thresholds on the room that is left",
      programs: (seed) => thresholdRules(seededRandom(seed, `${name}/parametric`)),
    },
    instancesFromData: (text, fileName) => readInstances(text, fileName).map(taskInstance),
  };
}

export const binPacking: Task = binPackingTask({
  name: "bin-packing",
  toolName: "pack_items_online",
  kind: uniformKind,
  sizes: "uniform integers from 20 to 100",
  // 15,000 items for the search: a few milliseconds for one candidate.
  splits: {
    train: [
      { streams: 20, items: 500 },
      { streams: 20, items: 250 },
    ],
    // Good programs differ by a few bins in ten thousand: with fewer items, chance would decide.
    validation: [
      { streams: 40, items: 1_000 },
      { streams: 80, items: 500 },
      { streams: 80, items: 250 },
    ],
    sealed: [
      { streams: 20, items: 120 },
      { streams: 20, items: 250 },
      { streams: 20, items: 500 },
      { streams: 20, items: 1_000 },
    ],
  },
  quick: 6,
  published: publishedRows(["OR1", "OR2", "OR3", "OR4"], {
    "first fit": [6.42, 6.45, 5.74, 5.23],
    "best fit": [5.81, 6.06, 5.37, 4.94],
    FunSearch: [5.3, 4.19, 3.11, 2.47],
  }),
});

export const binPackingWeibull: Task = binPackingTask({
  name: "bin-packing-weibull",
  toolName: "pack_weibull_items_online",
  kind: weibullKind,
  sizes: "Weibull integers from 1 to 100 (scale 45, shape 3)",
  splits: {
    train: [{ streams: 6, items: 3_000 }],
    validation: [{ streams: 20, items: 5_000 }],
    sealed: [{ streams: 5, items: 5_000 }],
  },
  quick: 2,
  published: publishedRows(["Weibull 5k"], {
    "first fit": [4.23],
    "best fit": [3.98],
    FunSearch: [0.68],
  }),
});

/** The export that commands load. */
export const tasks: readonly Task[] = [binPacking, binPackingWeibull];

function publishedRows(
  data: readonly string[],
  rows: Readonly<Record<string, readonly number[]>>,
): NonNullable<Task["published"]> {
  return Object.entries(rows).flatMap(([who, values]) =>
    values.map((value, index) => ({
      what: `${who} on ${data[index]}, bins above the L1 bound`,
      value,
      unit: "%",
      source: PAPER,
    })),
  );
}

function isNumbers(value: Json): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}
