/**
 * Keeps a prompt within a model's context. What the engine packs into it (tools, results, facts) is
 * shortened; what the person has written never is.
 */
import type { ModelMessage } from "../core/ports.ts";
import { estimatedTokens } from "../core/text/estimated-tokens.ts";

type Variables = Readonly<Record<string, string>>;

/** Variables that hold lists of the engine, one item a line. */
const PACKED: ReadonlySet<string> = new Set([
  "context",
  "earlier",
  "evidence",
  "history",
  "known",
  "requests",
  "results",
  "siblings",
  "tools",
]);

/** The prompt's share of the context. The rest is for the reply, and for a reply that is told back. */
const SHARE = 0.75;
/** Shorter than this a line says nothing. */
const SHORTEST_LINE = 80;

/**
 * The variables with their longest lines cut, so that the rendered prompt fits. Unchanged if it fits
 * anyway, or if the context is not known.
 */
export function fitted(
  variables: Variables,
  render: (variables: Variables) => readonly ModelMessage[],
  contextTokens: number | undefined,
): Variables {
  if (contextTokens === undefined) return variables;
  const size = render(variables).reduce((sum, { content }) => sum + estimatedTokens(content), 0);
  const excess = size - Math.floor(SHARE * contextTokens);
  if (excess <= 0) return variables;
  const packed = Object.entries(variables).filter(([name]) => PACKED.has(name));
  const bytes = packed.flatMap(([, text]) => text.split("\n")).map(byteLength);
  const longest = cap(bytes, excess * BYTES_PER_TOKEN);
  const cut = packed.map(([name, text]) => [
    name,
    text
      .split("\n")
      .map((line) => shortened(line, longest))
      .join("\n"),
  ]);
  return { ...variables, ...Object.fromEntries(cut) };
}

/** As `estimatedTokens` counts. */
const BYTES_PER_TOKEN = 3;

/** The length to which the longest lines are cut to save so many bytes. */
function cap(bytes: readonly number[], toSave: number): number {
  const descending = [...bytes].sort((left, right) => right - left);
  let sum = 0;
  for (const [index, size] of descending.entries()) {
    sum += size;
    const level = Math.floor((sum - toSave) / (index + 1));
    if (level >= (descending[index + 1] ?? 0)) return Math.max(SHORTEST_LINE, level);
  }
  return SHORTEST_LINE;
}

function shortened(line: string, longest: number): string {
  if (byteLength(line) <= longest) return line;
  // A cut within a character leaves a mark of its own, which goes too.
  const kept = Buffer.from(line)
    .subarray(0, longest - byteLength(CUT))
    .toString();
  return `${kept.replace(/\uFFFD+$/, "")}${CUT}`;
}

const CUT = " … (cut)";

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
