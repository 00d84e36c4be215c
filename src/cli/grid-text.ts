/** The grid of an experiment as text, with its maximum cost. */
import type { Cell, GridEstimate } from "../../experiments/index.ts";
import { table } from "./output.ts";

export function gridText(cells: readonly Cell[], estimate: GridEstimate, workers: number): string {
  const groups = Map.groupBy(cells, ({ task, strategy, generator, model, budget }) =>
    JSON.stringify([task, strategy, generator, model ?? "", budget]),
  );
  const rows = [...groups.values()].map((own) => {
    const { task, strategy, generator, model, budget, baseline } = own[0] as Cell;
    return [
      task,
      `${strategy}${baseline ? " (baseline)" : ""}`,
      generator,
      model ?? "",
      Object.entries(budget)
        .map(([unit, amount]) => `${amount} ${unit}`)
        .join(", "),
      own.map(({ seed }) => seed).join(" "),
    ];
  });
  const { mostUsd, seconds, evaluations, notes } = estimate;
  const minutes = seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  return [
    table(["task", "strategy", "generator", "model", "budget", "seeds"], rows),
    `${cells.length} cells, at most ${evaluations} evaluations; about ${minutes} with ${workers} workers; cost: ${mostUsd === undefined ? "unknown" : mostUsd === 0 ? "none" : `at most $${mostUsd.toFixed(2)}`}.`,
    ...notes,
  ].join("\n");
}
