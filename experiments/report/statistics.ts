/**
 * Statistics for few seeds: bootstrap intervals, an exact paired test, and Holm's correction. Pure: equal
 * arguments give exactly equal results.
 */
import { seededRandom } from "../../src/index.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2_000;
/** Up to this many pairs all sign flips are counted: 2^16 sums. */
const MAX_EXACT = 16;
const FLIPS = 20_000;
export const SIGNIFICANT = 0.05;

/**
 * Percentile bootstrap of the mean, 95 %. Source: Efron and Tibshirani, An Introduction to the
 * Bootstrap (1993), chapter 13. With few values it is too narrow rather than too wide.
 *
 * @returns undefined with fewer than two values.
 */
export function bootstrapMean(values: readonly number[], seed = 1): Interval | undefined {
  if (values.length < 2) return undefined;
  const random = seededRandom(seed, "bootstrap");
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += random.pick(values);
    return sum / values.length;
  }).sort((a, b) => a - b);
  return { low: quantileOf(means, 0.025), high: quantileOf(means, 0.975) };
}

export interface PairedTest {
  /** Two-sided. */
  readonly p: number;
  /** The smallest possible p with this number of pairs. */
  readonly smallest: number;
  readonly exact: boolean;
}

/**
 * Sign-flip permutation test of paired differences: under the null hypothesis both signs of each
 * difference are equally likely. Source: Fisher, The Design of Experiments (1935), section 21. The
 * sampled form includes the observed sum (Phipson and Smyth 2010), so that p is never 0.
 *
 * @param differences At least one, finite.
 * @throws RangeError if there is none.
 */
export function signFlipTest(differences: readonly number[], seed = 1): PairedTest {
  const { length } = differences;
  if (length === 0) throw new RangeError("signFlipTest needs at least one difference");
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another order may differ in their last digits.
  const slack = 1e-12 * differences.reduce((sum, value) => sum + Math.abs(value), 0);
  const reaches = (sum: number): boolean => Math.abs(sum) >= observed - slack;
  if (length <= MAX_EXACT) {
    const all = 2 ** length;
    let count = 0;
    for (let flips = 0; flips < all; flips++) {
      let sum = 0;
      for (const [index, value] of differences.entries()) {
        sum += (flips >> index) & 1 ? -value : value;
      }
      if (reaches(sum)) count++;
    }
    return { p: count / all, smallest: Math.min(1, 2 / all), exact: true };
  }
  const random = seededRandom(seed, "sign-flip");
  let count = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    let sum = 0;
    for (const value of differences) sum += random.next() < 0.5 ? -value : value;
    if (reaches(sum)) count++;
  }
  return { p: (count + 1) / (FLIPS + 1), smallest: 1 / (FLIPS + 1), exact: false };
}

/**
 * Holm's step-down correction: the probability of at least one false claim stays below alpha.
 * Source: Holm, Scandinavian Journal of Statistics 6 (1979).
 *
 * @returns Adjusted p-values in the order given, each in [0, 1].
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => at(values, a) - at(values, b));
  const adjusted = new Array<number>(values.length).fill(1);
  let highest = 0;
  for (const [rank, index] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (values.length - rank) * at(values, index)));
    adjusted[index] = highest;
  }
  return adjusted;
}

/** @returns undefined without values. */
export function meanOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 1;
}

/** By linear interpolation between neighbours. @param sorted Ascending, not empty. @param share In [0, 1]. */
function quantileOf(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (place % 1) * (above - below);
}
