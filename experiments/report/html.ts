/**
 * The report as one page without scripts and external resources. Every text from a candidate, a task or
 * a manifest is escaped; only text of the code itself is markup.
 */
import { diffLines, html, type Markup, type Task } from "../../src/index.ts";
import type { DoneRecord } from "../run/record.ts";
import { type Against, scoreChart, solvedChart } from "./charts.ts";
import type { ReportData } from "./data.ts";
import type { Family } from "./family.ts";
import { findings, METHODS } from "./findings.ts";
import type { PlotSize } from "./plot.ts";
import type { ArmResult, Section } from "./section.ts";
import { STYLE } from "./style.ts";
import {
  armTable,
  comparisonTable,
  familyTable,
  figure,
  kindTable,
  measureTable,
  solvedTable,
  type Table,
} from "./tables.ts";

export interface PageLinks {
  readonly tasks: ReadonlyMap<string, Task>;
  /** Run id -> page of the run, relative to this page. */
  readonly traces: ReadonlyMap<string, string>;
  /** The folder of the traces, for the command line. */
  readonly home: string;
}

export function htmlReport(data: ReportData, links: PageLinks): string {
  const { manifest, createdAt, cells, missing } = data;
  const withoutResult = missing.map(({ id, why }) => `${id}: ${why}`);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${manifest.name}</title><style>${{ markup: STYLE }}</style></head><body><main>
<h1>${manifest.name}</h1>
${manifest.description === undefined ? undefined : html`<p>${manifest.description}</p>`}
<p>${cells} cells, ${cells - missing.length} done; started ${createdAt.slice(0, 16).replace("T", " ")} UTC.</p>
<section><h2>What the data show</h2>${list(findings(data))}</section>
${data.sections.map((section) => sectionOf(section, links))}
${data.families.map(familyOf)}
${withoutResult.length === 0 ? undefined : html`<section><h2>Cells without a result</h2>${list(withoutResult)}</section>`}
<section><h2>How to read this</h2>${list(METHODS)}
<p>Any run: <code>toolwright traces show RUN --home ${links.home}</code></p></section>
</main></body></html>
`.markup;
}

function sectionOf(section: Section, links: PageLinks): Markup {
  const { task: name, budget, floor, start, decidedBy } = section;
  const task = links.tasks.get(name);
  const measures = measureTable(section, task?.labels ?? {});
  const paid = section.arms.some(({ usd }) => usd > 0);
  const published = (task?.published ?? []).map(
    ({ what, value, unit, source }) => `${what}: ${value} ${unit} (${source})`,
  );
  return html`<section><h2>${name}, ${budget}</h2>
<p>Decided by the ${decidedBy} score. Floor (null candidate): ${figure(floor)}${start === undefined ? undefined : `; best seed program: ${figure(start)}`}.</p>
${tableOf(armTable(section))}
${chart((size) => scoreChart(section.arms, "evaluations", size))}
${chart((size) => scoreChart(section.arms, cost(paid), size))}
${measures.rows.length === 0 ? undefined : html`<h3>Means over seeds, in the task's own units</h3>${tableOf(measures)}`}
${published.length === 0 ? undefined : html`<details><summary>Published figures</summary>${list(published)}</details>`}
${section.comparisons.length === 0 ? undefined : html`<h3>Comparison with the baselines</h3>${tableOf(comparisonTable(section))}`}
<h3>Best programs</h3>
${section.arms.map((arm) => program(arm, links))}</section>`;
}

function cost(paid: boolean): Against {
  return paid ? "costUsd" : "seconds";
}

function familyOf(family: Family): Markup {
  const { name, tasks, budget } = family;
  return html`<section><h2>${name}, ${tasks.length} tasks, ${budget}</h2>
${tableOf(familyTable(family))}
${chart((size) => solvedChart(family, size))}
<h3>By kind</h3>${tableOf(kindTable(family))}
${family.comparisons.length === 0 ? undefined : html`<h3>Comparison with the baselines, paired by task</h3>${tableOf(comparisonTable(family))}`}
<details><summary>Seeds that solve each task, sealed cases included</summary>${tableOf(solvedTable(family))}</details></section>`;
}

/** A plot in two sizes, so that text keeps its size on a narrow screen. */
function chart(drawn: (size: PlotSize) => Markup | undefined): Markup | undefined {
  const wide = drawn("wide");
  if (wide === undefined) return undefined;
  return html`<figure><div class="wide">${wide}</div><div class="narrow">${drawn("narrow")}</div></figure>`;
}

function program({ name, best }: ArmResult, { traces }: PageLinks): Markup {
  const found = best?.outcome.best;
  if (best === undefined || found === undefined) {
    return html`<details><summary>${name}: no program</summary></details>`;
  }
  const { runId, sealed, fitness } = best.outcome;
  const page = traces.get(runId);
  const link = page === undefined ? undefined : html` · <a href="${page}">its trace</a>`;
  return html`<details><summary>${name}: ${figure(sealed ?? fitness)} (seed ${best.cell.seed})</summary>
<p>Run ${runId}${link}</p>
<h4>Changes from the best seed program</h4>${changes(found.seed, found.source)}
<h4>As published</h4><pre>${found.published}</pre>
${lineage(best)}</details>`;
}

/** A line break at the end is ignored. */
function changes(from: string, to: string): Markup {
  const lines = diffLines(from.replace(/\n$/, ""), to.replace(/\n$/, ""));
  return html`<pre>${lines.map(
    ({ kind, sign, text }) => html`<span class="${kind}">${sign} ${text}\n</span>`,
  )}</pre>`;
}

const ANCESTORS_SHOWN = 15;

function lineage({ outcome }: DoneRecord): Markup | undefined {
  const { lineage: steps } = outcome;
  if (steps.length < 2) return undefined;
  const shown = steps.slice(0, ANCESTORS_SHOWN);
  const more = steps.length - shown.length;
  return html`<h4>Lineage, the winner first</h4>${tableOf({
    head: ["evaluation", "made by", "training score", "digest"],
    rows: shown.map(({ evaluations, operator, generator, fitness, digest }) => [
      String(evaluations),
      generator === undefined ? operator : `${generator}: ${operator}`,
      figure(fitness),
      digest.slice(0, 12),
    ]),
  })}${more > 0 ? html`<p>${more} earlier ones are not shown.</p>` : undefined}`;
}

function tableOf({ head, rows }: Table): Markup | undefined {
  if (rows.length === 0) return undefined;
  const titles = head.map((cell) => html`<th>${cell}</th>`);
  const lines = rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  return html`<div class="scroll"><table><thead><tr>${titles}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

function list(items: readonly string[]): Markup {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}
