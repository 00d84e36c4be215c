/** Generated tools and requests with the size of real ones. */

import type { SearchDocument } from "../../toolstore/retrieval/document.ts";
import { toolDigest } from "../../toolstore/store/digest.ts";
import type { Random } from "../core/random.ts";
import type { Tool } from "../core/tool.ts";

/** A tool of typical size: three words in the name, fifteen in the description, three parameters. */
export function invent(number: number, vocabulary: readonly string[], random: Random): Tool {
  const name = `${phrase(vocabulary, random, 3).replaceAll(" ", "_")}_${number}`;
  const properties = Object.fromEntries(
    Array.from({ length: 3 }, () => [
      word(vocabulary, random),
      { type: "number", description: phrase(vocabulary, random, 5) },
    ]),
  );
  const tool: Omit<Tool, "digest"> = {
    name,
    version: 1,
    description: phrase(vocabulary, random, 15),
    signature: `function ${name}(input: number): number`,
    parameters: { type: "object", properties },
    result: { type: "number" },
    language: "javascript",
    source: `function ${name}(input) { return input + ${number}; }`,
    entry: name,
    limits: { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 1_000_000 },
    capabilities: { network: [], files: false, model: false },
    cases: [{ args: [1], expected: number + 1 }],
    evaluation: { train: 1, heldOut: 1, measures: {} },
    lineage: { parents: [] },
    status: "active",
    usage: { calls: 0, successes: 0, totalMs: 0, costUsd: 0, lastErrors: [], queries: [] },
    createdAt: "2026-01-01T00:00:00.000Z",
  };
  return { ...tool, digest: toolDigest(tool) };
}

export function phrase(vocabulary: readonly string[], random: Random, length: number): string {
  return Array.from({ length }, () => word(vocabulary, random)).join(" ");
}

/** Some words are more frequent: the square of a uniform number approximates Zipf's law. */
function word(vocabulary: readonly string[], random: Random): string {
  return vocabulary[Math.floor(random.next() ** 2 * vocabulary.length)] as string;
}

export function inventWords(random: Random, count: number): string[] {
  const found = new Set<string>();
  while (found.size < count) {
    let text = "";
    for (let i = 0; i < 2 + random.integer(3); i++) {
      text += `${random.pick([..."bcdfghklmnprstvz"])}${random.pick([..."aeiou"])}`;
    }
    found.add(text);
  }
  return [...found];
}

/** A document of the same size for an index. */
export function inventDocument(vocabulary: readonly string[], random: Random): SearchDocument {
  return {
    name: phrase(vocabulary, random, 3),
    description: phrase(vocabulary, random, 15),
    parameterNames: Array.from({ length: 3 }, () => word(vocabulary, random)),
    parameterTexts: Array.from({ length: 3 }, () => phrase(vocabulary, random, 5)),
    examples: [],
    identifiers: [],
    queries: [],
  };
}
