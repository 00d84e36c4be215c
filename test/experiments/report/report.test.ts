import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Manifest } from "../../../experiments/manifest/schema.ts";
import { scoreChart } from "../../../experiments/report/charts.ts";
import { reportData } from "../../../experiments/report/data.ts";
import { findings } from "../../../experiments/report/findings.ts";
import type { Section } from "../../../experiments/report/section.ts";
import { armTable, csv } from "../../../experiments/report/tables.ts";
import { writeReport } from "../../../experiments/report/write.ts";
import type { CellRecord } from "../../../experiments/run/record.ts";
import { failureOf } from "../../../experiments/run/worker.ts";
import { InputError } from "../../../src/index.ts";
import { cell, done } from "../records.ts";

const HOSTILE = "</pre><script>alert(1)</script>";

function batchOf(records: readonly CellRecord[], missing = 0) {
  const extra = Array.from({ length: missing }, (_, index) => cell("funsearch", 900 + index));
  return {
    format: 1 as const,
    createdAt: "2026-01-01T00:00:00.000Z",
    manifest: Manifest.parse({ name: "test", tasks: ["toy"] }),
    cells: [...records.map((record) => record.cell), ...extra],
  };
}

function versus(seeds: number, gain: (seed: number) => number): CellRecord[] {
  return Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) => [
    done(cell("funsearch", seed), 1 + gain(seed)),
    done(cell("random", seed), 1),
  ]);
}

const dataOf = (records: readonly CellRecord[]) => reportData(batchOf(records), records);

describe("a claim", () => {
  test("is made where eight of eight seeds agree", () => {
    const [section] = dataOf(versus(8, () => 0.5)).sections;
    expect(section?.comparisons).toEqual([
      expect.objectContaining({
        verdict: "better",
        p: 2 / 2 ** 8,
        corrected: 2 / 2 ** 8,
        pairs: 8,
      }),
    ]);
    expect(findings(dataOf(versus(8, () => 0.5))).join()).toMatch(
      /toy .*funsearch · mutation is better than random · mutation by 0\.500/,
    );
    expect(findings(dataOf(versus(8, () => -0.5))).join()).toMatch(/is worse than/);
  });

  test("is not made with five seeds, however clear, and says why", () => {
    const said = findings(dataOf(versus(5, () => 100))).join();
    expect(said).toContain("no difference from a baseline is shown");
    expect(said).toContain("0.0625");
    expect(said).not.toContain("better");
  });

  test("is not made where eight seeds disagree", () => {
    const said = findings(dataOf(versus(8, (seed) => (seed % 2 === 0 ? 1 : -1)))).join();
    expect(said).not.toMatch(/better|worse/);
  });

  test("is corrected over all that the report compares", () => {
    const arms = ["a", "b", "c", "d", "e", "f", "g"];
    const records = Array.from({ length: 8 }, (_, index) => index + 1).flatMap((seed) => [
      done(cell("random", seed), 1),
      ...arms.map((arm) => done(cell(arm, seed), 1.5)),
    ]);
    // 7 x 2 / 2^8 = 0.055: what would be a claim alone is none among seven.
    expect(findings(dataOf(records)).join()).not.toMatch(/is better/);
  });

  test("has no baseline to stand on where none ran", () => {
    const records = [1, 2, 3].map((seed) => done(cell("funsearch", seed), seed));
    expect(findings(dataOf(records)).join()).toContain("no baseline ran at this budget");
  });

  test("counts a winner that fails when sealed as the null candidate", () => {
    const records = [
      done(cell("funsearch", 1), 5),
      done(cell("funsearch", 2), 5, { sealed: undefined, sealedFailure: "threw: x", floor: -2 }),
      done(cell("random", 1), 1, { floor: -2 }),
      done(cell("random", 2), 1, { floor: -2 }),
    ];
    const [section] = dataOf(records.map((record) => ({ ...record }))).sections;
    const arm = section?.arms.find(({ name }) => name.startsWith("funsearch"));
    // The floor is the mean over the cells that have one: (0 - 2 - 2 - 2) / 4.
    expect(arm?.scores.get("2")).toBe(-1.5);
    expect(arm?.sealedFailures).toBe(1);
  });
});

