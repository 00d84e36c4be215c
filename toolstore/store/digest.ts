/** The identity of a tool: the code that runs and how it is called. */
import { digestJson } from "../../src/core/digest.ts";
import type { Tool } from "../../src/core/tool.ts";

/**
 * The value of `Tool.digest`: SHA-256 of name, signature, source, language, entry and, if it calls
 * other tools, their links.
 */
export function toolDigest(
  tool: Pick<Tool, "name" | "signature" | "source" | "language" | "entry" | "uses">,
): string {
  const { name, signature, source, language, entry, uses = [] } = tool;
  const own = { name, signature, source, language, entry };
  return digestJson(uses.length === 0 ? own : { ...own, uses: uses.map((link) => ({ ...link })) });
}
