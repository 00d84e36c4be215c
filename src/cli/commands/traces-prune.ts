/** `toolwright traces prune`: deletes old runs. */
import { join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { pruneTraces } from "../../trace/index.ts";
import { type CommonFlags, withCommonFlags, withHome } from "../session.ts";

interface PruneFlags extends CommonFlags {
  readonly olderThan?: string;
  readonly maxBytes?: string;
  readonly dryRun?: boolean;
}

export function addTracesPrune(traces: Command): void {
  withCommonFlags(
    traces
      .command("prune")
      .description(
        "delete old runs permanently: whole families, never one that is running or waiting",
      )
      .option("--older-than <age>", "runs that ended longer ago, e.g. 36h, 30d, 8w")
      .option(
        "--max-bytes <size>",
        "the oldest runs, until the file is not larger, e.g. 500MB, 2GB",
      )
      .option("--dry-run", "only report what would be deleted"),
  ).action(async (flags: PruneFlags) => {
    const { olderThan, maxBytes, dryRun = false } = flags;
    if (olderThan === undefined && maxBytes === undefined) {
      throw new InputError("USAGE", "Expected --older-than AGE, --max-bytes SIZE or both.");
    }
    const retention = {
      ...(olderThan === undefined
        ? {}
        : { maxDays: measure("--older-than", olderThan, AGES, "30d") }),
      ...(maxBytes === undefined
        ? {}
        : { maxBytes: Math.round(measure("--max-bytes", maxBytes, SIZES, "500MB")) }),
    };
    await withHome(flags, async ({ engine, output }) => {
      const path = join(engine.config.home, "trace.db");
      const result = pruneTraces(path, retention, { now: Date.now(), dryRun });
      const { removed, bytesBefore, bytesAfter, note } = result;
      if (note !== undefined) output.note(note);
      output.result(
        { ...result, dryRun },
        [
          ...removed,
          dryRun
            ? `Would remove ${removed.length} runs.`
            : `Removed ${removed.length} runs; the file went from ${bytesBefore} to ${bytesAfter} bytes.`,
        ].join("\n"),
      );
    });
  });
}

const AGES = { h: 1 / 24, d: 1, w: 7 };
const SIZES = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** @throws InputError USAGE, naming the flag. */
function measure(
  flag: string,
  text: string,
  units: Readonly<Record<string, number>>,
  example: string,
): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-zA-Z]+)$/.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor !== undefined && Number(amount) > 0) return Number(amount) * factor;
  const known = Object.keys(units).join(", ");
  throw new InputError(
    "USAGE",
    `${flag}: expected a number with one of ${known}, e.g. ${example}; got "${text}".`,
  );
}
