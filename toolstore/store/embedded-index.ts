/**
 * The search index as stored in the file: flat arrays, which load in a fraction of the time needed to
 * index every tool again.
 *
 * It is a chain of segments. The first contains every name up to a change. Each later one contains the
 * names that changed since then, and replaces their entries of earlier segments. So a write is
 * proportional to what is new, and a reader loads only the segments that it does not have yet. A segment
 * is written in one transaction: if a process dies during the write, the chain is unchanged.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { Language } from "../../src/core/execution.ts";
import type { ToolStatus } from "../../src/core/tool.ts";
import { type CatalogueDump, STATUSES, type ToolFacts } from "./catalogue.ts";

/** Version of words, weights and layout: an index with another format is rebuilt. */
const FORMAT = 2;
/** Well below SQLite's limit for one value. */
const CHUNK_BYTES = 64 * 2 ** 20;

const Head = z.object({
  format: z.literal(FORMAT),
  /** The last change in earlier segments; 0 in the first. */
  from: z.int(),
  /** The last change in this segment. */
  change: z.int(),
  /** Number of names in it. */
  names: z.int(),
  facts: z.array(
    z.object({
      language: Language,
      needs: z.array(z.enum(["network", "files", "model"])),
      origin: z.string(),
    }),
  ),
});
const Chunk = z.object({ bytes: z.instanceof(Uint8Array) });
const HeadRow = z.object({ part: z.string(), bytes: z.instanceof(Uint8Array) });

/** A segment without its arrays. */
export interface SegmentHead {
  readonly number: number;
  readonly from: number;
  readonly change: number;
  readonly names: number;
  readonly facts: readonly ToolFacts[];
}

export interface Segment {
  readonly names: readonly string[];
  readonly dump: CatalogueDump;
}

/** The consecutive segments, up to the first one that is missing or has another format. */
export function chainOf(database: DatabaseSync): readonly SegmentHead[] {
  const rows = database.prepare("SELECT part, bytes FROM saved_index WHERE part LIKE '% head'");
  const heads = rows.all().flatMap((row) => {
    const head = unlessCorrupt(() => {
      const { part, bytes } = HeadRow.parse(row);
      const facts = Head.parse(JSON.parse(Buffer.from(bytes).toString()));
      return { ...facts, number: Number.parseInt(part, 10) };
    });
    return head === undefined ? [] : [head];
  });
  heads.sort((a, z) => a.number - z.number);
  const chain: SegmentHead[] = [];
  for (const head of heads) {
    const end = chain.at(-1)?.change ?? 0;
    if (head.number !== chain.length || head.from > end || head.change < end) break;
    chain.push(head);
  }
  return chain;
}

/** @returns undefined if its arrays are invalid: then its content is read from the tools. */
export function readSegment(database: DatabaseSync, head: SegmentHead): Segment | undefined {
  return unlessCorrupt(() => read(database, head));
}

/**
 * Writes the next segment, or a first segment that replaces the whole chain. Runs inside the caller's
 * transaction.
 *
 * @param at `number` 0 replaces the whole chain.
 */
export function writeSegment(
  database: DatabaseSync,
  { names, dump }: Segment,
  at: { readonly number: number; readonly from: number; readonly change: number },
): void {
  if (at.number === 0) database.exec("DELETE FROM saved_index");
  const insert = database.prepare("INSERT OR REPLACE INTO saved_index VALUES (?, ?, ?)");
  const write = (part: string, bytes: Uint8Array): void => {
    for (let chunk = 0; chunk === 0 || chunk * CHUNK_BYTES < bytes.length; chunk++) {
      const from = chunk * CHUNK_BYTES;
      insert.run(`${at.number} ${part}`, chunk, bytes.subarray(from, from + CHUNK_BYTES));
    }
  };
  const facts = new Map<string, number>();
  for (const status of STATUSES) {
    const { words, versions, facts: own } = dump[status];
    write(`${status} keys`, text(words.keys));
    write(`${status} vocabulary`, text(words.vocabulary));
    write(`${status} counts`, bytesOf(words.counts));
    write(`${status} documents`, bytesOf(words.documents));
    write(`${status} weights`, bytesOf(words.weights));
    write(`${status} versions`, bytesOf(Int32Array.from(versions)));
    const numbers = own.map((each) => {
      const key = JSON.stringify(each);
      const number = facts.get(key) ?? facts.size;
      facts.set(key, number);
      return number;
    });
    write(`${status} facts`, bytesOf(Int32Array.from(numbers)));
  }
  // A later segment also lists the names that have no entry in it any more.
  if (at.number > 0) write("names", text(names));
  const { from, change } = at;
  const head = {
    format: FORMAT,
    from,
    change,
    names:
      at.number > 0
        ? names.length
        : STATUSES.reduce((sum, status) => sum + dump[status].words.keys.length, 0),
    facts: [...facts.keys()].map((key) => JSON.parse(key)),
  };
  write("head", Buffer.from(JSON.stringify(head)));
}

/** @throws ZodError, SyntaxError, RangeError for an invalid segment. */
function read(database: DatabaseSync, { number, facts }: SegmentHead): Segment {
  const select = database.prepare("SELECT bytes FROM saved_index WHERE part = ? ORDER BY chunk");
  const bytesAt = (part: string): Uint8Array => {
    const chunks = select.all(`${number} ${part}`).map((row) => Chunk.parse(row).bytes);
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  };
  const part = (status: ToolStatus) =>
    checked({
      words: {
        keys: lines(bytesAt(`${status} keys`)),
        vocabulary: lines(bytesAt(`${status} vocabulary`)),
        counts: new Int32Array(aligned(bytesAt(`${status} counts`))),
        documents: new Int32Array(aligned(bytesAt(`${status} documents`))),
        weights: new Float32Array(aligned(bytesAt(`${status} weights`))),
      },
      versions: [...new Int32Array(aligned(bytesAt(`${status} versions`)))],
      facts: [...new Int32Array(aligned(bytesAt(`${status} facts`)))].map(
        (each) => facts[each] as ToolFacts,
      ),
    });
  const dump = {
    candidate: part("candidate"),
    active: part("active"),
    deprecated: part("deprecated"),
  };
  return { dump, names: lines(bytesAt("names")) };
}

/** The stored bytes may be corrupt; then the index is rebuilt. */
function unlessCorrupt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const corrupt =
      error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError;
    if (corrupt) return undefined;
    throw error;
  }
}

/** @throws RangeError if the arrays do not fit together. */
function checked(part: CatalogueDump[ToolStatus]): CatalogueDump[ToolStatus] {
  const { words, versions, facts } = part;
  const postings = words.counts.reduce((sum, count) => sum + count, 0);
  const fits =
    words.counts.length === words.vocabulary.length &&
    words.documents.length === postings &&
    words.weights.length === postings &&
    versions.length === words.keys.length &&
    facts.length === words.keys.length &&
    !facts.includes(undefined as never) &&
    words.documents.every((document) => document >= 0 && document < words.keys.length);
  if (fits) return part;
  throw new RangeError("the saved index is corrupt");
}

/** Names and terms never contain a line break. */
function text(words: readonly string[]): Uint8Array {
  return Buffer.from(words.join("\n"));
}

function lines(bytes: Uint8Array): string[] {
  return bytes.length === 0 ? [] : Buffer.from(bytes).toString().split("\n");
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A buffer that starts at byte 0, as arrays of four-byte numbers need. */
function aligned({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const whole = byteOffset === 0 && byteLength === buffer.byteLength;
  return (whole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
}