describe("a suite", () => {
  const suite = (solves: (arm: string, index: number) => boolean): CellRecord[] =>
    Array.from({ length: 10 }, (_, index) => index).flatMap((index) =>
      ["funsearch", "random"].map((arm) =>
        done(cell(arm, 1, { task: `kind/task-${index}` }), solves(arm, index) ? 1 : 0.2, {
          solved: solves(arm, index),
        }),
      ),
    );

  test("is judged by the share that is solved, paired by task", () => {
    const { families, sections } = dataOf(suite((arm, index) => arm === "funsearch" && index < 8));
    expect(sections).toEqual([]);
    const [family] = families;
    expect(family?.arms.map(({ mean }) => mean)).toEqual([0.8, 0]);
    // Eight of ten pairs differ, all one way: of the 2^10 patterns 2 x 2^2 reach the sum.
    expect(family?.comparisons[0]).toMatchObject({ pairs: 10, p: 8 / 2 ** 10, verdict: "better" });
  });
});

describe("a cell without a result", () => {
  test("counts as not solved in a suite, and is told in a table", () => {
    const tasks = ["kind/a-1", "kind/a-2", "kind/a-3", "kind/a-4"];
    const records = tasks.map((task, index): CellRecord => {
      const of = cell("funsearch", 1, { task });
      if (index > 0) return done(of, 1, { solved: true });
      return failureOf(of, new InputError("CELL_TIMED_OUT", "too slow"));
    });
    const data = dataOf(records);
    expect(data.families[0]).toMatchObject({ tasks: expect.arrayContaining(tasks) });
    expect(data.families[0]?.arms[0]?.mean).toBe(0.75);
    const single = [done(cell("funsearch", 1), 1), failureOf(cell("funsearch", 2), new Error("x"))];
    const [section] = dataOf(single).sections;
    expect(armTable(section as Section).rows[0]?.[1]).toBe("1 (1 more failed)");
  });
});

describe("the files", () => {
  test("are one page without script, Markdown, CSV and JSON; texts of candidates stay texts", async () => {
    const out = mkdtempSync(join(tmpdir(), "toolwright-report-"));
    try {
      const records = versus(3, () => 1).map((record, index) =>
        index === 0 && record.status === "done"
          ? done(record.cell as ReturnType<typeof cell>, 9, {
              best: { source: HOSTILE, published: HOSTILE, seed: "" },
            })
          : record,
      );
      const batch = batchOf(records, 1);
      const { files } = await writeReport({
        batch,
        records,
        folder: out,
        out,
        loadTask: async () => {
          throw new InputError("UNKNOWN_TASK", "gone");
        },
        tracePage: async (runId) => `<p>${runId}</p>`,
      });
      expect(files.map((file) => file.split("/").at(-1))).toEqual([
        "report.html",
        "report.md",
        "cells.csv",
        "report.json",
      ]);
      const page = readFileSync(join(out, "report.html"), "utf8");
      expect(page).not.toMatch(/<script/i);
      expect(page).toContain("&lt;script&gt;alert(1)");
      expect(page).toContain("<svg");
      // Nothing is loaded: every address is a namespace or a page beside this one.
      expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url)).toEqual(
        readdirSync(join(out, "traces")).map((name) => `traces/${name}`),
      );
      expect(page).toContain("funsearch~mutation~e100~s900: not run");
      const rows = readFileSync(join(out, "cells.csv"), "utf8").trim().split("\r\n");
      expect(rows).toHaveLength(1 + records.length);
      const document = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
      expect(document.sections[0].arms[0].scores).toEqual({ 1: 9, 2: 2, 3: 2 });
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });

  test("CSV quotes what would break a row", () => {
    expect(csv({ head: ["a", "b"], rows: [['say "x"', "1,2\n3"]] })).toBe(
      'a,b\r\n"say ""x""","1,2\n3"\r\n',
    );
  });

  test("a plot against money is drawn only where money was counted", () => {
    const [section] = dataOf(versus(3, () => 1)).sections;
    expect(scoreChart(section?.arms ?? [], "evaluations", "wide")?.markup).toContain("<svg");
    const unpaid = section?.arms.map((arm) => ({
      ...arm,
      records: arm.records.map((record) => ({
        ...record,
        outcome: { ...record.outcome, curve: [{ evaluations: 1, fitness: 1, seconds: 1 }] },
      })),
    }));
    expect(scoreChart(unpaid ?? [], "costUsd", "wide")).toBeUndefined();
  });
});
