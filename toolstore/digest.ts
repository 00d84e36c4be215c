/** What makes two tools the same tool: the code that runs and how it is called. */
import { digestJson } from "../src/core/digest.ts";
import type { Tool } from "../src/core/tool.ts";

/** SHA-256 over name, signature, source, language and entry: what `Tool.digest` must be. */
export function toolDigest(
  tool: Pick<Tool, "name" | "signature" | "source" | "language" | "entry">,
): string {
  const { name, signature, source, language, entry } = tool;
  return digestJson({ name, signature, source, language, entry });
}
