/** The changes between two versions of a tool, for people. */
import { canonicalJson, type Json } from "../../src/core/json.ts";
import { diffLines } from "../../src/core/text/diff.ts";
import type { Tool } from "../../src/core/tool.ts";

export interface ToolDiff {
  /** Fields that differ, including the source; fields that always differ (version, digest, dates) are omitted. */
  readonly fields: readonly string[];
  /** The source line by line: " " unchanged, "-" removed, "+" added. */
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
  const lines = diffLines(before.source, after.source);
  return { fields, lines: lines.map(({ sign, text }) => `${sign}${text}`) };
}
