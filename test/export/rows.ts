/** Exports in the plain format, read back. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EventStore } from "../../src/core/ports.ts";
import { exportTraces } from "../../src/export/export.ts";
import type { ExportOptions } from "../../src/export/options.ts";

interface Origin {
  readonly run: string;
  readonly recipe: string;
  readonly task?: string;
  readonly terms: readonly string[];
  readonly families: readonly string[];
  readonly gain?: number;
  readonly score?: number;
}
interface JsonlRow {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly origin: Origin;
  readonly weight?: number;
}

/** @param home Where the exports go, a folder each. */
export function rowsIn(home: string) {
  let folders = 0;
  return async (store: EventStore, options: Partial<ExportOptions> = {}) => {
    const out = join(home, `rows-${folders++}`);
    const result = await exportTraces(store, { format: "jsonl", out, validation: 0, ...options });
    const read = (name: string): readonly JsonlRow[] => {
      const path = join(result.folder, name);
      if (!existsSync(path)) return [];
      const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
      return lines.map((line) => JSON.parse(line) as JsonlRow);
    };
    return { result, train: read("train.jsonl"), validation: read("validation.jsonl") };
  };
}
