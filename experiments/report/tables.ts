/** The report's tables as rows of text, used for HTML, Markdown and CSV. */
import type { ReportData } from "./data.ts";
import type { Family } from "./family.ts";
import type { Section } from "./section.ts";
import { meanOf } from "./statistics.ts";

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function armTable({ arms, decidedBy }: Section): Table {
  const paid = arms.some(({ usd, unpriced }) => usd > 0 || unpriced > 0);
  const solvable = arms.some(({ solved }) => solved !== undefined);
  return {
    head: [
      "arm",
      "seeds",
      `${decidedBy} score, mean`,
      "95 % interval",
      "best seed",
      ...(decidedBy === "sealed" ? ["training, mean"] : []),
      ...(solvable ? ["target reached"] : []),
      "evaluations, mean",
      "evaluations/s",
      "failed candidates",
      ...(paid ? ["cost"] : []),
    ],
    rows: arms.map((arm) => [
      `${arm.name}${arm.arm.baseline ? " (baseline)" : ""}`,
      `${arm.records.length}${arm.failedCells > 0 ? ` (${arm.failedCells} more failed)` : ""}`,
      `${figure(arm.mean)}${arm.sealedFailures > 0 ? ` (${arm.sealedFailures} failed when sealed)` : ""}`,
      arm.interval === undefined
        ? "-"
        : `${figure(arm.interval.low)} to ${figure(arm.interval.high)}`,
      figure(decidedBy === "sealed" ? arm.best?.outcome.sealed : arm.best?.outcome.fitness),
      ...(decidedBy === "sealed" ? [figure(arm.training)] : []),
      ...(solvable ? [`${arm.solved ?? 0} of ${arm.records.length}`] : []),
      figure(arm.evaluations),
      arm.perSecond === undefined ? "-" : arm.perSecond.toFixed(0),
      failureText(arm.failures),
      ...(paid ? [moneyText(arm.usd, arm.unpriced)] : []),
    ]),
  };
}

/** A task's measures besides its score, in its own units. */
export function measureTable({ arms }: Section, labels: Readonly<Record<string, string>>): Table {
  const keys = [...new Set(arms.flatMap(({ measures }) => Object.keys(measures)))];
  return {
    head: ["arm", ...keys.map((key) => labels[key] ?? key)],
    rows:
      keys.length === 0
        ? []
        : arms.map(({ name, measures }) => [name, ...keys.map((key) => figure(measures[key]))]),
  };
}

export function comparisonTable({ comparisons }: Pick<Section, "comparisons">): Table {
  return {
    head: [
      "arm",
      "baseline",
      "pairs",
      "difference",
      "95 % interval",
      "p",
      "corrected p",
      "verdict",
    ],
    rows: comparisons.map((each) => [
      each.arm,
      each.baseline,
      String(each.pairs),
      figure(each.difference),
      each.interval === undefined
        ? "-"
        : `${figure(each.interval.low)} to ${figure(each.interval.high)}`,
      `${probability(each.p)}${each.exact ? "" : " (sampled)"}`,
      probability(each.corrected),
      each.verdict === "not shown"
        ? `not shown: ${each.reason}`
        : `${each.verdict}: ${each.reason}`,
    ]),
  };
}

export function familyTable({ arms, tasks }: Family): Table {
  return {
    head: [
      "arm",
      "tasks",
      "solved, mean share",
      "95 % interval",
      "solved by every seed",
      "by none",
    ],
    rows: arms.map(({ name, arm, mean, interval, solved }) => [
      `${name}${arm.baseline ? " (baseline)" : ""}`,
      String(tasks.length),
      percent(mean),
      interval === undefined ? "-" : `${percent(interval.low)} to ${percent(interval.high)}`,
      String([...solved.values()].filter((share) => share === 1).length),
      String([...solved.values()].filter((share) => share === 0).length),
    ]),
  };
}

