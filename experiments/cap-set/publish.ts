/** A found kernel in the form of FunSearch's `priority(el, n)`, for users. */
import type { Program } from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";
import { featuresSource } from "./features.ts";

/** @param taken The things that the greedy algorithm takes by priority, in words. */
export function publish(source: string, n: number, taken = "vectors"): Program {
  const kernel = kernelSource(source, ["priority", "featuresOf"]);
  return {
    language: kernel.language,
    entry: "priority",
    source: `${kernel.source}

${featuresSource(n)}
/**
 * @param {ArrayLike<number>} el A vector of F_3^${n}: ${n} digits 0, 1, 2.
 * @returns {number} Its priority: a greedy takes ${taken} from the highest on.
 */
function priority(el, n) {
  const value = score(...featuresOf(el));
  return Number.isNaN(value) ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
}
`,
  };
}

/** The schema of a vector of F_3^n. */
export function vectorSchema(n: number) {
  return {
    type: "array",
    items: { type: "integer", minimum: 0, maximum: 2 },
    minItems: n,
    maxItems: n,
  };
}
