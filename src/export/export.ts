/**
 * Training files from traces: reads the runs one by one, makes examples, passes them through the
 * pipeline and writes the rows with a manifest. The folder is written completely or not at all.
 *
 * Equal traces and options give equal bytes; the files contain no export time.
 */
import { InputError } from "../core/errors.ts";
import type { RunSummary } from "../core/event.ts";
import { readEvents } from "../core/events/read.ts";
import type { InlineImage } from "../core/image.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Fingerprint } from "../core/shingles.ts";
import type { Example, StoredImage } from "./examples.ts";
import { type FileFacts, writeFolder } from "./folder.ts";
import { RULES } from "./formats.ts";
import { type ImageSpool, imagePath, imageSpool, withBytes } from "./images.ts";
import { type ExportedFile, manifestOf, sortedObject } from "./manifest.ts";
import { type ExportOptions, type ResolvedOptions, resolved } from "./options.ts";
import { personalRedaction } from "./personal.ts";
import { type FinishedRow, finishedRows } from "./pipeline.ts";
import { examplesOf } from "./recipes.ts";
import { createSpill, type Spill } from "./spill.ts";
import type { SplitName } from "./split.ts";
import { tokenCounter } from "./tokens.ts";

export interface ExportResult {
  readonly format: string;
  /** Folder of the files: `out` plus the format's name. */
  readonly folder: string;
  /** Rows of all files. */
  readonly rows: number;
  readonly files: readonly ExportedFile[];
  /** Number of examples that were left out, by reason. */
  readonly drops: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
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
  const spill = createSpill();
  try {
    return await exported(store, chosen, spill);
  } finally {
    spill.close();
  }
}

async function exported(
  store: EventStore,
  chosen: ResolvedOptions,
  spill: Spill,
): Promise<ExportResult> {
  const rules = RULES[chosen.format];
  // Counted separately from dropped examples: dropped examples plus rows give the number of examples.
  const unmade = new Map<string, number>();
  const drops = new Map<string, number>();
  const redacted = new Map<string, number>();
  const count = (counts: Map<string, number>, reason: string, more: number) =>
    counts.set(reason, (counts.get(reason) ?? 0) + more);

  const tokens =
    chosen.countTokens === undefined
      ? await tokenCounter(chosen.tokenizer)
      : { name: "given", count: chosen.countTokens };
  const sealed = await sealedHashes(store);
  const runs = await chosenRuns(store, chosen.runs);
  const images = imageSpool(spill);
  const setAside = (image: InlineImage): Json => ({ ...images.keep(image) });
  let examples = 0;
  let unread = 0;
  /** Loads one run at a time. */
  async function* madeOf(): AsyncGenerator<Example> {
    for (const { id } of runs) {
      const made = await examplesOf(store, id, rules.kind, { ...chosen, setAside });
      for (const each of made.drops) count(unmade, each.reason, each.count);
      unread += made.record.unread.length;
      examples += made.examples.length;
      yield* made.examples;
    }
  }
  const personal =
    chosen.personalData === "keep"
      ? undefined
      : personalRedaction((kind) => count(redacted, kind, 1));
  const measures = {
    tokens,
    sealed,
    spill,
    ...present({ personal }),
    hasImage: images.has,
  };
  const rows = await finishedRows(madeOf(), chosen, measures, (reason) => count(drops, reason, 1));
  const warnings = check(rows, chosen, new Map([...unmade, ...drops]));
  if (unread > 0) warnings.push(`${unread} events could not be read and were skipped.`);
  const pictures = picturesOf(rows);

  const files: ExportedFile[] = [];
  const folder = await writeFolder(chosen.out, chosen.format, async (add) => {
    for (const split of ["train", "validation"] as const) {
      const own = rows.filter((row) => row.split === split);
      if (own.length === 0) continue;
      const name = `${split}.jsonl`;
      files.push(described(name, split, own, await add(name, linesOf(own, images))));
    }
    if (rules.images === "files") {
      for (const image of pictures) await add(imagePath(image), [images.bytes(image.sha256)]);
    }
    const names = files.map(({ name }) => name);
    const companions =
      rules.companions?.(
        names,
        rows.some(({ pictured }) => pictured),
      ) ?? {};
    for (const [name, text] of Object.entries(companions)) await add(name, [text]);
    const manifest = manifestOf(chosen, runs, {
      made: examples,
      rows,
      files,
      images: pictures,
      dropped: sortedObject(drops),
      notMade: sortedObject(unmade),
      warnings,
      tokenCount: tokens.name,
      sealedRuns: sealed.length,
      redacted: sortedObject(redacted),
    });
    const shown = personal?.json(manifest) ?? manifest;
    await add("manifest.json", [`${JSON.stringify(shown, null, 2)}\n`]);
  });
  return {
    format: chosen.format,
    folder,
    rows: files.reduce((total, file) => total + file.rows, 0),
    files,
    drops: { ...sortedObject(unmade), ...sortedObject(drops) },
    warnings,
  };
}

