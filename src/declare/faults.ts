/** What is wrong with a manifest: every fault with its place, so that one look at it mends them all. */
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface Fault extends Place {
  /** From the document's top, e.g. `agents[1].tools[0]`. */
  readonly field: string;
  readonly code: string;
  /** What was expected, what came, what to do. */
  readonly message: string;
}

/** In the order of the files, then of the lines. */
export function badManifest(faults: readonly Fault[]): InputError {
  const lines = faults.map(
    ({ file, line, column, field, code, message }) =>
      `  ${file}:${line}:${column} ${code}${field === "" ? "" : ` ${field}`}: ${message}`,
  );
  return new InputError(
    "BAD_MANIFEST",
    `Nothing was applied: ${faults.length === 1 ? "one fault" : `${faults.length} faults`} in the manifest.\n${lines.join("\n")}`,
    { facts: { faults: faults.map((fault) => ({ ...fault })) as unknown as Json } },
  );
}
