/**
 * A version of a tool as a point: the payload has the whole record and the fields that filters use; the
 * words are a sparse vector and, if there is an embedder, the meaning is a dense vector.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { StoreError } from "../../src/core/errors.ts";
import { Tool } from "../../src/core/tool.ts";
import { strengths, toolDocument } from "../retrieval/document.ts";
import { factsOf, queriesOf, STATUSES, type ToolVector } from "../store/catalogue.ts";
import { currentOf } from "../store/tool-table.ts";

export const DENSE = "dense";
export const SPARSE = "words";

/** Payload keys that filters use, with Qdrant's index types; created before the first point. */
export const PAYLOAD_INDEXES = {
  name: "keyword",
  version: "integer",
  status: "keyword",
  language: "keyword",
  needs: "keyword",
  origin: "keyword",
  found: "bool",
  current: "bool",
  terms: "keyword",
  calls: "integer",
  successes: "integer",
  revision: "integer",
  updated_at: "datetime",
} as const;

/** A point stores the ids of this many operations, to recognise a write that is sent again. */
const MAX_OPERATIONS = 64;

export const Payload = z.object({
  name: z.string(),
  version: z.int(),
  status: z.enum(STATUSES),
  /** Whether it is the highest version of its status, which searches may find. */
  found: z.boolean(),
  /** Whether `get` without a version returns it. */
  current: z.boolean(),
  terms: z.array(z.string()),
  /** Served requests that are in the vectors. */
  queries: z.array(z.string()),
  /** Increases with every write; a writer states the revision that it has read. */
  revision: z.int(),
  operations: z.array(z.string()),
  /** The tool as JSON text, so that numbers and key order do not change. */
  record: z.string(),
});
export type Payload = z.output<typeof Payload>;

export interface Stored {
  readonly tool: Tool;
  readonly payload: Payload;
}

export interface Point {
  readonly id: string;
  readonly payload: Record<string, unknown>;
  readonly vector: Record<string, number[] | { indices: number[]; values: number[] }>;
}

/** @throws StoreError CORRUPT_RECORD */
export function storedOf(payload: unknown, url: string): Stored {
  try {
    const parsed = Payload.parse(payload);
    return { payload: parsed, tool: Tool.parse(JSON.parse(parsed.record)) };
  } catch (cause) {
    throw new StoreError(
      "CORRUPT_RECORD",
      `The Qdrant server ${url} has a point that is not a valid tool: remove it there, or choose another store.collection.`,
      { facts: { url }, cause },
    );
  }
}

/** The fields of one version that depend on the whole history. */
export function derived(history: readonly Tool[], tool: Tool) {
  const top = history.findLast((other) => other.status === tool.status);
  return {
    found: top?.version === tool.version,
    current: currentOf(history).version === tool.version,
    queries: top?.version === tool.version ? queriesOf(history) : [],
  };
}

/** Whether a point matches its tool's history. */
export function isUpToDate({ payload, tool }: Stored, history: readonly Tool[]): boolean {
  const wanted = derived(history, tool);
  return (
    payload.found === wanted.found &&
    payload.current === wanted.current &&
    JSON.stringify(payload.queries) === JSON.stringify(wanted.queries)
  );
}

export function pointOf(
  history: readonly Tool[],
  tool: Tool,
  {
    revision,
    operations,
    dense,
    now,
  }: {
    readonly revision: number;
    readonly operations: readonly string[];
    readonly dense: ToolVector | undefined;
    readonly now: string;
  },
): Point {
  const { found, current, queries } = derived(history, tool);
  const { language, needs, origin } = factsOf(tool);
  // A version that searches do not find has no words, because statistics count only findable versions.
  const words = found ? strengths(toolDocument(tool, queries)) : new Map<string, number>();
  const payload: Payload & Record<string, unknown> = {
    name: tool.name,
    version: tool.version,
    status: tool.status,
    language,
    needs,
    origin,
    found,
    current,
    terms: [...words.keys()],
    queries,
    calls: tool.usage.calls,
    successes: tool.usage.successes,
    revision,
    operations: operations.slice(-MAX_OPERATIONS),
    updated_at: now,
    record: JSON.stringify(tool),
  };
  return {
    id: pointId(tool.name, tool.version),
    payload,
    vector: {
      [SPARSE]: sparse(words),
      ...(dense === undefined || !found ? {} : { [DENSE]: [...dense.vector] }),
    },
  };
}

/** Indices are ascending and unique, as Qdrant requires; if two terms share a number, the higher weight counts. */
export function sparse(weights: ReadonlyMap<string, number>): {
  indices: number[];
  values: number[];
} {
  const byNumber = new Map<number, number>();
  for (const [term, weight] of weights) {
    const number = termNumber(term);
    byNumber.set(number, Math.max(weight, byNumber.get(number) ?? 0));
  }
  const sorted = [...byNumber].sort(([a], [z]) => a - z);
  return { indices: sorted.map(([number]) => number), values: sorted.map(([, value]) => value) };
}

/** FNV-1a, 32 bits: among ten thousand terms, 0.01 collisions are expected. */
export function termNumber(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) {
    hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Qdrant accepts only numbers and UUIDs: a UUID version 5 (RFC 9562) of name and version. */
export function pointId(name: string, version: number): string {
  const bytes = createHash("sha1")
    .update(NAMESPACE)
    .update(`${name}@${version}`)
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

const NAMESPACE = Buffer.from("7d3c1f0a5b6e4c2d9a8f0e1d2c3b4a59", "hex");
