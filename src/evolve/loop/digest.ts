/** The identity of a candidate: sources that are equal after normalising have the same digest. */
import { digestText } from "../../core/digest.ts";
import type { Kernel } from "../../core/task.ts";
import { isNumeric } from "../syntax/analyse.ts";
import { normalise } from "../syntax/normalise.ts";

/** @returns 64 hexadecimal digits. A source that does not parse is equal only to itself. */
export function candidateDigest(source: string, kernel: Kernel): string {
  const normal = normalise(source, kernel.entry, { numeric: isNumeric(kernel) });
  return normal?.digest ?? digestText(source);
}
