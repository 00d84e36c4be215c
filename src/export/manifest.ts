/** The manifest of an export: sources of the rows, options, and what was left out. */
import type { RunSummary } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { StoredImage } from "./examples.ts";
import { type Format, RULES } from "./formats.ts";
import { imagePath } from "./images.ts";
import type { ResolvedOptions } from "./options.ts";
import type { FinishedRow } from "./pipeline.ts";
import type { SplitName } from "./split.ts";

export interface ExportedFile {
  readonly name: string;
  readonly split: SplitName;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly tokens: { readonly total: number; readonly median: number; readonly max: number };
}

/** Must be increased if the same traces give other rows. */
const EXPORT_VERSION = 4;

export function sortedObject(
  counts: ReadonlyMap<string, number>,
): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function manifestOf(
  { out: _, countTokens: __, runs: ___, sealed, hindsight, ...options }: ResolvedOptions,
  runs: readonly RunSummary[],
  made: {
    readonly made: number;
    readonly rows: readonly FinishedRow[];
    readonly files: readonly ExportedFile[];
    /** Distinct images of the rows. */
    readonly images: readonly StoredImage[];
    readonly dropped: Readonly<Record<string, number>>;
    readonly notMade: Readonly<Record<string, number>>;
    readonly warnings: readonly string[];
    readonly tokenCount: string;
    readonly sealedRuns: number;
    readonly redacted: Readonly<Record<string, number>>;
  },
): Json {
  const terms = new Map<string, number>();
  const recipes = new Map<string, number>();
  for (const { origin } of made.rows) {
    for (const term of origin.terms) terms.set(term, (terms.get(term) ?? 0) + 1);
    const { recipe } = origin;
    recipes.set(recipe, (recipes.get(recipe) ?? 0) + 1);
  }
  const manifest = {
    exportVersion: EXPORT_VERSION,
    format: options.format,
    // The sealed texts themselves must not be in a file that is passed on.
    options: { ...options, sealed: sealed.length, hindsight: hindsight !== undefined },
    tokenCount: made.tokenCount,
    // Personal data that was redacted, by kind. Secrets were redacted before anything was stored.
    redacted: made.redacted,
    ...(made.images.length === 0 ? {} : { images: imageFacts(options.format, made.images) }),
    // Runs of the home whose sealed cases the rows were checked against.
    sealedRuns: made.sealedRuns,
    runs: runs.map(({ id, kind, events, sum }) => ({ id, kind, events, sum })),
    counts: {
      examples: made.made,
      // Distinct rows; a repeated row counts once here and every time in `files`.
      rows: made.rows.length,
      dropped: made.dropped,
      notMade: made.notMade,
    },
    terms: sortedObject(terms),
    // Includes hindsight rows, under their own name.
    recipes: sortedObject(recipes),
    files: made.files,
    warnings: made.warnings,
  };
  return JSON.parse(JSON.stringify(manifest)) as Json;
}

function imageFacts(format: Format, images: readonly StoredImage[]): Json {
  return {
    count: images.length,
    bytes: images.reduce((total, image) => total + image.bytes, 0),
    // Detectors read text only; the content of images is not checked.
    notScanned: images.length,
    tokens: "an estimate: one for 28 x 28 pixels",
    ...(RULES[format].images === "files"
      ? { files: images.map((image) => ({ path: imagePath(image), sha256: image.sha256 })) }
      : {}),
  };
}
