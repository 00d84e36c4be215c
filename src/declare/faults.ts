/** Faults of a manifest. All are reported at once, each with its position, so that one edit can fix all. */
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface Fault extends Place {
  /** Path from the document's root, e.g. `agents[1].tools[0]`. */
  readonly field: string;
  readonly code: string;
  /** What was expected, what came, what to do. */
  readonly message: string;
}

/** Sorted by file, then by line. */
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
