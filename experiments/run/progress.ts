/** A batch's progress for people: on a terminal one updated line, else one line per ended cell. */
import type { BatchProgress } from "./runner.ts";

export interface ProgressView {
  show(progress: BatchProgress): void;
  done(): void;
}

const EVERY_MS = 200;

export function progressView(out: NodeJS.WriteStream): ProgressView {
  const terminal = out.isTTY === true;
  let last = Number.NEGATIVE_INFINITY;
  let width = 0;
  return {
    show(progress) {
      const { ended } = progress;
      if (ended !== undefined) {
        if (terminal) out.write(`\r${" ".repeat(width)}\r`);
        out.write(`${endedLine(progress)}\n`);
        width = 0;
      }
      if (!terminal) return;
      const now = performance.now();
      if (ended === undefined && now - last < EVERY_MS) return;
      last = now;
      const shown = statusLine(progress).slice(0, (out.columns ?? 80) - 1);
      out.write(`\r${shown.padEnd(width)}`);
      width = shown.length;
    },
    done() {
      if (terminal && width > 0) out.write("\n");
    },
  };
}

function endedLine({ ended, done, failed, skipped, total, leftSeconds }: BatchProgress): string {
  if (ended === undefined) return "";
  const place = `[${done + failed + skipped}/${total}${leftSeconds === undefined ? "" : `, ${duration(leftSeconds)} left`}]`;
  if (ended.status === "failed") {
    return `${place} ${ended.cell.id} failed: ${ended.code}: ${ended.message.slice(0, 200)}`;
  }
  const { fitness, sealed, evaluations, seconds } = ended.outcome;
  const figures = [
    fitness === undefined ? "no program" : `train ${round(fitness)}`,
    ...(sealed === undefined ? [] : [`sealed ${round(sealed)}`]),
    `${evaluations} evaluations`,
    `${seconds.toFixed(1)} s`,
  ];
  return `${place} ${ended.cell.id}: ${figures.join(", ")}`;
}

function statusLine(progress: BatchProgress): string {
  const { total, done, failed, running, spentUsd, elapsedSeconds, leftSeconds } = progress;
  const cells = running.map(
    ({ id, share, best }) =>
      `${id.split("~").slice(0, 3).join(" ")} ${Math.floor(100 * share)}%${best === undefined ? "" : ` best ${round(best)}`}`,
  );
  return [
    `${done}/${total} cells${failed === 0 ? "" : `, ${failed} failed`}`,
    `${duration(elapsedSeconds)}${leftSeconds === undefined ? "" : `, ${duration(leftSeconds)} left`}`,
    ...(spentUsd > 0 ? [`$${spentUsd.toFixed(2)}`] : []),
    ...cells,
  ].join(" | ");
}

/** The progress as a JSON document. */
export function progressDocument(progress: BatchProgress): object {
  const { ended, ...rest } = progress;
  if (ended === undefined) return { type: "progress", ...rest };
  const { id } = ended.cell;
  const result =
    ended.status === "failed"
      ? { code: ended.code, message: ended.message }
      : {
          fitness: ended.outcome.fitness,
          sealed: ended.outcome.sealed,
          evaluations: ended.outcome.evaluations,
          seconds: ended.outcome.seconds,
          costUsd: ended.outcome.cost.usd,
        };
  return { type: "cell-end", id, status: ended.status, ...result, ...rest };
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  if (seconds < 5_400) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
