import { expect, test } from "vitest";
import { Manifest } from "../../../experiments/manifest/schema.ts";
import { reportData } from "../../../experiments/report/data.ts";
import { qualityRows } from "../../../experiments/report/quality.ts";
import type { DoneRecord } from "../../../experiments/run/record.ts";
import { cell, done } from "../records.ts";

/** Rises to `end` in as many equal steps as there are places. */
function rising(seed: number, end: number, at: readonly number[]): DoneRecord {
  const curve = at.map((evaluations, step) => ({
    evaluations,
    fitness: (end * (step + 1)) / at.length,
    seconds: evaluations / 100,
  }));
  return done(cell("funsearch", seed), 5, { fitness: end, curve });
}

function rowsOf(records: readonly DoneRecord[]) {
  return qualityRows(
    reportData(
      {
        format: 1,
        createdAt: "2026-01-01T00:00:00.000Z",
        manifest: Manifest.parse({ name: "test", tasks: ["toy"] }),
        cells: records.map((record) => record.cell),
      },
      records,
    ),
  );
}

test("quality is the mean over seeds of the best score by then, at shares of the budget", () => {
  // Of 100 evaluations, thirds of 3 and of 6 after 0, 20 and 90.
  const rows = rowsOf([1, 2].map((seed) => rising(seed, 3 * seed, [0, 20, 90])));
  expect(rows.map(({ split, evaluations, mean }) => [split, evaluations, mean])).toEqual([
    ["training", 10, 1.5],
    ["training", 30, 3],
    ["training", 100, 4.5],
    ["sealed", 100, 5],
  ]);
  expect(rows[2]).toMatchObject({ seeds: 2, low: 3, high: 6 });
});
