/**
 * The search index of an embedded store: loaded from the file at the first search, updated before each
 * search, and saved as it grows.
 *
 * A process that puts many tools indexes them immediately and saves the new part of the index to the
 * file, where other processes read it. So no process has to index a whole store that another has filled.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { ConfigError, StoreError } from "../../src/core/errors.ts";
import type { Embedder, ToolQuery } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { type Catalogue, catalogue, type Found, STATUSES, type ToolVector } from "./catalogue.ts";
import { Count, guarded, type Statements } from "./embedded-file.ts";
import { chainOf, readSegment, type SegmentHead, writeSegment } from "./embedded-index.ts";
import { checkEmbedder } from "./embedding.ts";

export interface EmbeddedSearch {
  /**
   * Indexes some of the changes committed since the last call, by this process or another one: as many
   * as fit into one turn of the event loop.
   *
   * @param goal The change that the caller needs in the index.
   * @returns Whether it is still missing.
   */
  catchUp(goal: number): boolean;
  /** Searches what is indexed. */
  search(query: ToolQuery, vectors: readonly Float32Array[] | undefined): Found[];
  /**
   * Call it after each transaction of this process.
   *
   * @param first Tools with new names that it put, in order.
   * @param before The last change before it. @param after The last change in it.
   */
  committed(first: readonly Tool[], before: number, after: number): void;
  /** The error if the current embedder cannot use the vectors in the file. */
  mismatch(): ConfigError | undefined;
  /** Deletes the whole index: all tools must be indexed again. */
  clear(): void;
  /** Saves what is not in the file yet, if it is enough to be worth it, or always with `all`. */
  save(options?: { readonly all?: boolean }): void;
}

export interface EmbeddedSearchOptions {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly sql: Statements;
  readonly embedder: Embedder | undefined;
  readonly historyOf: (name: string) => readonly Tool[];
}

/** Indexing this many changes again is cheaper than saving the index while a store is open. */
const FEW_CHANGES = 1_000;
/** Fewer when a store closes, because every later start would index them again. */
const FEW_LEFT = 100;
/** The index is saved after this share of all tools has changed; it limits the number of segments. */
const SEGMENT_SHARE = 1 / 16;
const MAX_SEGMENTS = 32;
/** Changes that are read in about ten milliseconds. */
const SLICE = 128;

const VectorRow = z.object({
  name: z.string().optional(),
  version: z.int(),
  served: z.int(),
  vector: z.instanceof(Uint8Array),
});
const Value = z.object({ value: z.string() });
const Name = z.object({ name: z.string() });
const Change = z.object({ name: z.string(), change: z.int() });

