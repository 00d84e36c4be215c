/**
 * The engine as a library: evolve a function, watch it, take the best.
 *
 *   npm run -s build
 *   npx node examples/03-library/evolve.ts
 *
 * Prints lines of progress on stderr, then a program for `bounded_double` that fits all cases, and
 * its score on the cases that were kept back: 1. The build is for a clone; with the package installed
 * it is not needed.
 */
import { evolve } from "toolwright";

const run = evolve(
  {
    name: "bounded_double",
    description: "Twice a number, never below 0 and never above 6.",
    signature: "function bounded_double(x: number): number",
    cases: [-3, -1, 0, 1, 2, 2.5, 3, 4, 7, 9, 20].map((x) => ({
      args: [x],
      expected: Math.min(Math.max(2 * x, 0), 6),
    })),
    seeds: ["function bounded_double(x) { return Math.min(x, 6); }"],
  },
  { seed: 1, budget: { evaluations: 5_000 }, signal: AbortSignal.timeout(60_000) },
);
for await (const { evaluations, best } of run) console.error(evaluations, best?.fitness);

const { best } = await run.result;
console.log(best?.source);
console.log(`held-out score ${best?.heldOut}`);
