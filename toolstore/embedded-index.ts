/**
 * The search index as it is kept in the file: flat arrays in chunks, which a start reads back in a
 * fraction of the time that it takes to read every tool's words again.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { Language } from "../src/core/execution.ts";
import type { ToolStatus } from "../src/core/tool.ts";
import { type CatalogueDump, STATUSES, type ToolFacts } from "./catalogue.ts";

/** Of words, weights and layout: an index of another format is made anew. */
const FORMAT = 1;
/** Well below what SQLite takes as one value. */
const CHUNK_BYTES = 64 * 2 ** 20;

const Head = z.object({
  format: z.literal(FORMAT),
  change: z.int(),
  facts: z.array(
    z.object({
      language: Language,
      needs: z.array(z.enum(["network", "files", "model"])),
      origin: z.string(),
    }),
  ),
});
const Chunk = z.object({ bytes: z.instanceof(Uint8Array) });

/** Inside a transaction of the caller. @param change The last one that is in the index. */
export function saveIndex(database: DatabaseSync, dump: CatalogueDump, change: number): void {
  database.exec("DELETE FROM saved_index");
  const insert = database.prepare("INSERT INTO saved_index VALUES (?, ?, ?)");
  const write = (part: string, bytes: Uint8Array): void => {
    for (let chunk = 0; chunk === 0 || chunk * CHUNK_BYTES < bytes.length; chunk++) {
      insert.run(part, chunk, bytes.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES));
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
  const head = { format: FORMAT, change, facts: [...facts.keys()].map((key) => JSON.parse(key)) };
  write("head", Buffer.from(JSON.stringify(head)));
}

export interface SavedIndex {
  readonly dump: CatalogueDump;
  readonly change: number;
}

/** @returns undefined where there is none that this release can read: it is made anew. */
export function loadIndex(database: DatabaseSync): SavedIndex | undefined {
  try {
    return read(database);
  } catch (error) {
    if (
      error instanceof z.ZodError ||
      error instanceof SyntaxError ||
      error instanceof RangeError
    ) {
      return undefined;
    }
    throw error;
  }
}

/** @throws ZodError, SyntaxError, RangeError for what is no index. */
function read(database: DatabaseSync): SavedIndex | undefined {
  const select = database.prepare("SELECT bytes FROM saved_index WHERE part = ? ORDER BY chunk");
  const bytesAt = (part: string): Uint8Array => {
    const chunks = select.all(part).map((row) => Chunk.parse(row).bytes);
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  };
  const bytes = bytesAt("head");
  if (bytes.length === 0) return undefined;
  const head = Head.parse(JSON.parse(Buffer.from(bytes).toString()));
  const facts: readonly ToolFacts[] = head.facts;
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
        (number) => facts[number] as ToolFacts,
      ),
    });
  const dump = {
    candidate: part("candidate"),
    active: part("active"),
    deprecated: part("deprecated"),
  };
  return { dump, change: head.change };
}

/** @throws RangeError where the arrays do not belong to each other. */
function checked(part: CatalogueDump[ToolStatus]): CatalogueDump[ToolStatus] {
  const { words, versions, facts } = part;
  const postings = words.counts.reduce((sum, count) => sum + count, 0);
  const fits =
    words.counts.length === words.vocabulary.length &&
    words.documents.length === postings &&
    words.weights.length === postings &&
    versions.length === words.keys.length &&
    facts.length === words.keys.length &&
    !facts.includes(undefined as never);
  if (fits) return part;
  throw new RangeError("the saved index is torn");
}

/** Neither names nor terms hold a line break. */
function text(words: readonly string[]): Uint8Array {
  return Buffer.from(words.join("\n"));
}

function lines(bytes: Uint8Array): string[] {
  return bytes.length === 0 ? [] : Buffer.from(bytes).toString().split("\n");
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A buffer of its own that starts where numbers of four bytes may start. */
function aligned({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const whole = byteOffset === 0 && byteLength === buffer.byteLength;
  return (whole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
}
