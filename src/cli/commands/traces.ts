/** `toolwright traces`: what happened, and training data made of it. */

import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { InputError } from "../../core/errors.ts";
import { RunStatus, type TraceEvent } from "../../core/event.ts";
import { exportTraces, FORMATS, runPage, verifyRun } from "../../trace/index.ts";
import { EXIT, table } from "../output.ts";
import { type CommonFlags, collect, integer, withCommonFlags, withSession } from "../session.ts";
import { addTracesPrune } from "./traces-prune.ts";
import { addTraceReading } from "./traces-read.ts";

export function addTraces(program: Command): void {
  const traces = program.command("traces").description("read and export what happened");

  withCommonFlags(
    traces
      .command("ls")
      .description("list runs, newest first")
      .option("--limit <count>", "how many at the most", integer, 50),
  ).action(async (flags: CommonFlags & { limit: number }) => {
    await withSession(flags, async ({ engine, output }) => {
      const runs = (await engine.events.runs()).slice(0, flags.limit);
      output.result(
        runs,
        runs.length === 0
          ? "No runs yet. npm start makes the first."
          : table(
              ["run", "kind", "status", "events", "started", "title"],
              runs.map(({ id, kind, status, events, startedAt, title }) => [
                id,
                kind,
                status,
                String(events),
                startedAt.slice(0, 19),
                title.length > 50 ? `${title.slice(0, 49)}…` : title,
              ]),
            ),
      );
    });
  });

  withCommonFlags(
    traces
      .command("show")
      .description("show a run's events")
      .argument("<run>", "its id, or the beginning of it")
      .option("--type <type>", "events of one type alone")
      .option(
        "--limit <count>",
        "the last so many events (default: 200; with --json: all)",
        integer,
      )
      .option("--html <file>", "write the run as one static page instead")
      .option("--verify", "recompute the chain of sums and report gaps"),
  ).action(
    async (
      prefix: string,
      flags: CommonFlags & { type?: string; limit?: number; html?: string; verify?: boolean },
    ) => {
      await withSession(flags, async ({ engine, output }) => {
        const run = await findRun(engine.events, prefix);
        if (flags.verify === true) {
          const report = await verifyRun(engine.events, run.id);
          output.result(
            report,
            report.ok
              ? `${run.id}: ${report.events} events, the chain holds.`
              : `${run.id}: ${report.problems.join("; ")}`,
          );
          if (!report.ok) process.exitCode = EXIT.failed;
          return;
        }
        if (flags.html !== undefined) {
          await writeFile(flags.html, await runPage(engine.events, run.id));
          output.result({ run: run.id, file: flags.html }, `Wrote ${flags.html}`);
          return;
        }
        const events: TraceEvent[] = [];
        for await (const event of engine.events.events(run.id)) {
          if (flags.type === undefined || event.type === flags.type) events.push(event);
        }
        const limit = flags.limit ?? (output.json ? events.length : 200);
        const shown = limit === 0 ? [] : events.slice(-limit);
        const lines = shown.map(
          ({ seq, time, type, data }) =>
            `${String(seq).padStart(6)} ${time.slice(11, 23)} ${type.padEnd(20)} ${JSON.stringify(data).slice(0, 160)}`,
        );
        const left = events.length - shown.length;
        output.result(
          { ...run, events: shown },
          [
            `${run.id} (${run.kind}, ${run.status}) ${run.title}`,
            ...(left > 0
              ? [`... ${left} earlier events (--limit ${events.length} shows all)`]
              : []),
            ...lines,
          ].join("\n"),
        );
      });
    },
  );

  addTraceReading(traces);
  addTracesPrune(traces);

  withCommonFlags(
    traces
      .command("export")
      .description("write training data")
      .argument("[run...]", "runs (default: all)")
      .requiredOption("--format <format>", `one of ${FORMATS.join(", ")}`)
      .option("--out <folder>", "where the files go", "export")
      .option("--outcome <outcome>", "rows of runs that ended so (repeatable)", collect, [])
      .option("--min-score <score>", "lowest score", Number)
      .option("--tool <name>", "rows about one tool")
      .option("--task <name>", "rows of one task")
      .option("--user <name>", "rows of one user")
      .option("--model <id>", "rows of one model")
      .option("--since <time>", "ISO 8601, inclusive")
      .option("--until <time>", "ISO 8601, exclusive")
      .option("--terms <beginning>", "terms that may be trained on (repeatable)", collect, [])
      .option("--validation <share>", "share of families that goes to validation", Number)
      .option("--max-per-task <rows>", "rows of one task; the largest gains stay", integer)
      .option("--max-tokens <count>", "longer rows are dropped", integer)
      .option("--weighting <kind>", "none, repeat, or weight (jsonl)"),
  ).action(async (runs: readonly string[], flags: ExportFlags) => {
    const format = FORMATS.find((known) => known === flags.format);
    if (format === undefined) {
      throw new InputError(
        "UNKNOWN_FORMAT",
        `Expected a format of ${FORMATS.join(", ")}, got "${flags.format}".`,
      );
    }
    const chosen = choices(flags);
    await withSession(flags, async ({ engine, output }) => {
      const ids = await Promise.all(
        runs.map(async (prefix) => (await findRun(engine.events, prefix)).id),
      );
      const result = await exportTraces(engine.events, {
        format,
        out: flags.out,
        ...(ids.length === 0 ? {} : { runs: ids }),
        ...chosen,
      });
      for (const warning of result.warnings) output.note(warning);
      output.result(result, `Wrote ${result.rows} rows (${format}) to ${result.folder}`);
    });
  });
}

