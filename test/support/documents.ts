/** The documents that people read, with their code blocks and what these say of themselves. */
import { glob, readFile } from "node:fs/promises";
import { sep } from "node:path";

export interface CodeBlock {
  /** Path of the document from the root, and the line of the fence. */
  readonly where: string;
  readonly language: string;
  /** What stands behind the language, e.g. `run` or `file=clamp.yaml`. */
  readonly words: readonly string[];
  readonly code: string;
}

/** Paths from the root, in order. Whatever a person starts reading with, and all below docs/. */
export async function documents(): Promise<ReadonlyMap<string, string>> {
  const found: string[] = [];
  const patterns = ["*.md", "docs/**/*.md", "examples/**/*.md", "sandbox/README.md"];
  for await (const path of glob(patterns)) found.push(path.split(sep).join("/"));
  const read = found
    .filter((path) => !path.startsWith("examples/node_modules"))
    .sort()
    .map(async (path) => [path, await readFile(path, "utf8")] as const);
  return new Map(await Promise.all(read));
}

export async function codeBlocks(): Promise<readonly CodeBlock[]> {
  return [...(await documents())].flatMap(([path, text]) => blocksOf(path, text));
}

function blocksOf(path: string, text: string): readonly CodeBlock[] {
  return [...text.matchAll(/^( *)```(\w+)(.*)\n([\s\S]*?)^\1```/gm)].map((match) => {
    const [, indent = "", language = "", words = "", code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    return {
      where: `${path}:${line}`,
      language,
      words: words.trim().split(/\s+/).filter(Boolean),
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    };
  });
}
