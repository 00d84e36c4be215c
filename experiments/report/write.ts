/** Writes a batch's report: one page, Markdown, CSV and JSON, and the pages of its best runs. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, type Task } from "../../src/index.ts";
import { taskLabel } from "../manifest/grid.ts";
import type { Batch } from "../run/journal.ts";
import type { CellRecord } from "../run/record.ts";
import { type ReportData, reportData } from "./data.ts";
import { findings } from "./findings.ts";
import { htmlReport } from "./html.ts";
import { markdownReport } from "./markdown.ts";
import { cellTable, csv } from "./tables.ts";

export interface ReportOptions {
  readonly batch: Batch;
  readonly records: readonly CellRecord[];
  readonly folder: string;
  readonly out: string;
  readonly loadTask: (name: string) => Promise<Task>;
  /** One run as a separate page. @throws InputError if the run does not exist. */
  readonly tracePage: (runId: string) => Promise<string>;
}

export interface WrittenReport {
  readonly folder: string;
  readonly files: readonly string[];
  readonly findings: readonly string[];
  /** For people. */
  readonly text: string;
}

export async function writeReport(options: ReportOptions): Promise<WrittenReport> {
  const { batch, records, folder, out } = options;
  const data = reportData(batch, records);
  await mkdir(join(out, "traces"), { recursive: true });
  const tasks = await tasksOf(data, batch, options);
  const traces = await tracePages(data, options);
  const home = join(folder, "home");
  const files: Readonly<Record<string, string>> = {
    "report.html": htmlReport(data, { tasks, traces, home }),
    "report.md": markdownReport(data, tasks),
    "cells.csv": csv(cellTable(data)),
    "report.json": `${JSON.stringify(documentOf(data), null, 2)}\n`,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(out, name), content);
  const sentences = findings(data);
  return {
    folder: out,
    files: Object.keys(files).map((name) => join(out, name)),
    findings: sentences,
    text: [
      ...sentences,
      "",
      `Wrote ${join(out, "report.html")} (and report.md, cells.csv, report.json)`,
    ].join("\n"),
  };
}

/** A task whose file does not exist any more is shown without its labels. */
async function tasksOf(
  { sections }: ReportData,
  { cells }: Batch,
  { loadTask }: ReportOptions,
): Promise<ReadonlyMap<string, Task>> {
  const tasks = new Map<string, Task>();
  const shown = new Set(sections.map(({ task }) => task));
  for (const { task, kind } of cells) {
    const label = taskLabel(task);
    if (kind !== "task" || tasks.has(label) || !shown.has(label)) continue;
    try {
      tasks.set(label, await loadTask(task));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return tasks;
}

/** Pages for the best run of each arm; a run without a trace has none. */
async function tracePages(
  { sections }: ReportData,
  { out, tracePage }: ReportOptions,
): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const { arms } of sections) {
    for (const { best } of arms) {
      const runId = best?.outcome.runId ?? "";
      if (runId === "" || pages.has(runId)) continue;
      const page = join("traces", `${runId}.html`);
      try {
        await writeFile(join(out, page), await tracePage(runId));
        pages.set(runId, page);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
  }
  return pages;
}

/** The data behind the tables. */
function documentOf(data: ReportData): object {
  const { manifest, createdAt, sections, families, missing, records } = data;
  return {
    manifest,
    createdAt,
    findings: findings(data),
    sections: sections.map(({ arms, ...section }) => ({
      ...section,
      arms: arms.map(({ records: _, best, scores, ...arm }) => ({
        ...arm,
        scores: Object.fromEntries(scores),
        best: best?.cell.id,
      })),
    })),
    families: families.map(({ arms, ...family }) => ({
      ...family,
      arms: arms.map(({ records: _, solved, ...arm }) => ({
        ...arm,
        solved: Object.fromEntries(solved),
      })),
    })),
    missing,
    records,
  };
}
