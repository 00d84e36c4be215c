/**
 * A batch's folder: the manifest and its cells (manifest.json), the records of ended cells (cells.jsonl,
 * one line per cell, on disk before it counts), the progress (progress.jsonl), and the traces (home/).
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { checkSchema, faultText, InputError, StoreError } from "../../src/index.ts";
import { Manifest } from "../manifest/schema.ts";
import { CellFacts, CellRecord } from "./record.ts";

/** What a report needs besides the records of the cells. */
export const Batch = z.strictObject({
  format: z.literal(1),
  createdAt: z.string(),
  manifest: Manifest,
  cells: z.array(CellFacts),
});
export type Batch = z.output<typeof Batch>;

export interface Journal {
  readonly home: string;
  /** The latest record of each cell, in the order of their first lines. */
  readonly records: ReadonlyMap<string, CellRecord>;
  /** On disk when it returns. */
  add(record: CellRecord): void;
  progress(line: object): void;
  close(): void;
}

const FILES = { batch: "manifest.json", cells: "cells.jsonl", progress: "progress.jsonl" };

/**
 * @param resume Whether existing results are expected.
 * @throws InputError RESULTS_EXIST, StoreError CORRUPT_RECORD
 */
export async function openJournal(
  folder: string,
  batch: Batch,
  { resume }: { readonly resume: boolean },
): Promise<Journal> {
  const known = readIfExists(join(folder, FILES.batch));
  if (known !== undefined && !resume) {
    throw new InputError(
      "RESULTS_EXIST",
      `Expected a folder without results, got ${folder}. Continue with --resume, or give another --out.`,
    );
  }
  createFolder(folder);
  const records = new Map(readRecords(folder).map((record) => [record.cell.id, record]));
  // Written to a temporary file and renamed, so that a reader never gets a partial file.
  const temporary = join(folder, `${FILES.batch}.${process.pid}`);
  await writeFile(temporary, `${JSON.stringify(batch, null, 2)}\n`);
  await rename(temporary, join(folder, FILES.batch));
  const cells = openSync(join(folder, FILES.cells), "a");
  const progress = openSync(join(folder, FILES.progress), "a");
  // A killed process may have left an incomplete line: new lines start after it.
  if (endsInMidLine(join(folder, FILES.cells))) writeSync(cells, "\n");
  if (endsInMidLine(join(folder, FILES.progress))) writeSync(progress, "\n");
  return {
    home: join(folder, "home"),
    records,
    add(record) {
      writeSync(cells, `${JSON.stringify(record)}\n`);
      fsyncSync(cells);
      records.set(record.cell.id, record);
    },
    progress: (line) => void writeSync(progress, `${JSON.stringify(line)}\n`),
    close() {
      closeSync(cells);
      closeSync(progress);
    },
  };
}

/** @throws InputError NO_RESULTS, StoreError CORRUPT_RECORD */
export function readBatch(folder: string): {
  readonly batch: Batch;
  readonly records: readonly CellRecord[];
} {
  const text = readIfExists(join(folder, FILES.batch));
  if (text === undefined) {
    throw new InputError(
      "NO_RESULTS",
      `Expected a folder that "experiment run" wrote, got ${folder}: it has no ${FILES.batch}.`,
    );
  }
  const checked = checkSchema(Batch, parseJson(text));
  if (!checked.ok) {
    throw new StoreError(
      "CORRUPT_RECORD",
      `${join(folder, FILES.batch)} is not what "experiment run" writes: ${faultText(checked.faults)}`,
    );
  }
  const latest = new Map(readRecords(folder).map((record) => [record.cell.id, record]));
  return { batch: checked.data, records: [...latest.values()] };
}

/** Skips incomplete lines, which a killed process leaves; any other invalid line is an error. */
function readRecords(folder: string): readonly CellRecord[] {
  const file = join(folder, FILES.cells);
  const text = readIfExists(file) ?? "";
  const lines = text.split("\n");
  return lines.flatMap((line, index): CellRecord[] => {
    if (line === "") return [];
    const value = parseJson(line);
    const checked = checkSchema(CellRecord, value);
    if (checked.ok) return [checked.data];
    if (value === undefined) return [];
    throw new StoreError(
      "CORRUPT_RECORD",
      `${file}:${index + 1}: expected a cell's record, got something else (${faultText(checked.faults.slice(0, 1))}). Remove the line; its cell runs again with --resume.`,
    );
  });
}

function endsInMidLine(file: string): boolean {
  const text = readIfExists(file) ?? "";
  return text !== "" && !text.endsWith("\n");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InputError("UNREADABLE_FILE", `Cannot read ${file}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new InputError(
      "UNWRITABLE_FOLDER",
      `Expected a folder for results that can be written, got ${folder} (${(error as Error).message}). Give another --out.`,
      { cause: error },
    );
  }
}
