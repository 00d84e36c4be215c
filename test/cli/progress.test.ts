import { afterEach, expect, it, vi } from "vitest";
import { progressLine } from "../../src/cli/progress.ts";
import type { FitnessFigure } from "../../src/core/task.ts";
import type { EvolveProgress } from "../../src/evolve/loop/run.ts";

afterEach(() => vi.restoreAllMocks());

/** What is written of a best program with this fitness. */
function shown(fitness: number, figure: FitnessFigure | undefined): string {
  let text = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const progress = { evaluations: 10, seconds: 2, best: { fitness }, weights: {} };
  progressLine("toy", () => figure).update(progress as unknown as EvolveProgress);
  return text;
}

it("shows the best program's figure with its unit and direction, not the negated fitness", () => {
  const figure = { unit: "% over L1", lowerIsBetter: true };
  expect(shown(-2.97123, figure)).toBe(
    "toy: 2 s | 10 evaluations (5/s) | best 2.971 % over L1, lower is better\n",
  );
  expect(shown(112, { unit: "vectors" })).toContain("best 112 vectors, higher is better");
});

it("shows the fitness itself where a task says no more of it", () => {
  expect(shown(-0.5, undefined)).toContain("best -0.5, higher is better");
});

it("shows what would control the terminal in a task's name and unit", () => {
  const text = shown(1, { unit: "\u001b]0;owned\u0007\u202e" });
  expect(text).toContain("best 1 \\u001b]0;owned\\u0007\\u202e");
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
});
