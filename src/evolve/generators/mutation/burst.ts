/**
 * A short (1+1) evolution strategy on the constants of one program. All constants change together; a
 * success increases the step size, a failure reduces it (the one-fifth rule: Rechenberg,
 * Evolutionsstrategie, 1973; in this form Kern et al., Natural Computing 3, 2004).
 */
import type { Random } from "../../../core/random.ts";
import { type Analysis, analyse } from "../../syntax/analyse.ts";
import type { Program } from "../../syntax/tree.ts";
import { perturbConstants } from "./jitter.ts";

export interface Burst {
  readonly id: number;
  analysis: Analysis;
  /** Digest of the start program, the parent of all children. */
  readonly digest: string;
  fitness: number;
  sigma: number;
  left: number;
}

const LENGTH = 24;
const STEP_FACTOR = 1.5;

export function startBurst(id: number, analysis: Analysis, digest: string, fitness: number): Burst {
  return { id, analysis, digest, fitness, sigma: 0.2, left: LENGTH };
}

export function stepBurst(burst: Burst, random: Random): Program {
  burst.left--;
  return perturbConstants(burst.analysis, burst.sigma, random);
}

/** @param fitness Undefined if the child has none, which counts as worse. */
export function updateBurst(
  burst: Burst,
  program: Program | undefined,
  fitness: number | undefined,
): void {
  const child = program && analyse(program, burst.analysis.kernel);
  if (child !== undefined && fitness !== undefined && fitness > burst.fitness) {
    burst.analysis = child;
    burst.fitness = fitness;
    burst.sigma = Math.min(1, burst.sigma * STEP_FACTOR);
  } else {
    burst.sigma = Math.max(1e-3, burst.sigma * STEP_FACTOR ** -0.25);
  }
}
