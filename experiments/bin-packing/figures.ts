/**
 * Figures from instances and scores: bounds, bins, and the bins of the two classic heuristics.
 *
 * Bounds and classic heuristics depend only on the items, so they are computed once per instance.
 */
import type { TaskInstance } from "../../src/index.ts";
import type { PackingInstance } from "./instances.ts";
import { bestFit, excessPercent, firstFit, lowerBound } from "./packing.ts";

/** The arguments of the harnesses, and of the registered tool. */
export function taskInstance({ items, capacity }: PackingInstance): TaskInstance {
  return { input: [items, capacity] };
}

/** The inverse of `taskInstance`. */
export function packingOf(instance: TaskInstance): Pick<PackingInstance, "items" | "capacity"> {
  const [items, capacity] = instance.input as readonly [readonly number[], number];
  return { items, capacity };
}

const knownBounds = new WeakMap<TaskInstance, number>();
export function boundOf(instance: TaskInstance): number {
  let bound = knownBounds.get(instance);
  if (bound === undefined) {
    const { items, capacity } = packingOf(instance);
    bound = lowerBound(items, capacity);
    knownBounds.set(instance, bound);
  }
  return bound;
}

const baselines = new WeakMap<TaskInstance, { firstFit: number; bestFit: number }>();
function baselinesOf(instance: TaskInstance): { firstFit: number; bestFit: number } {
  let known = baselines.get(instance);
  if (known === undefined) {
    const { items, capacity } = packingOf(instance);
    known = {
      firstFit: new Set(firstFit(items, capacity)).size,
      bestFit: new Set(bestFit(items, capacity)).size,
    };
    baselines.set(instance, known);
  }
  return known;
}

/** Minus the excess of the sum of bins over the sum of bounds, in percent. */
export function fitnessOf(scores: readonly number[], instances: readonly TaskInstance[]): number {
  const bounds = instances.map(boundOf);
  return -excessPercent(binsOf(scores, bounds), bounds);
}

/** All figures for people, over one set of instances. */
export function figuresOf(
  scores: readonly number[],
  instances: readonly TaskInstance[],
): Readonly<Record<string, number>> {
  const bounds = instances.map(boundOf);
  const bins = binsOf(scores, bounds);
  const classics = instances.map(baselinesOf);
  const firstFits = classics.map(({ firstFit }) => firstFit);
  const bestFits = classics.map(({ bestFit }) => bestFit);
  return {
    excessPercent: excessPercent(bins, bounds),
    meanBins: mean(bins),
    l1Bound: mean(bounds),
    firstFitPercent: excessPercent(firstFits, bounds),
    bestFitPercent: excessPercent(bestFits, bounds),
  };
}

/** Computes the bin counts back from the scores; rounding makes them exact. */
function binsOf(scores: readonly number[], bounds: readonly number[]): number[] {
  return scores.map((score, index) => Math.round((bounds[index] ?? 0) * (1 - score / 100)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
