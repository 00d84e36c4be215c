/** `toolwright traces`: reads traces, and exports training data from them. */

import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { TraceEvent } from "../../core/event.ts";
import { verifyRun } from "../../trace/index.ts";
import { findRun } from "../find-run.ts";
import { EXIT, table } from "../output.ts";
import { type CommonFlags, count, withCommonFlags, withHome } from "../session.ts";
import { addTracesExport } from "./traces-export.ts";
import { population } from "./traces-population.ts";
import { addTracesPrune } from "./traces-prune.ts";
import { addTraceReading } from "./traces-read.ts";
import { addTracesReplay } from "./traces-replay.ts";

export function addTraces(traces: Command): void {
  withCommonFlags(
    traces
      .command("ls")
      .description("list runs, newest first")
      .option("--limit <count>", "maximum number of runs", count, 50),
  ).action(async (flags: CommonFlags & { limit: number }) => {
    await withHome(flags, async ({ engine, output }) => {
      const runs = await engine.events.runs({ limit: flags.limit });
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
      .argument("<run>", "its id or a prefix of it")
      .option("--type <type>", "only events of one type")
      .option("--limit <count>", "number of last events (default: 200; with --json: all)", count)
      .option("--html <file>", "write the run as one static page instead")
      .option(
        "--population",
        "show the population of an evolution run: programs with scores, parents and islands, prompts, decisions",
      )
      .option("--verify", "compute the hash chain again and report faults"),
  ).action(
    async (
      prefix: string,
      flags: CommonFlags & {
        type?: string;
        limit?: number;
        html?: string;
        population?: boolean;
        verify?: boolean;
      },
    ) => {
      await withHome(flags, async ({ engine, output }) => {
        const run = await findRun(engine.events, prefix);
        if (flags.verify === true) {
          const report = await verifyRun(engine.events, run.id);
          output.result(
            report,
            report.ok
              ? `${run.id}: ${report.events} events, the chain is intact.`
              : `${run.id}: ${report.problems.join("; ")}`,
          );
          if (!report.ok) process.exitCode = EXIT.failed;
          return;
        }
        if (flags.population === true) {
          const { value, text } = await population(engine.events, run.id, flags.limit ?? 50);
          output.result(value, text);
          return;
        }
        if (flags.html !== undefined) {
          const { runPage } = await import("../../page/page.ts");
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

  addTracesExport(traces);
  addTracesReplay(traces);
}
