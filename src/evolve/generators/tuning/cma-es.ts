/**
 * CMA-ES with an ask-and-tell interface.
 *
 * Parameters and updates are from Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772,
 * Table 1 and Figure 6, with negative (active) weights. The square root of the covariance is its
 * Cholesky factor (Krause, Arbonès, Igel, NIPS 2016), so an update costs n^3 / 6 multiplications and
 * no eigenvectors. The length of late and external samples is bounded (Hansen, "Injecting External
 * Solutions Into CMA-ES", arXiv:1110.4181).
 */
import type { Random } from "../../../core/random.ts";
import { cholesky, multiplyLower, solveLower } from "./matrix.ts";

export interface CmaOptions {
  readonly mean: readonly number[];
  /** Initial step size, above 0: about a third of the distance to the expected optimum. */
  readonly sigma: number;
  /** Samples per generation; default 4 + floor(3 ln n). */
  readonly lambda?: number;
  /** Scale per coordinate, above 0; default 1. */
  readonly scales?: readonly number[];
}

export interface CmaEs {
  readonly dimension: number;
  readonly lambda: number;
  /** Number of `tell` calls so far. */
  readonly generation: number;
  readonly sigma: number;
  readonly mean: readonly number[];
  /** Largest standard deviation over all coordinates, in units of their scales. */
  readonly spread: number;
  ask(random: Random): Float64Array;
  /** @param ranked Samples, best first, at least two; the first call with them moves the mean. */
  tell(ranked: readonly Float64Array[]): void;
}

/** @throws RangeError if the mean is empty or sigma is not above 0. */
export function cmaEs({
  mean: start,
  sigma: firstSigma,
  lambda: wanted,
  scales,
}: CmaOptions): CmaEs {
  const n = start.length;
  if (n === 0) throw new RangeError("CMA-ES needs at least one coordinate, got none.");
  if (!(firstSigma > 0)) throw new RangeError(`sigma must be above 0, got ${firstSigma}`);
  const lambda = wanted ?? 4 + Math.floor(3 * Math.log(n));
  const chiN = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  const mean = Float64Array.from(start);
  const pathC = new Float64Array(n);
  const pathSigma = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) covariance[i * n + i] = (scales?.[i] ?? 1) ** 2;
  let factor = cholesky(covariance, n) as Float64Array;
  let sigma = firstSigma;
  let generation = 0;
  let pending = 0;

  const update = (ranked: readonly Float64Array[]): void => {
    const rates = strategy(n, ranked.length);
    const { weights, mu, muEff, cSigma, dSigma, cC, c1, cMu } = rates;
    // In units of the distribution: y = (x - m) / sigma, z = A^-1 y.
    const steps = ranked.map((x) => {
      const y = x.map((value, i) => (value - (mean[i] as number)) / sigma);
      const z = solveLower(factor, y, n);
      const length = norm(z);
      // Bounds samples from an older generation with a larger step size: they would distort the paths.
      const bound = chiN + (2 * n) / (n + 2);
      const clip = Math.min(1, bound / Math.max(length, 1e-300));
      return { y: scale(y, clip), z: scale(z, clip), length: length * clip };
    });

    const yMean = new Float64Array(n);
    const zMean = new Float64Array(n);
    for (let k = 0; k < mu; k++) {
      const { y, z } = steps[k] as (typeof steps)[number];
      addScaled(yMean, y, weights[k] as number);
      addScaled(zMean, z, weights[k] as number);
    }
    addScaled(mean, yMean, sigma);

    const normSigma = Math.sqrt(cSigma * (2 - cSigma) * muEff);
    for (let i = 0; i < n; i++) {
      pathSigma[i] = (1 - cSigma) * (pathSigma[i] as number) + normSigma * (zMean[i] as number);
    }
    const length = norm(pathSigma);
    const stalled = length / Math.sqrt(1 - (1 - cSigma) ** (2 * (generation + 1)));
    const h = stalled < (1.4 + 2 / (n + 1)) * chiN ? 1 : 0;
    const normC = h * Math.sqrt(cC * (2 - cC) * muEff);
    for (let i = 0; i < n; i++) {
      pathC[i] = (1 - cC) * (pathC[i] as number) + normC * (yMean[i] as number);
    }

    let total = 0;
    const scaledWeights = weights.map((weight, k) => {
      total += weight;
      const { length: own } = steps[k] as (typeof steps)[number];
      return weight >= 0 ? weight : (weight * n) / Math.max(own * own, 1e-12);
    });
    const keep = 1 + c1 * (1 - h) * cC * (2 - cC) - c1 - cMu * total;
    for (let i = 0; i < n; i++) {
      const own = c1 * (pathC[i] as number);
      for (let j = 0; j <= i; j++) {
        const at = i * n + j;
        covariance[at] = keep * (covariance[at] as number) + own * (pathC[j] as number);
      }
    }
    for (let k = 0; k < steps.length; k++) {
      const { y } = steps[k] as (typeof steps)[number];
      addOuter(covariance, y, cMu * (scaledWeights[k] as number));
    }
    sigma *= Math.exp(Math.min(1, (cSigma / dSigma) * (length / chiN - 1)));
    generation++;
    // The factor need not be updated every time: Hansen's tutorial, B.2, gives this interval.
    pending++;
    if (pending < 1 / ((c1 + cMu) * n * 10)) return;
    pending = 0;
    refactor();
  };

  const refactor = (): void => {
    const next = cholesky(covariance, n);
    if (next !== undefined) {
      factor = next;
      return;
    }
    // Rounding destroyed positive definiteness: keep the variances, reset the correlations.
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const value = covariance[i * n + j] as number;
        covariance[i * n + j] = i === j ? Math.max(value, 1e-20) : 0;
      }
    }
    factor = cholesky(covariance, n) ?? factor;
  };

  return {
    dimension: n,
    lambda,
    get generation() {
      return generation;
    },
    get sigma() {
      return sigma;
    },
    get mean() {
      return [...mean];
    },
    get spread() {
      let widest = 0;
      for (let i = 0; i < n; i++) {
        const own = Math.sqrt(covariance[i * n + i] as number) / (scales?.[i] ?? 1);
        widest = Math.max(widest, own);
      }
      return sigma * widest;
    },
    ask(random) {
      const z = new Float64Array(n);
      for (let i = 0; i < n; i++) z[i] = random.normal();
      const x = multiplyLower(factor, z, n);
      for (let i = 0; i < n; i++) x[i] = (mean[i] as number) + sigma * (x[i] as number);
      return x;
    },
    tell(ranked) {
      if (ranked.length >= 2) update(ranked);
    },
  };
}

