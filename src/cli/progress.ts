/** Live progress on stderr: one updated line on a terminal, else a line every few seconds. */
import type { FitnessFigure } from "../core/task.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";
import { visible, writeErr } from "./output.ts";

export interface ProgressLine {
  update(progress: EvolveProgress): void;
  /** Ends the line, so that later output starts on its own line. */
  done(): void;
}

const EVERY_MS = { terminal: 200, log: 5_000 };

/** @param figure What the fitness means, as far as it is known when it is shown. */
export function progressLine(label: string, figure: () => FitnessFigure | undefined): ProgressLine {
  const terminal = process.stderr.isTTY === true;
  let last = Number.NEGATIVE_INFINITY;
  let width = 0;
  return {
    update(progress) {
      const now = performance.now();
      if (now - last < (terminal ? EVERY_MS.terminal : EVERY_MS.log)) return;
      last = now;
      const { evaluations, seconds, best, weights } = progress;
      const rate = seconds > 0 ? Math.round(evaluations / seconds) : 0;
      const arms = Object.entries(weights).map(
        ([name, share]) => `${name} ${Math.round(100 * share)}%`,
      );
      // The name and the unit are a task's own.
      const text = visible(
        [
          `${label}: ${seconds.toFixed(0)} s`,
          `${evaluations} evaluations (${rate}/s)`,
          best === undefined ? "nothing works yet" : `best ${fitnessText(best.fitness, figure())}`,
          ...(arms.length > 1 ? [arms.join(" ")] : []),
        ].join(" | "),
      );
      if (!terminal) {
        writeErr(`${text}\n`);
        return;
      }
      const columns = process.stderr.columns ?? 80;
      const shown = text.slice(0, columns - 1);
      process.stderr.write(`\r${shown.padEnd(width)}`);
      width = shown.length;
    },
    done() {
      if (terminal && width > 0) process.stderr.write("\n");
    },
  };
}

function fitnessText(
  fitness: number,
  { unit, lowerIsBetter }: Partial<FitnessFigure> = {},
): string {
  const value = Number((lowerIsBetter === true ? -fitness : fitness).toPrecision(4));
  const words = unit === undefined ? String(value) : `${value} ${unit}`;
  return `${words}, ${lowerIsBetter === true ? "lower" : "higher"} is better`;
}
