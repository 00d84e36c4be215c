/**
 * `toolwright bench`: benchmarks; figures are compared as ratios within one run.
 *
 * Each benchmark is imported on demand, so that other commands start without it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { type RetrievalFlags, retrieval, retrievalRows } from "../../bench/retrieval-command.ts";
import { type StoreFlags, storeRows } from "../../bench/store-command.ts";
import { CanceledError, InputError, SandboxUnavailableError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import { createOutput, table, writeErr } from "../output.ts";
import { integer } from "../session.ts";

interface BenchFlags extends RetrievalFlags, StoreFlags {
  readonly json?: boolean;
  readonly only?: string;
  readonly evaluations?: number;
  readonly seconds?: number;
  readonly seeds?: number;
  readonly tasks?: number;
  readonly baseUrl?: string;
  readonly model?: string;
}

const SUBJECTS = [
  "sandbox",
  "evolve",
  "request",
  "trace",
  "store",
  "quality",
  "trust",
  "retrieval",
  "model",
] as const;
/** Two take minutes, one needs data, one a model. */
const ON_DEMAND: readonly string[] = ["quality", "trust", "retrieval", "model"];
type Subject = (typeof SUBJECTS)[number];

export function addBench(command: Command): void {
  command
    .argument(
      "[subject...]",
      `${SUBJECTS.join(", ")} (default: all but quality and trust, which take minutes, retrieval, which needs data, and model, which needs a model)`,
    )
    .option("--corpus <file>", "retrieval: tools, one JSON document per line")
    .option("--queries <file>", "retrieval: queries with their gold tools, one per line")
    .option("--usage <count>", "retrieval: index this many of a tool's queries as served", integer)
    .option("--sample <count>", "retrieval: evaluate this many queries, drawn by seed", integer)
    .option("--embedder <name>", "retrieval: none, local or the configured one (default: none)")
    .option(
      "--tools <count>",
      "store: number of tools (default: 1,000, 10,000 and 100,000)",
      integer,
    )
    .option("--index", "store: only the index, without tools in a file")
    .option("--dims <count>", "store --index: also vectors with this many dimensions", integer)
    .option(
      "--only <section>",
      "evolve: database, pipeline, workers or search; trust: development, holdout or the start of a job's name (default: all)",
    )
    .option(
      "--evaluations <count>",
      "evolve: evaluations per row of its search; trust: of each request (default: 1,000)",
      integer,
    )
    .option(
      "--seconds <count>",
      "trust: seconds of each request, in place of evaluations; model: limit of each request (default: 600)",
      integer,
    )
    .option("--tasks <count>", "model: the first so many tasks (default: all 20)", integer)
    .option("--base-url <url>", "model: address of the server (default: the configured model)")
    .option("--model <name>", "model: its name at the server (default: the configured model)")
    .option("--seeds <count>", "quality: seeds of each cell (default: 5)", integer)
    .addOption(new Option("--json", "print only one JSON document on stdout"))
    .action(async (names: readonly string[], flags: BenchFlags) => {
      const output = createOutput(flags.json === true);
      const controller = new AbortController();
      process.once("SIGINT", () => controller.abort(new CanceledError()));
      // A single retrieval benchmark prints one document: the figures of one pair of files.
      if (output.json && names.length === 1 && names[0] === "retrieval") {
        output.result(await retrieval(flags), "");
        return;
      }
      const results: Record<string, readonly object[]> = {};
      for (const subject of subjects(names)) {
        output.note(`Measuring ${subject} ...`);
        for await (const [name, rows] of measured(subject, flags, controller.signal)) {
          results[name] = rows;
          if (!output.json) output.result(rows, `${name}\n${tableOf(rows)}`);
        }
      }
      if (output.json) output.result(results, "");
    });
}

function subjects(names: readonly string[]): readonly Subject[] {
  if (names.length === 0) return SUBJECTS.filter((subject) => !ON_DEMAND.includes(subject));
  return names.map((name) => {
    const subject = SUBJECTS.find((known) => known === name);
    if (subject !== undefined) return subject;
    throw new InputError("USAGE", `Expected a subject of ${SUBJECTS.join(", ")}, got "${name}".`);
  });
}

/** Names with their rows; a subject may have sections. */
async function* measured(
  subject: Subject,
  flags: BenchFlags,
  signal: AbortSignal,
): AsyncGenerator<readonly [name: string, rows: readonly object[]]> {
  if (subject === "quality") {
    const { benchQuality } = await import("../../bench/quality.ts");
    const { seeds } = flags;
    for await (const [section, rows] of benchQuality(present({ seeds }), signal)) {
      yield [`quality: ${section}`, rows];
    }
    return;
  }
  if (subject === "trust") {
    const { benchTrust } = await import("../../bench/trust.ts");
    const { only, evaluations, seconds } = flags;
    const options = { ...present({ only, evaluations, seconds }) };
    for await (const [section, rows] of benchTrust(options, signal)) {
      yield [`trust: ${section}`, rows];
    }
    return;
  }
  if (subject === "model") {
    const { benchModel, modelToBench } = await import("../../bench/model.ts");
    const { tasks, seconds, baseUrl, model } = flags;
    const chosen = modelToBench(present({ baseUrl, model }));
    const options = { model: chosen, ...present({ tasks, seconds }) };
    for await (const [section, rows] of benchModel(options, signal)) {
      yield [`model: ${section}`, rows];
    }
    return;
  }
  if (subject !== "evolve") {
    yield [subject, await measure(subject, flags, signal)];
    return;
  }
  const { benchEvolve } = await import("../../bench/evolve.ts");
  const { only, evaluations } = flags;
  const options = {
    ...present({ only, evaluations }),
  };
  for await (const [section, rows] of benchEvolve(options, signal)) {
    yield [`evolve: ${section}`, rows];
  }
}

async function measure(
  subject: Exclude<Subject, "evolve" | "quality" | "trust" | "model">,
  flags: BenchFlags,
  signal: AbortSignal,
): Promise<readonly object[]> {
  switch (subject) {
    case "sandbox":
      return [
        ...(await (await import("../../bench/sandbox.ts")).benchSandbox()),
        ...(await containerRows(signal)),
      ];
    case "request":
      return requestRows();
    case "trace":
      return (await import("../../bench/trace.ts")).benchTrace();
    case "store":
      return storeRows(flags);
    case "retrieval":
      return retrievalRows(await retrieval(flags));
  }
}

/** Without a container engine the benchmark reports that and continues. */
async function containerRows(signal: AbortSignal): Promise<readonly object[]> {
  try {
    const { benchContainer } = await import("../../bench/container.ts");
    return await benchContainer({ rounds: 9 }, signal);
  } catch (error) {
    if (!(error instanceof SandboxUnavailableError)) throw error;
    writeErr(`container rows left out: ${error.message}\n`);
    return [];
  }
}

/** Rows may have different fields: the head contains all of them, in order of first appearance. */
function tableOf(rows: readonly object[]): string {
  const head = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return table(
    head,
    rows.map((row) => head.map((key) => cell((row as Readonly<Record<string, unknown>>)[key]))),
  );
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** On disk, because a durable step waits for the disk. */
async function requestRows(): Promise<readonly object[]> {
  const [{ benchRequests }, { sqliteEventStore }] = await Promise.all([
    import("../../bench/journal.ts"),
    import("../../trace/index.ts"),
  ]);
  const folder = mkdtempSync(join(tmpdir(), "toolwright-bench-"));
  const store = sqliteEventStore(join(folder, "trace.db"));
  try {
    return await benchRequests({ store });
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
