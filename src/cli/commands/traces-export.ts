/** `toolwright traces export`: training data from traces. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { InputError } from "../../core/errors.ts";
import { RunStatus } from "../../core/event.ts";
import { Language, Limits } from "../../core/execution.ts";
import { checkSchema, faultText } from "../../core/schema-check.ts";
import { decodeText } from "../../core/text/decode.ts";
import type { Home } from "../../engine/engine.ts";
import { FORMATS } from "../../export/formats.ts";
import type { ExportOptions } from "../../export/options.ts";
import { findRun } from "../find-run.ts";
import { type CommonFlags, collect, integer, withCommonFlags, withHome } from "../session.ts";

export function addTracesExport(traces: Command): void {
  withCommonFlags(
    traces
      .command("export")
      .description("write training data")
      .argument("[run...]", "runs (default: all)")
      .requiredOption("--format <format>", `one of ${FORMATS.join(", ")}`)
      .option("--out <folder>", "folder for the files", "export")
      .option(
        "--outcome <outcome>",
        "only rows of runs with this outcome (repeatable)",
        collect,
        [],
      )
      .option("--min-score <score>", "minimum score", Number)
      .option("--tool <name>", "only rows about this tool")
      .option("--task <name>", "only rows of this task")
      .option("--user <name>", "only rows of this user")
      .option("--model <id>", "only rows of this model")
      .option("--since <time>", "ISO 8601, inclusive")
      .option("--until <time>", "ISO 8601, exclusive")
      .option(
        "--terms <beginning>",
        "prefix of terms that allow training (repeatable)",
        collect,
        [],
      )
      .option("--validation <share>", "share of families that goes to validation", Number)
      .option("--max-per-task <rows>", "maximum rows per task; the largest gains stay", integer)
      .option("--max-tokens <count>", "longer rows are dropped", integer)
      .option(
        "--tokenizer <name>",
        "tokenizer for counting tokens (default: o200k_base if gpt-tokenizer is installed, else bytes / 4)",
      )
      .option("--margin <difference>", "minimum fitness difference that counts as better", Number)
      .option(
        "--near-duplicates <index>",
        "Jaccard index from which rows are near duplicates",
        Number,
      )
      .option(
        "--sealed <file>",
        "file with texts that must not be trained on, one per line (repeatable)",
        collect,
        [],
      )
      .option(
        "--keep-personal-data",
        "do not redact addresses, telephone numbers, cards, accounts and ids of persons",
      )
      .option("--no-images", "drop rows with images, for models without image input")
      .option(
        "--hindsight",
        "run wrong programs again and teach them as right for their actual outputs",
      )
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
    const sealed = await linesOf(flags.sealed);
    await withHome(flags, async ({ engine, output, signal }) => {
      const ids = await Promise.all(
        runs.map(async (prefix) => (await findRun(engine.events, prefix)).id),
      );
      const { exportTraces } = await import("../../export/export.ts");
      const result = await exportTraces(engine.events, {
        format,
        out: flags.out,
        ...(ids.length === 0 ? {} : { runs: ids }),
        ...chosen,
        sealed,
        ...(flags.keepPersonalData === true ? { personalData: "keep" as const } : {}),
        ...(flags.images ? {} : { images: "drop" as const }),
        ...(flags.hindsight === true ? { hindsight: await executeIn(engine, signal) } : {}),
      });
      for (const warning of result.warnings) output.note(warning);
      output.result(result, `Wrote ${result.rows} rows (${format}) to ${result.folder}`);
    });
  });
}

/** @throws InputError USAGE */
async function linesOf(files: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(
    files.map((file) =>
      readFile(file)
        .then(decodeText)
        .catch((error: Error) => {
          throw new InputError("USAGE", `--sealed: cannot read ${file} (${error.message}).`, {
            cause: error,
          });
        }),
    ),
  );
  return texts.flatMap((text) => text.split(/\r?\n/).filter((line) => line.trim() !== ""));
}

/** Runs programs like candidates: in the sandbox, with the default limits. */
async function executeIn(
  engine: Home,
  signal: AbortSignal,
): Promise<NonNullable<ExportOptions["hindsight"]>> {
  const sandbox = await engine.sandbox();
  const limits = Limits.parse({});
  return async ({ source, entry, language }, inputs) => {
    const program = { source, entry, language: Language.parse(language) };
    const executions = await sandbox.run({ program, inputs, limits, seed: 1 }, signal);
    return executions.map((each) => (each.status === "returned" ? each.output : undefined));
  };
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
  readonly tokenizer?: string;
  readonly margin?: number;
  readonly nearDuplicates?: number;
  readonly sealed: readonly string[];
  readonly hindsight?: boolean;
  readonly images: boolean;
  readonly keepPersonalData?: boolean;
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
  tokenizer: z.string().exactOptional(),
  margin: z.number().exactOptional(),
  nearDuplicates: z.number().exactOptional(),
});

/** @throws InputError USAGE, naming the flag. */
function choices(flags: ExportFlags): z.output<typeof Choices> {
  const { outcome, terms, minScore, tool, task, user, model, since, until, ...rest } = flags;
  const given = (values: object): object =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const { validation, maxPerTask, maxTokens, weighting, tokenizer, margin, nearDuplicates } = rest;
  const checked = checkSchema(Choices, {
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
    ...given({ tokenizer, margin, nearDuplicates }),
  });
  if (checked.ok) return checked.data;
  throw new InputError("USAGE", `The export's flags do not fit:\n${faultText(checked.faults)}`);
}
