/** The report as Markdown: the same tables and sentences, without plots. */
import type { Task } from "../../src/index.ts";
import type { ReportData } from "./data.ts";
import { findings, METHODS } from "./findings.ts";
import {
  armTable,
  comparisonTable,
  familyTable,
  figure,
  kindTable,
  markdownTable,
  measureTable,
  solvedTable,
} from "./tables.ts";

/** @param tasks The tasks of the sections by name, if they can still be loaded. */
export function markdownReport(data: ReportData, tasks: ReadonlyMap<string, Task>): string {
  const { manifest, createdAt, cells, missing, sections, families } = data;
  const parts: string[] = [
    `# ${manifest.name}`,
    manifest.description ?? "",
    `${cells} cells, ${cells - missing.length} done; started ${createdAt.slice(0, 10)}.`,
    "## What the data show",
    findings(data)
      .map((sentence) => `- ${sentence}`)
      .join("\n"),
  ];
  for (const section of sections) {
    const task = tasks.get(section.task);
    const { decidedBy, floor, start } = section;
    parts.push(
      `## ${section.task}, ${section.budget}`,
      `Decided by the ${decidedBy} score. Floor (null candidate): ${figure(floor)}${start === undefined ? "" : `; best seed program: ${figure(start)}`}.`,
      markdownTable(armTable(section)),
      markdownTable(measureTable(section, task?.labels ?? {})),
      markdownTable(comparisonTable(section)),
      (task?.published ?? [])
        .map(({ what, value, unit, source }) => `- ${what}: ${value} ${unit} (${source})`)
        .join("\n"),
    );
    const best = bestOf(section);
    if (best !== undefined) parts.push("Best program:", `\`\`\`js\n${best.trimEnd()}\n\`\`\``);
  }
  for (const family of families) {
    parts.push(
      `## ${family.name}, ${family.budget}`,
      markdownTable(familyTable(family)),
      markdownTable(kindTable(family)),
      markdownTable(comparisonTable(family)),
      "Seeds that solve each task, sealed cases included:",
      markdownTable(solvedTable(family)),
    );
  }
  if (missing.length > 0) {
    parts.push(
      "## Cells without a result",
      missing.map(({ id, why }) => `- ${id}: ${why}`).join("\n"),
    );
  }
  parts.push("## How to read this", METHODS.map((sentence) => `- ${sentence}`).join("\n"));
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function bestOf({ arms, decidedBy }: ReportData["sections"][number]): string | undefined {
  const score = ({ best }: (typeof arms)[number]): number =>
    (decidedBy === "sealed" ? best?.outcome.sealed : best?.outcome.fitness) ?? -Infinity;
  return arms.toSorted((a, b) => score(b) - score(a))[0]?.best?.outcome.best?.source;
}
