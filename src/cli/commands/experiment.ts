/** `toolwright experiment`: batches of searches, their results, their report. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { BatchProgress } from "../../../experiments/index.ts";
import { present } from "../../core/present.ts";
import { manifestFile, manifestNames } from "../../tasks/experiment-manifests.ts";
import { work, workerCommand } from "../../tasks/experiment-worker.ts";
import { families, loadTask, shippedTasks } from "../../tasks/tasks.ts";
import { loadStream, workbench } from "../../tasks/workbench.ts";
import { gridText } from "../grid-text.ts";
import { EXIT, table } from "../output.ts";
import { type CommonFlags, collect, integer, withCommonFlags, withSession } from "../session.ts";

const PROGRESS = ["line", "json", "none"] as const;

interface RunFlags extends CommonFlags {
  readonly out?: string;
  readonly cells?: number;
  readonly resume?: boolean;
  readonly override: readonly string[];
  readonly dryRun?: boolean;
  readonly progress: (typeof PROGRESS)[number];
}

export function addExperiment(experiment: Command): void {
  withCommonFlags(
    experiment
      .command("run")
      .description("run a manifest's cells: tasks x strategies x generators x models x seeds")
      .argument("<manifest>", "a YAML file, or the name of a shipped manifest")
      .option("--out <folder>", "folder for results (default: HOME/experiments/NAME)")
      .option("--cells <number>", "concurrent cells over all workers", integer)
      .option("--resume", "keep the finished cells of the folder, run the rest")
      .option(
        "-o, --override <key=value>",
        "change a field, e.g. -o seeds=2 (repeatable)",
        collect,
        [],
      )
      .option("--dry-run", "only print the grid, its time and its cost")
      .addOption(
        new Option("--progress <kind>", "on stderr").choices([...PROGRESS]).default("line"),
      ),
  ).action(run);

  withCommonFlags(
    experiment
      .command("report")
      .description("write a batch's report: HTML, Markdown, CSV and JSON")
      .argument("<folder>", "the folder that experiment run wrote")
      .option("--out <folder>", "folder for the report (default: FOLDER/report)"),
  ).action(report);

  withCommonFlags(experiment.command("ls").description("list manifests, tasks and batches")).action(
    list,
  );

  experiment
    .command("worker", { hidden: true })
    .description("run cells that `experiment run` assigns")
    .requiredOption("--home <folder>")
    .option("--workers <number>", "concurrent programs", integer, 1)
    .action(work);
}

async function run(name: string, flags: RunFlags): Promise<void> {
  const { gridOf, readManifest } = await import("../../../experiments/index.ts");
  const bench = workbench();
  const read = await readManifest(manifestFile(name), flags.override);
  const cells = await gridOf(read, bench);
  await withSession(flags, async ({ engine, output, signal }) => {
    const { workers, home } = engine.config;
    if (flags.dryRun === true) {
      const { estimateGrid } = await import("../../../experiments/index.ts");
      const estimate = await estimateGrid(cells, workers, engine, bench, signal);
      output.result(
        { manifest: read.manifest, cells, estimate },
        gridText(cells, estimate, workers),
      );
      return;
    }
    const { duration, processWorker, progressDocument, progressView, runExperiment } = await import(
      "../../../experiments/index.ts"
    );
    const folder = resolve(flags.out ?? join(home, "experiments", read.manifest.name));
    const view = progressView(process.stderr);
    const show: Readonly<Record<RunFlags["progress"], (progress: BatchProgress) => void>> = {
      line: view.show,
      json: (progress) => output.note(JSON.stringify(progressDocument(progress))),
      none: () => undefined,
    };
    const begin = performance.now();
    const summary = await runExperiment(
      {
        manifest: read.manifest,
        cells,
        folder,
        bench,
        loadStream,
        resume: flags.resume === true,
        workers,
        ...present({ cellsAtOnce: flags.cells }),
        startWorker: (workerHome) => processWorker(workerCommand(workerHome)),
        onProgress: show[flags.progress],
      },
      signal,
    );
    view.done();
    const { done, failed, skipped, kept } = summary;
    const seconds = (performance.now() - begin) / 1000;
    output.result(
      {
        folder,
        cells: cells.length,
        done,
        kept,
        failed,
        skipped,
        seconds,
        records: summary.records,
      },
      [
        `${done} of ${cells.length} cells done${kept > 0 ? ` (${kept} from before)` : ""}${failed > 0 ? `, ${failed} failed` : ""}${skipped > 0 ? `, ${skipped} not begun: limits.usd would not hold` : ""} in ${duration(seconds)}.`,
        `Report: toolwright experiment report ${folder}`,
      ].join("\n"),
    );
    if (failed > 0) process.exitCode = EXIT.failed;
    else if (skipped > 0) process.exitCode = EXIT.budget;
  });
}

async function report(
  folder: string,
  flags: CommonFlags & { readonly out?: string },
): Promise<void> {
  const { readBatch } = await import("../../../experiments/index.ts");
  const found = readBatch(folder); // Read first, so that a wrong folder does not become a home.
  const { writeReport } = await import("../../../experiments/report/write.ts");
  await withSession({ ...flags, home: join(folder, "home") }, async ({ engine, output }) => {
    const { runPage } = await import("../../page/page.ts");
    const written = await writeReport({
      ...found,
      folder,
      out: resolve(flags.out ?? join(folder, "report")),
      loadTask: (name) => loadTask(name, "/"),
      tracePage: (runId) => runPage(engine.events, runId),
    });
    output.result(written, written.text);
  });
}

async function list(flags: CommonFlags): Promise<void> {
  await withSession(flags, async ({ engine, output }) => {
    const { readBatch } = await import("../../../experiments/index.ts");
    const manifests = manifestNames();
    const shipped = await shippedTasks();
    const tasks = shipped.map(({ name }) => name);
    const root = join(engine.config.home, "experiments");
    const batches = names(root).flatMap((name) => {
      const folder = join(root, name);
      if (!existsSync(join(folder, "manifest.json"))) return [];
      const { batch, records } = readBatch(folder);
      const done = records.filter(({ status }) => status === "done").length;
      return [{ name, folder, cells: batch.cells.length, done, createdAt: batch.createdAt }];
    });
    output.result(
      { manifests, tasks, batches },
      [
        `Manifests: ${manifests.join(", ")}`,
        `Tasks: ${families(shipped).join(", ")} (--json names all)`,
        batches.length === 0
          ? `No batches under ${root}.`
          : table(
              ["batch", "cells", "done", "began", "folder"],
              batches.map(({ name, cells, done, createdAt, folder }) => [
                name,
                String(cells),
                String(done),
                createdAt.slice(0, 19),
                folder,
              ]),
            ),
      ].join("\n\n"),
    );
  });
}

function names(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