interface ExportFlags extends CommonFlags {
  readonly format: string;
  readonly out: string;
  readonly outcome: readonly string[];
  readonly minScore?: number;
  readonly tool?: string;
  readonly task?: string;
  readonly user?: string;
  readonly model?: string;
  readonly since?: string;
  readonly until?: string;
  readonly terms: readonly string[];
  readonly validation?: number;
  readonly maxPerTask?: number;
  readonly maxTokens?: number;
  readonly weighting?: string;
}

const Choices = z.object({
  filters: z.object({
    outcomes: z.array(RunStatus).exactOptional(),
    minScore: z.number().exactOptional(),
    tool: z.string().exactOptional(),
    task: z.string().exactOptional(),
    user: z.string().exactOptional(),
    model: z.string().exactOptional(),
    since: z.string().exactOptional(),
    until: z.string().exactOptional(),
  }),
  terms: z.array(z.string()).exactOptional(),
  validation: z.number().exactOptional(),
  maxPerTask: z.number().exactOptional(),
  maxTokens: z.number().exactOptional(),
  weighting: z.enum(["none", "repeat", "weight"]).exactOptional(),
});

/** @throws InputError USAGE, naming the flag. */
function choices(flags: ExportFlags): z.output<typeof Choices> {
  const { outcome, terms, minScore, tool, task, user, model, since, until, ...rest } = flags;
  const given = (values: object): object =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const { validation, maxPerTask, maxTokens, weighting } = rest;
  const parsed = Choices.safeParse({
    filters: given({
      outcomes: outcome.length === 0 ? undefined : outcome,
      minScore,
      tool,
      task,
      user,
      model,
      since,
      until,
    }),
    ...given({ terms: terms.length === 0 ? undefined : terms }),
    ...given({ validation, maxPerTask, maxTokens, weighting }),
  });
  if (parsed.success) return parsed.data;
  throw new InputError("USAGE", `The export's flags do not fit. ${z.prettifyError(parsed.error)}`);
}

type Store = Parameters<typeof exportTraces>[0];

async function findRun(store: Store, prefix: string) {
  const matches = (await store.runs()).filter(({ id }) => id.startsWith(prefix));
  const exact = matches.find(({ id }) => id === prefix);
  const [only] = matches;
  if (exact !== undefined) return exact;
  if (only !== undefined && matches.length === 1) return only;
  throw new InputError(
    "RUN_NOT_FOUND",
    matches.length === 0
      ? `Expected a run of this home, got "${prefix}". toolwright traces ls lists them.`
      : `"${prefix}" is the beginning of ${matches.length} runs: give more of it.`,
  );
}