/** Distinct images of the rows, in order of digest. */
function picturesOf(rows: readonly FinishedRow[]): readonly StoredImage[] {
  const all = rows.flatMap(({ images }) => images.flatMap((each) => ("url" in each ? [] : [each])));
  const once = new Map(all.map((image) => [image.sha256, image]));
  return [...once.values()].sort((left, right) => (left.sha256 < right.sha256 ? -1 : 1));
}

function* linesOf(rows: readonly FinishedRow[], images: ImageSpool): Generator<string> {
  for (const { line, repeats, images: own } of rows) {
    const text = own.length === 0 ? line() : withBytes(line(), images);
    for (let times = 0; times < repeats; times++) yield `${text}\n`;
  }
}

/** Oldest first. */
async function chosenRuns(
  store: EventStore,
  ids: readonly string[] | undefined,
): Promise<readonly RunSummary[]> {
  if (ids === undefined) return [...(await store.runs())].reverse();
  return await Promise.all([...new Set(ids)].map((id) => store.run(id)));
}

/** Fingerprints of the sealed cases of every run in the store, exported or not. */
async function sealedHashes(store: EventStore): Promise<readonly Fingerprint[]> {
  const hashes: Fingerprint[] = [];
  for (const { id, kind } of await store.runs()) {
    if (kind !== "evolution") continue;
    for await (const { data } of readEvents(store, id, ["run-start"])) {
      if (data.sealed !== undefined) hashes.push(data.sealed.hashes);
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
      `Expected ${expected} for ${format}, got ${got}.${why}${termsHint} Record more runs, or relax the filters. Nothing was written.`,
      { facts: { rows: training.length } },
    );
  };
  if (training.length < minRows) {
    refuse(`at least ${minRows} training row${minRows === 1 ? "" : "s"}`, String(training.length));
  }
  if (kind === "labelled") {
    const labels = new Set(training.map(({ label }) => label));
    if (labels.size < 2) refuse("rows of both labels", `${training.length} of one`);
  }
  const warnings: string[] = [];
  if (rows.length === training.length && validation > 0) {
    warnings.push(
      format === "openai-rft"
        ? "No validation file, which services require: the rows belong to too few families of requests and tasks. Record runs of more tasks."
        : "No validation file: the rows belong to too few families of requests and tasks.",
    );
  }
  return warnings;
}

function described(
  name: string,
  split: SplitName,
  rows: readonly FinishedRow[],
  { bytes, sha256 }: FileFacts,
): ExportedFile {
  const tokens = rows.map((row) => row.tokens).sort((left, right) => left - right);
  return {
    name,
    split,
    rows: rows.reduce((total, { repeats }) => total + repeats, 0),
    bytes,
    sha256,
    tokens: {
      total: rows.reduce((total, row) => total + row.tokens * row.repeats, 0),
      median: tokens[Math.floor(tokens.length / 2)] ?? 0,
      max: tokens.at(-1) ?? 0,
    },
  };
}
