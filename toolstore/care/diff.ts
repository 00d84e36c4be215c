/** What changed between two versions of a tool, for people. */
import { canonicalJson, type Json } from "../../src/core/json.ts";
import { diffLines } from "../../src/core/text/diff.ts";
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
  const lines = diffLines(before.source, after.source);
  return { fields, lines: lines.map(({ sign, text }) => `${sign}${text}`) };
}