/** Weights and learning rates for `lambda` samples in n dimensions: the tutorial's Table 1. */
function strategy(n: number, lambda: number) {
  const mu = Math.floor(lambda / 2);
  const raw = Array.from(
    { length: lambda },
    (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1),
  );
  const positive = raw.slice(0, mu);
  const negative = raw.slice(mu);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const squares = (values: readonly number[]) => sum(values.map((value) => value * value));
  const muEff = sum(positive) ** 2 / squares(positive);
  const muEffMinus = sum(negative) ** 2 / Math.max(squares(negative), 1e-300);

  const cSigma = (muEff + 2) / (n + muEff + 5);
  const dSigma = 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma;
  const cC = (4 + muEff / n) / (n + 4 + (2 * muEff) / n);
  const c1 = 2 / ((n + 1.3) ** 2 + muEff);
  const cMu = Math.min(1 - c1, (2 * (0.25 + muEff + 1 / muEff - 2)) / ((n + 2) ** 2 + muEff));

  const limit = Math.min(
    1 + c1 / cMu,
    1 + (2 * muEffMinus) / (muEff + 2),
    (1 - c1 - cMu) / (n * cMu),
  );
  const below = -sum(negative.filter((value) => value < 0));
  const weights = raw.map((value, i) => {
    if (i < mu) return value / sum(positive);
    return value >= 0 || below === 0 ? 0 : (limit * value) / below;
  });
  return { weights, mu, muEff, cSigma, dSigma, cC, c1, cMu };
}

/** Adds `by` times y y^T to the lower half. */
function addOuter(matrix: Float64Array, y: Float64Array, by: number): void {
  const n = y.length;
  for (let i = 0; i < n; i++) {
    const own = by * (y[i] as number);
    for (let j = 0; j <= i; j++) {
      const at = i * n + j;
      matrix[at] = (matrix[at] as number) + own * (y[j] as number);
    }
  }
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function scale(vector: Float64Array, by: number): Float64Array {
  return by === 1 ? vector : vector.map((value) => value * by);
}

function addScaled(target: Float64Array, vector: Float64Array, by: number): void {
  for (let i = 0; i < target.length; i++) {
    target[i] = (target[i] as number) + by * (vector[i] as number);
  }
}