/** One row per kind of task (the first word of its name), with the share that each arm solves. */
export function kindTable({ arms, tasks, name }: Family): Table {
  const kinds = Map.groupBy(tasks, (task) => task.slice(name.length + 1).split("-")[0] ?? "");
  return {
    head: ["kind", "tasks", ...arms.map((arm) => arm.name), "solved by no arm"],
    rows: [...kinds].map(([kind, own]) => [
      kind,
      String(own.length),
      ...arms.map(({ solved }) => percent(meanOf(own.map((task) => solved.get(task) ?? 0)))),
      own
        .filter((task) => arms.every(({ solved }) => (solved.get(task) ?? 0) === 0))
        .map((task) => task.slice(name.length + kind.length + 2))
        .join(", "),
    ]),
  };
}

/** One row per task, one column per arm: the number of seeds that solve it. */
export function solvedTable({ arms, tasks, name }: Family): Table {
  return {
    head: ["task", ...arms.map((arm) => arm.name)],
    rows: tasks.map((task) => [
      task.slice(name.length + 1),
      ...arms.map(({ records }) => {
        const own = records.filter(({ cell }) => cell.task === task);
        const solved = own.filter(({ outcome }) => outcome.solved === true).length;
        const trained = own.filter(
          ({ outcome }) => outcome.solved !== true && (outcome.fitness ?? 0) >= 1,
        ).length;
        if (own.length === 0) return "-";
        return `${solved} of ${own.length}${trained > 0 ? ` (${trained} only on training)` : ""}`;
      }),
    ]),
  };
}

/** One row per cell with all data, for spreadsheets. */
export function cellTable({ records }: ReportData): Table {
  return {
    head: [
      "id,status,task,strategy,generator,model,baseline,seed,budgetEvaluations,budgetSeconds",
      "training,validation,sealed,floor,start,solved,evaluations,proposals,repeats,stopped",
      "seconds,costUsd,unpricedCalls,inputTokens,outputTokens,failures,runId,error",
    ].flatMap((part) => part.split(",")),
    rows: records.map((record) => {
      const { cell } = record;
      const { budget } = cell;
      const known = [
        cell.id,
        record.status,
        cell.task,
        cell.strategy,
        cell.generator,
        cell.model,
        cell.baseline,
        cell.seed,
        budget.evaluations,
        budget.seconds,
      ];
      const rest =
        record.status === "failed"
          ? [...new Array<undefined>(17).fill(undefined), `${record.code}: ${record.message}`]
          : [
              record.outcome.fitness,
              record.outcome.validation,
              record.outcome.sealed,
              record.outcome.floor,
              record.outcome.start,
              record.outcome.solved,
              record.outcome.evaluations,
              record.outcome.proposals,
              record.outcome.repeats,
              record.outcome.stopped,
              record.outcome.seconds.toFixed(3),
              record.outcome.cost.usd,
              record.outcome.cost.unpriced,
              record.outcome.cost.inputTokens,
              record.outcome.cost.outputTokens,
              failureText(record.outcome.failures),
              record.outcome.runId,
              record.outcome.sealedFailure,
            ];
      return [...known, ...rest].map((value) => (value === undefined ? "" : String(value)));
    }),
  };
}

export function markdownTable({ head, rows }: Table): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** RFC 4180. */
export function csv({ head, rows }: Table): string {
  const field = (text: string): string =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return `${[head, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

export function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "-";
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}

function percent(value: number | undefined): string {
  return value === undefined ? "-" : `${(100 * value).toFixed(1)} %`;
}

function probability(p: number | undefined): string {
  if (p === undefined) return "-";
  return p < 0.001 ? p.toExponential(1) : String(Number(p.toPrecision(3)));
}

function failureText(failures: Readonly<Record<string, number>>): string {
  const known = Object.entries(failures).sort((a, b) => b[1] - a[1]);
  return known.length === 0 ? "none" : known.map(([kind, count]) => `${count} ${kind}`).join(", ");
}

function moneyText(usd: number, unpriced: number): string {
  return unpriced > 0
    ? `$${usd.toFixed(4)} + ${unpriced} calls of unknown price`
    : `$${usd.toFixed(4)}`;
}
