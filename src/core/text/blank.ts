/** Whether a reply says nothing: models send empty code blocks, markers alone, or reasoning alone. */
import { withoutReasoning } from "./reasoning.ts";

const FENCE_LINE = /^[ \t]*(?:`+|~{3,})[\w-]*[ \t]*$/gm;
/** Special tokens of chat templates, and tags without attributes. */
const MARKER = /<[|｜][^<>]*[|｜]>|<\/?[\w:-]+\s*\/?>|\[\/?(?:TOOL_CALLS|INST)\]/g;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

export function isBlank(text: string): boolean {
  const said = withoutReasoning(text).replace(FENCE_LINE, "").replace(MARKER, "");
  return !VISIBLE.test(said);
}
