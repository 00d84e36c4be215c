/** What changed between two versions of a tool, for people. */
import { canonicalJson, type Json } from "../../src/core/json.ts";
import type { Tool } from "../../src/core/tool.ts";

export interface ToolDiff {
  /** Fields that differ, the source among them; what always differs (version, digest, dates) is left out. */
  readonly fields: readonly string[];
  /** The source line by line: " " kept, "-" gone, "+" new. */
  readonly lines: readonly string[];
}

const COMPARED = [
  "description",
  "signature",
  "parameters",
  "result",
  "language",
  "source",
  "entry",
  "limits",
  "capabilities",
  "cases",
  "evaluation",
  "status",
] as const;

export function toolDiff(before: Tool, after: Tool): ToolDiff {
  const fields = COMPARED.filter(
    (field) => canonicalJson(before[field] as Json) !== canonicalJson(after[field] as Json),
  );
  return { fields, lines: lineDiff(before.source.split("\n"), after.source.split("\n")) };
}

/** By the longest common subsequence; quadratic in the lines that differ. */
function lineDiff(before: readonly string[], after: readonly string[]): string[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let tail = 0;
  while (
    tail < before.length - start &&
    tail < after.length - start &&
    before.at(-1 - tail) === after.at(-1 - tail)
  ) {
    tail++;
  }
  const old = before.slice(start, before.length - tail);
  const now = after.slice(start, after.length - tail);
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] as number;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines = before.slice(0, start).map((line) => ` ${line}`);
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push(` ${old[i]}`);
      i++;
      j++;
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`-${old[i++]}`);
    } else {
      lines.push(`+${now[j++]}`);
    }
  }
  return [...lines, ...before.slice(before.length - tail).map((line) => ` ${line}`)];
}
