/**
 * Training files out of traces: reads the runs one by one, makes examples, sends them through the
 * pipeline and writes the rows with a manifest. The folder appears whole or not at all.
 *
 * Equal traces and options give equal bytes; nothing in the files tells when they were made.
 */
import { createHash } from "node:crypto";
import { InputError } from "../../core/errors.ts";
import type { RunSummary } from "../../core/event.ts";
import type { EventStore } from "../../core/ports.ts";
import type { Fingerprint } from "../../core/shingles.ts";
import { RunStart } from "../vocabulary.ts";
import type { Example } from "./examples.ts";
import { writeFolder } from "./folder.ts";
import { RULES } from "./formats.ts";
import { manifestOf, sortedObject } from "./manifest.ts";
import { type ExportOptions, type ResolvedOptions, resolved } from "./options.ts";
import { type FinishedRow, finishedRows } from "./pipeline.ts";
import { examplesOf } from "./recipes.ts";
import type { SplitName } from "./split.ts";
import { tokenCounter } from "./tokens.ts";

export interface ExportResult {
  readonly format: string;
  /** Where the files are: `out` and the format's name. */
  readonly folder: string;
  /** Rows of all files. */
  readonly rows: number;
  readonly files: readonly ExportedFile[];
  /** What was left out, by reason. */
  readonly drops: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

export interface ExportedFile {
  readonly name: string;
  readonly split: SplitName;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly tokens: { readonly total: number; readonly median: number; readonly max: number };
}

/**
 * @throws InputError BAD_EXPORT_OPTIONS, RUN_NOT_FOUND; EXPORT_TOO_SMALL if fewer rows are left than
 *   the format's readers accept; then nothing is written.
 * @throws ConfigError EXPORT_UNWRITABLE, StoreError CORRUPT_RECORD
 */
export async function exportTraces(
  store: EventStore,
  options: ExportOptions,
): Promise<ExportResult> {
  const chosen = resolved(options);
  const rules = RULES[chosen.format];
  // What no example was made of, and examples that were left out: the latter and the rows add up.
  const unmade = new Map<string, number>();
  const drops = new Map<string, number>();
  const count = (counts: Map<string, number>, reason: string, more: number) =>
    counts.set(reason, (counts.get(reason) ?? 0) + more);

  const tokens =
    chosen.countTokens === undefined
      ? await tokenCounter(chosen.tokenizer)
      : { name: "given", count: chosen.countTokens };
  const sealed = await sealedHashes(store);
  const runs = await chosenRuns(store, chosen.runs);
  const examples: Example[] = [];
  let unread = 0;
  for (const { id } of runs) {
    const made = await examplesOf(store, id, rules.kind, chosen);
    // Not spread: a run may have more examples than a call takes arguments.
    for (const example of made.examples) examples.push(example);
    for (const each of made.drops) count(unmade, each.reason, each.count);
    unread += made.record.unread.length;
  }
  const redacted = new Map<string, number>();
  const personal = (kind: string) => count(redacted, kind, 1);
  const rows = finishedRows(examples, chosen, { tokens, sealed, personal }, (reason) =>
    count(drops, reason, 1),
  );
  const warnings = check(rows, chosen, new Map([...unmade, ...drops]));
  if (unread > 0) warnings.push(`${unread} events could not be read and were passed over.`);

  const contents = new Map<string, string>();
  const files: ExportedFile[] = [];
  for (const split of ["train", "validation"] as const) {
    const own = rows.filter((row) => row.split === split);
    if (own.length === 0) continue;
    const name = `${split}.jsonl`;
    const lines = own.flatMap(({ line, repeats }) => new Array<string>(repeats).fill(`${line}\n`));
    contents.set(name, lines.join(""));
    files.push(described(name, split, own, lines));
  }
  for (const [name, text] of Object.entries(
    rules.companions?.(files.map(({ name }) => name)) ?? {},
  )) {
    contents.set(name, text);
  }
  const dropped = sortedObject(drops);
  const notMade = sortedObject(unmade);
  const manifest = manifestOf(chosen, runs, {
    made: examples.length,
    rows,
    files,
    dropped,
    notMade,
    warnings,
    tokenCount: tokens.name,
    sealedRuns: sealed.length,
    redacted: sortedObject(redacted),
  });
  contents.set("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
  const folder = await writeFolder(chosen.out, chosen.format, contents);
  return {
    format: chosen.format,
    folder,
    rows: files.reduce((total, file) => total + file.rows, 0),
    files,
    drops: { ...notMade, ...dropped },
    warnings,
  };
}

/** Oldest first. */
async function chosenRuns(
  store: EventStore,
  ids: readonly string[] | undefined,
): Promise<readonly RunSummary[]> {
  if (ids === undefined) return [...(await store.runs())].reverse();
  return await Promise.all([...new Set(ids)].map((id) => store.run(id)));
}

/** By what the sealed cases of every run of the store are known, exported or not. */
async function sealedHashes(store: EventStore): Promise<readonly Fingerprint[]> {
  const hashes: Fingerprint[] = [];
  for (const { id, kind } of await store.runs()) {
    if (kind !== "evolution") continue;
    for await (const { data } of store.events(id)) {
      const start = RunStart.safeParse(data);
      if (start.data?.sealed !== undefined) hashes.push(start.data.sealed.hashes);
      break;
    }
  }
  return hashes;
}

/** @returns Warnings. @throws InputError EXPORT_TOO_SMALL */
function check(
  rows: readonly FinishedRow[],
  { format, validation }: ResolvedOptions,
  drops: ReadonlyMap<string, number>,
): string[] {
  const { minRows, kind } = RULES[format];
  const training = rows.filter(({ split }) => split === "train");
  const left = [...drops].sort(([, a], [, b]) => b - a).slice(0, 5);
  const why =
    left.length === 0
      ? ""
      : ` Left out: ${left.map(([why, count]) => `${count} x ${why}`).join("; ")}.`;
  const termsHint = left.some(([reason]) => reason.startsWith("terms: "))
    ? " Rows of models whose terms are not known to allow training are left out: state the model's terms in the configuration, or allow them by name."
    : "";
  const refuse = (expected: string, got: string) => {
    throw new InputError(
      "EXPORT_TOO_SMALL",
      `Expected ${expected} for ${format}, got ${got}.${why}${termsHint} Record more runs, or loosen the filters. Nothing was written.`,
      { facts: { rows: training.length } },
    );
  };
  if (training.length < minRows) {
    refuse(`at least ${minRows} training row${minRows === 1 ? "" : "s"}`, String(training.length));
  }
  if (kind === "labelled") {
    const labels = new Set(training.map(({ example }) => "label" in example && example.label));
    if (labels.size < 2) refuse("rows of both labels", `${training.length} of one`);
  }
  const warnings: string[] = [];
  if (rows.length === training.length && validation > 0) {
    warnings.push(
      format === "openai-rft"
        ? "No validation file, which services ask for: all rows are of one family of requests and tasks, or of few. Record runs of more tasks."
        : "No validation file: all rows are of one family of requests and tasks, or of few.",
    );
  }
  return warnings;
}

function described(
  name: string,
  split: SplitName,
  rows: readonly FinishedRow[],
  lines: readonly string[],
): ExportedFile {
  const sum = createHash("sha256");
  let bytes = 0;
  for (const line of lines) {
    sum.update(line);
    bytes += Buffer.byteLength(line);
  }
  const tokens = rows.map((row) => row.tokens).sort((left, right) => left - right);
  return {
    name,
    split,
    rows: lines.length,
    bytes,
    sha256: sum.digest("hex"),
    tokens: {
      total: rows.reduce((total, row) => total + row.tokens * row.repeats, 0),
      median: tokens[Math.floor(tokens.length / 2)] ?? 0,
      max: tokens.at(-1) ?? 0,
    },
  };
}
