/**
 * Finds what looks like a credential in a tool. Holds: the shapes in `src/core/text/secrets.ts`, and
 * long random strings assigned to a name such as `password`. Does not hold: a secret that is built
 * from parts, or that looks like a word.
 */
import { secretKindsIn } from "../../src/core/text/secrets.ts";
import type { Tool } from "../../src/core/tool.ts";

const ASSIGNED =
  /(?:api[_-]?key|secret|token|passw(?:or)?d|authorization)["'`]?\s*[:=]\s*["'`]([^"'`\s]{12,})["'`]/gi;
/** Bits per character above which a string is unlikely to be a word or a placeholder. */
const RANDOM_BITS = 3.3;

/** The kinds of secrets found, each once; never the secret itself. */
export function secretsIn(tool: Pick<Tool, "source" | "description" | "cases">): string[] {
  const found = new Set<string>();
  for (const text of [tool.source, tool.description, JSON.stringify(tool.cases)]) {
    for (const kind of secretKindsIn(text)) found.add(kind);
    for (const [, value] of text.matchAll(ASSIGNED)) {
      if (value !== undefined && entropyBits(value) >= RANDOM_BITS) found.add("assigned secret");
    }
  }
  return [...found];
}

/** Shannon entropy of the characters, in bits per character. */
function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
