/**
 * The report as one page: no script, nothing loaded from anywhere. Every text that comes from a
 * candidate, a task or a manifest is escaped; only what this file and the plots write is markup.
 */
import { diffLines } from "diff";
import type { Task } from "../../src/index.ts";
import type { DoneRecord } from "../run/record.ts";
import { type Against, scoreChart, solvedChart } from "./charts.ts";
import type { ReportData } from "./data.ts";
import type { Family } from "./family.ts";
import { findings, METHODS } from "./findings.ts";
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
  /** Pages of runs, relative to this one, by run id. */
  readonly traces: ReadonlyMap<string, string>;
  /** Where the traces are, for the command line. */
  readonly home: string;
}

export function htmlReport(data: ReportData, links: PageLinks): string {
  const { manifest, createdAt, cells, missing } = data;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(manifest.name)}</title><style>${STYLE}</style></head><body><main>
<h1>${text(manifest.name)}</h1>
${manifest.description === undefined ? "" : `<p>${text(manifest.description)}</p>`}
<p>${cells} cells, ${cells - missing.length} done; begun ${text(createdAt.slice(0, 16).replace("T", " "))} UTC.</p>
<section><h2>What the data carry</h2>${list(findings(data))}</section>
${data.sections.map((section) => sectionOf(section, links)).join("\n")}
${data.families.map((family) => familyOf(family)).join("\n")}
${missing.length === 0 ? "" : `<section><h2>Cells without a result</h2>${list(missing.map(({ id, why }) => `${id}: ${why}`))}</section>`}
<section><h2>How to read this</h2>${list(METHODS)}
<p>Any run: <code>toolwright traces show RUN --home ${text(links.home)}</code></p></section>
</main></body></html>
`;
}

function sectionOf(section: Section, links: PageLinks): string {
  const { task: name, budget, floor, start, decidedBy } = section;
  const task = links.tasks.get(name);
  const measures = measureTable(section, task?.labels ?? {});
  const paid = section.arms.some(({ usd }) => usd > 0);
  const published = (task?.published ?? []).map(
    ({ what, value, unit, source }) => `${what}: ${value} ${unit} (${source})`,
  );
  return `<section><h2>${text(name)}, ${text(budget)}</h2>
<p>Decided by the ${decidedBy} score. Floor (null candidate): ${figure(floor)}${start === undefined ? "" : `; best of the starting programs: ${figure(start)}`}.</p>
${tableOf(armTable(section))}
${chart((size) => scoreChart(section.arms, "evaluations", size))}
${chart((size) => scoreChart(section.arms, cost(paid), size))}
${measures.rows.length === 0 ? "" : `<h3>Means over seeds, in the task's own units</h3>${tableOf(measures)}`}
${published.length === 0 ? "" : `<details><summary>Published figures</summary>${list(published)}</details>`}
${section.comparisons.length === 0 ? "" : `<h3>Against the baselines</h3>${tableOf(comparisonTable(section))}`}
<h3>Best programs</h3>
${section.arms.map((arm) => program(arm, links)).join("\n")}</section>`;
}

function cost(paid: boolean): Against {
  return paid ? "costUsd" : "seconds";
}

function familyOf(family: Family): string {
  const { name, tasks, budget } = family;
  return `<section><h2>${text(name)}, ${tasks.length} tasks, ${text(budget)}</h2>
${tableOf(familyTable(family))}
${chart((size) => solvedChart(family, size))}
<h3>By kind</h3>${tableOf(kindTable(family))}
${family.comparisons.length === 0 ? "" : `<h3>Against the baselines, paired by task</h3>${tableOf(comparisonTable(family))}`}
<details><summary>Seeds that solve each task, sealed cases included</summary>${tableOf(solvedTable(family))}</details></section>`;
}

/** Two drawings of one plot: letters keep their size on a narrow screen. */
function chart(drawn: (size: "wide" | "narrow") => string | undefined): string {
  const wide = drawn("wide");
  if (wide === undefined) return "";
  return `<figure><div class="wide">${wide}</div><div class="narrow">${drawn("narrow") ?? ""}</div></figure>`;
}

function program({ name, best }: ArmResult, { traces }: PageLinks): string {
  const found = best?.outcome.best;
  if (best === undefined || found === undefined) {
    return `<details><summary>${text(name)}: no program</summary></details>`;
  }
  const { runId, sealed, fitness } = best.outcome;
  const page = traces.get(runId);
  const link = page === undefined ? "" : ` · <a href="${text(page)}">its trace</a>`;
  return `<details><summary>${text(name)}: ${figure(sealed ?? fitness)} (seed ${best.cell.seed})</summary>
<p>Run ${text(runId)}${link}</p>
<h4>Change against the best starting program</h4>${changes(found.seed, found.source)}
<h4>As published</h4><pre>${text(found.published)}</pre>
${lineage(best)}</details>`;
}

function changes(from: string, to: string): string {
  const parts = diffLines(ended(from), ended(to)).map(({ value, added, removed }) => {
    const kind = added ? "added" : removed ? "removed" : "same";
    const sign = added ? "+ " : removed ? "- " : "  ";
    const lines = value.replace(/\n$/, "").split("\n");
    return `<span class="${kind}">${lines.map((line) => text(sign + line)).join("\n")}\n</span>`;
  });
  return `<pre>${parts.join("")}</pre>`;
}

const ANCESTORS_SHOWN = 15;

function lineage({ outcome }: DoneRecord): string {
  const { lineage: steps } = outcome;
  if (steps.length < 2) return "";
  const shown = steps.slice(0, ANCESTORS_SHOWN);
  const more = steps.length - shown.length;
  return `<h4>Lineage, the winner first</h4>${tableOf({
    head: ["evaluation", "made by", "training score", "digest"],
    rows: shown.map(({ evaluations, operator, generator, fitness, digest }) => [
      String(evaluations),
      generator === undefined ? operator : `${generator}: ${operator}`,
      figure(fitness),
      digest.slice(0, 12),
    ]),
  })}${more > 0 ? `<p>${more} earlier ones are not shown.</p>` : ""}`;
}

function tableOf({ head, rows }: Table): string {
  if (rows.length === 0) return "";
  const cells = (kind: "th" | "td", row: readonly string[]): string =>
    row.map((cell) => `<${kind}>${text(cell)}</${kind}>`).join("");
  return `<div class="scroll"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells("td", row)}</tr>`)
    .join("")}</tbody></table></div>`;
}

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${text(item)}</li>`).join("")}</ul>`;
}

function ended(source: string): string {
  return source.endsWith("\n") ? source : `${source}\n`;
}

function text(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