export function embeddedSearch({
  path,
  database,
  sql,
  embedder,
  historyOf,
}: EmbeddedSearchOptions): EmbeddedSearch {
  let index: Catalogue | undefined;
  /** The last change in `index`, and the last one in the file's saved index. */
  let seen = 0;
  let saved = 0;
  /** Changes of this process that were not indexed immediately. */
  let unseen = 0;

  const lastChange = (): number => Count.parse(sql.lastChange.get()).value;

  function catchUp(goal: number): boolean {
    const last = lastChange();
    unseen = 0;
    if (index === undefined || last - seen > FEW_CHANGES) index = readSegments(last);
    if (last === seen) return false;
    const rows = sql.changedAfter.all(seen, SLICE).map((row) => Change.parse(row));
    for (const name of new Set(rows.map((row) => row.name))) put(index, historyOf(name));
    seen = rows.length < SLICE ? last : (rows.at(-1)?.change ?? last);
    saveIfDue(index);
    return seen < goal;
  }

  /** Indexes faster than this process writes, even if other processes write too. */
  function catchUpOwn(goal: number): void {
    for (let room = 2 * unseen; room > 0 && catchUp(goal); ) room -= SLICE;
  }

  /** Loads the saved segments that are not in `index` yet. */
  function readSegments(last: number): Catalogue {
    const chain = chainOf(database);
    // A saved index must not be newer than the tools.
    if ((chain.at(-1)?.change ?? 0) > last) return index ?? catalogue();
    const next = chain.findIndex(({ change }) => change > seen);
    if (next === -1) return index ?? catalogue();
    // The first segment is complete; a later one needs all segments before it.
    const into = next === 0 || index === undefined ? catalogue() : index;
    const isNew = into !== index;
    if (isNew) seen = 0;
    for (const head of chain.slice(isNew ? 0 : next)) {
      if (!load(into, head, isNew)) break;
    }
    if (isNew && embedder !== undefined) {
      for (const row of sql.allVectors.iterate()) {
        const { name = "", version, ...dense } = VectorRow.parse(row);
        into.putVector(name, version, vectorOf(dense));
      }
    }
    return into;
  }

  function load(into: Catalogue, head: SegmentHead, isNew: boolean): boolean {
    const segment = readSegment(database, head);
    if (segment === undefined) return false;
    into.merge(segment.names, segment.dump);
    if (!isNew && embedder !== undefined) {
      for (const name of segment.names) {
        for (const { version, ...dense } of vectorRows(name)) {
          into.putVector(name, version, vectorOf(dense));
        }
      }
    }
    seen = head.change;
    saved = head.change;
    return true;
  }

  function vectorRows(name: string): z.output<typeof VectorRow>[] {
    if (embedder === undefined) return [];
    return sql.vectorsOf.all(name).map((row) => VectorRow.parse(row));
  }

  function put(into: Catalogue, history: readonly Tool[]): void {
    const [first] = history;
    if (first === undefined) return;
    const rows = vectorRows(first.name);
    into.put(history, (version) => {
      const row = rows.find((each) => each.version === version);
      return row === undefined ? undefined : vectorOf(row);
    });
  }

  const sizeOf = (of: Catalogue): number =>
    STATUSES.reduce((sum, status) => sum + of.size(status), 0);

  function saveIfDue(current: Catalogue): void {
    const due = Math.max(FEW_CHANGES, SEGMENT_SHARE * sizeOf(current));
    if (seen - saved > due) save(current);
  }

  function save(current: Catalogue): void {
    try {
      guarded(path, () => {
        sql.begin.run();
        write(current);
        sql.commit.run();
      });
      saved = Math.max(saved, seen);
    } catch (error) {
      if (database.isTransaction) sql.rollback.run();
      // The index can be rebuilt: a locked file or a full disk costs time at the next start, but no tool.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Writes the next segment after those of all processes, or a new first segment. */
  function write(current: Catalogue): void {
    const chain = chainOf(database);
    const end = chain.at(-1)?.change ?? 0;
    if (end >= seen) return;
    const [base, ...later] = chain;
    const names = sql.changedWithin.all(end, seen).map((row) => Name.parse(row).name);
    const grown = later.reduce((sum, head) => sum + head.names, names.length);
    if (base === undefined || grown > base.names || later.length >= MAX_SEGMENTS) {
      const at = { number: 0, from: 0, change: seen };
      writeSegment(database, { names: [], dump: current.dump() }, at);
    } else {
      const at = { number: chain.length, from: end, change: seen };
      writeSegment(database, { names, dump: current.dump(new Set(names)) }, at);
    }
  }

  return {
    catchUp,
    search: (query, vectors) => index?.search(query, vectors) ?? [],
    committed(first, before, after) {
      if (index !== undefined && seen === before && first.length === after - before) {
        for (const tool of first) index.put([tool]);
        seen = after;
        saveIfDue(index);
        return;
      }
      unseen += after - before;
      if (unseen > FEW_CHANGES) catchUpOwn(after);
    },
    mismatch() {
      const row = sql.fact.get("embedder");
      const stored = row === undefined ? "" : Value.parse(row).value;
      try {
        checkEmbedder(embedder, stored === "" ? undefined : stored, path);
        return undefined;
      } catch (error) {
        if (error instanceof ConfigError) return error;
        throw error;
      }
    },
    clear() {
      database.exec("DELETE FROM saved_index");
      index = undefined;
      seen = 0;
      saved = 0;
    },
    save({ all = false } = {}) {
      if (index !== undefined && unseen > FEW_LEFT) catchUpOwn(lastChange());
      if (index !== undefined && seen - saved > (all ? 0 : FEW_LEFT)) save(index);
    },
  };
}

function vectorOf({ served, vector }: { served: number; vector: Uint8Array }): ToolVector {
  // A copy, because a Float32Array must start at a multiple of four bytes.
  return { served, vector: new Float32Array(new Uint8Array(vector).buffer) };
}
