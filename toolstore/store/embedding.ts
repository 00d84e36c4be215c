/**
 * Embeds tools and queries. A store has one vector for each version: the mean direction of its own text
 * and of the requests that the tool served.
 */
import { ConfigError, EngineError } from "../../src/core/errors.ts";
import type { Embedder, ToolQuery } from "../../src/core/ports.ts";
import { purposeOf, type Tool } from "../../src/core/tool.ts";
import { centroid } from "../retrieval/vectors.ts";
import type { ToolVector } from "./catalogue.ts";

/** What is embedded of a tool. Its code and cases would add little for an embedder. */
type Embedded = Pick<Tool, "name" | "description" | "evidence">;

function embeddedText(tool: Embedded): string {
  return `${tool.name}. ${purposeOf(tool)}`;
}

/** One vector for each tool with its requests, in order. */
export async function toolVectors(
  embedder: Embedder,
  tools: readonly {
    readonly tool: Embedded;
    readonly queries: readonly string[];
  }[],
  signal: AbortSignal,
): Promise<ToolVector[]> {
  const own = await embedder.embed(
    tools.map(({ tool }) => embeddedText(tool)),
    { kind: "document" },
    signal,
  );
  const asked = tools.flatMap(({ queries }) => queries);
  const served = asked.length === 0 ? [] : await embedder.embed(asked, { kind: "query" }, signal);
  let from = 0;
  return tools.map(({ queries }, i) => {
    const to = from + queries.length;
    const vector = centroid(own[i] as Float32Array, served.slice(from, to));
    from = to;
    return { vector, served: queries.length };
  });
}

/** Vectors of a query's text and hypotheses, or the reason why there are none. */
export async function queryVectors(
  embedder: Embedder | undefined,
  { text, hypotheses = [] }: ToolQuery,
): Promise<{ readonly vectors?: readonly Float32Array[]; readonly degraded?: string }> {
  if (embedder === undefined || text.trim() === "") return {};
  try {
    const signal = AbortSignal.timeout(QUERY_TIMEOUT_MS);
    return { vectors: await embedder.embed([text, ...hypotheses], { kind: "query" }, signal) };
  } catch (error) {
    return { degraded: `found by words only: ${reasonOf(error)}` };
  }
}

const QUERY_TIMEOUT_MS = 10_000;

/** @throws ConfigError EMBEDDER_MISMATCH if the store has vectors of another embedder. */
export function checkEmbedder(
  embedder: Embedder | undefined,
  stored: string | undefined,
  place: string,
): void {
  if (embedder === undefined || stored === undefined || stored === embedder.id) return;
  throw new ConfigError(
    "EMBEDDER_MISMATCH",
    `The tool store ${place} has vectors of embedder "${stored}", but "${embedder.id}" is configured: configure the first one, or recompute all vectors with "toolwright tools reindex".`,
    { facts: { place, stored, configured: embedder.id } },
  );
}

/** The message of an engine's error is already a sentence; other errors also give their name. */
export function reasonOf(error: unknown): string {
  if (error instanceof EngineError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
