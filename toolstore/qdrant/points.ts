/**
 * A version of a tool as a point: the whole record in its payload, with what filters ask for beside it,
 * its words as a sparse vector and, where there is an embedder, its meaning as a dense one.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { StoreError } from "../../src/core/errors.ts";
import { Tool } from "../../src/core/tool.ts";
import { strengths, toolDocument } from "../retrieval/document.ts";
import { factsOf, queriesOf, STATUSES, type ToolVector } from "../store/catalogue.ts";
import { currentOf } from "../store/shelf.ts";

export const DENSE = "dense";
export const SPARSE = "words";

/** Payload keys that filters use, with Qdrant's index type for each: made before the first point. */
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

/** Operations whose names a point remembers: a write that is sent again is known by them. */
const REMEMBERED = 64;

export const Payload = z.object({
  name: z.string(),
  version: z.int(),
  status: z.enum(STATUSES),
  /** The highest version of its status: what a search may find. */
  found: z.boolean(),
  /** What `get` gives without a version. */
  current: z.boolean(),
  terms: z.array(z.string()),
  /** Requests that are in the vectors. */
  queries: z.array(z.string()),
  /** Counts up with every write: who writes says which one it has read. */
  revision: z.int(),
  operations: z.array(z.string()),
  /** The tool as JSON text: numbers and key order stay what they were. */
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
      `The Qdrant server ${url} holds a point that is no tool: remove it there, or choose another store.collection.`,
      { facts: { url }, cause },
    );
  }
}

/** What is derived from a history, for one version of it. */
export function derived(history: readonly Tool[], tool: Tool) {
  const top = history.findLast((other) => other.status === tool.status);
  return {
    found: top?.version === tool.version,
    current: currentOf(history).version === tool.version,
    queries: top?.version === tool.version ? queriesOf(history) : [],
  };
}

/** Whether a point is what its tool's history says that it must be. */
export function isTrue({ payload, tool }: Stored, history: readonly Tool[]): boolean {
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
  // A version that no search finds carries no words: statistics count what can be found.
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
    operations: operations.slice(-REMEMBERED),
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

/** Indices rise and are unique, as Qdrant demands; of two terms with one number the stronger counts. */
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

/** FNV-1a, 32 bits: ten thousand terms make 0.01 expected pairs with one number. */
export function termNumber(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) {
    hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Qdrant takes numbers and UUIDs alone: version 5 (RFC 9562) of name and version. */
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
