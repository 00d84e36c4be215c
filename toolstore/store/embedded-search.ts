/**
 * The index in front of an embedded store: read back from the file at the first search, brought up to
 * date before each one, written down again as it grows.
 *
 * A process that puts many tools indexes them as they come and writes what is new of the index beside
 * them; others read that. Nobody has to read a whole store at once because somebody filled it.
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
   * Takes in some of what was committed since the last look, by this process or another: as much as
   * one turn of the event loop may last.
   *
   * @param goal The change that the caller wants to be in.
   * @returns Whether it is still missing.
   */
  takeIn(goal: number): boolean;
  /** Among what was taken in. */
  search(query: ToolQuery, vectors: readonly Float32Array[] | undefined): Found[];
  /**
   * Told after each transaction of this process.
   *
   * @param first Tools of new names that it put, in order.
   * @param before The last change before it. @param after The last one in it.
   */
  committed(first: readonly Tool[], before: number, after: number): void;
  /** What is wrong with the vectors in the file, if the embedder of now can not use them. */
  mismatch(): ConfigError | undefined;
  /** Forgets everything: all tools are to be taken in again. */
  clear(): void;
  /** Writes down what is not in the file, if that is worth it or all is wanted. */
  save(options?: { readonly all?: boolean }): void;
}

export interface EmbeddedSearchOptions {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly sql: Statements;
  readonly embedder: Embedder | undefined;
  readonly historyOf: (name: string) => readonly Tool[];
}

/** While a store is open, so many changes are cheaper to take in again than to write the index for. */
const FEW_CHANGES = 1_000;
/** At its end fewer: every start after it would take them in again. */
const FEW_LEFT = 100;
/** Part of all tools that may be changed before it is written down: so many segments in a chain. */
const SEGMENT_SHARE = 1 / 16;
const MOST_SEGMENTS = 32;
/** Changes that are read in some ten milliseconds. */
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
  let known: Catalogue | undefined;
  /** The last change that is in `known`, and the last one in the file's copy of it. */
  let seen = 0;
  let saved = 0;
  /** Changes of this process that were not taken in as they came. */
  let unseen = 0;

  const lastChange = (): number => Count.parse(sql.lastChange.get()).value;

  function takeIn(goal: number): boolean {
    const last = lastChange();
    unseen = 0;
    if (known === undefined || last - seen > FEW_CHANGES) known = readSegments(last);
    if (last === seen) return false;
    const rows = sql.changedAfter.all(seen, SLICE).map((row) => Change.parse(row));
    for (const name of new Set(rows.map((row) => row.name))) put(known, historyOf(name));
    seen = rows.length < SLICE ? last : (rows.at(-1)?.change ?? last);
    saveIfDue(known);
    return seen < goal;
  }

  /** Faster than they come, however many others there are. */
  function takeInOwn(goal: number): void {
    for (let room = 2 * unseen; room > 0 && takeIn(goal); ) room -= SLICE;
  }

  /** Takes in what the file's copy has and `known` lacks. */
  function readSegments(last: number): Catalogue {
    const chain = chainOf(database);
    // A file that was put back from a copy may be older than what was saved elsewhere, never newer.
    if ((chain.at(-1)?.change ?? 0) > last) return known ?? catalogue();
    const next = chain.findIndex(({ change }) => change > seen);
    if (next === -1) return known ?? catalogue();
    // A first segment says all anew; a later one only what is new to those who know what came before.
    const into = next === 0 || known === undefined ? catalogue() : known;
    const fresh = into !== known;
    if (fresh) seen = 0;
    for (const head of chain.slice(fresh ? 0 : next)) {
      if (!take(into, head, fresh)) break;
    }
    if (fresh && embedder !== undefined) {
      for (const row of sql.allVectors.iterate()) {
        const { name = "", version, ...dense } = VectorRow.parse(row);
        into.putVector(name, version, vectorOf(dense));
      }
    }
    return into;
  }

  function take(into: Catalogue, head: SegmentHead, fresh: boolean): boolean {
    const segment = readSegment(database, head);
    if (segment === undefined) return false;
    into.merge(segment.names, segment.dump);
    if (!fresh && embedder !== undefined) {
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
      // The index can be made anew: a locked file or a full disk costs time at the next start, no tool.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** The next segment after those that are there now, of whichever process; or all anew. */
  function write(current: Catalogue): void {
    const chain = chainOf(database);
    const end = chain.at(-1)?.change ?? 0;
    if (end >= seen) return;
    const [base, ...later] = chain;
    const names = sql.changedWithin.all(end, seen).map((row) => Name.parse(row).name);
    const grown = later.reduce((sum, head) => sum + head.names, names.length);
    if (base === undefined || grown > base.names || later.length >= MOST_SEGMENTS) {
      const at = { number: 0, from: 0, change: seen };
      writeSegment(database, { names: [], dump: current.dump() }, at);
    } else {
      const at = { number: chain.length, from: end, change: seen };
      writeSegment(database, { names, dump: current.dump(new Set(names)) }, at);
    }
  }

  return {
    takeIn,
    search: (query, vectors) => known?.search(query, vectors) ?? [],
    committed(first, before, after) {
      if (known !== undefined && seen === before && first.length === after - before) {
        for (const tool of first) known.put([tool]);
        seen = after;
        saveIfDue(known);
        return;
      }
      unseen += after - before;
      if (unseen > FEW_CHANGES) takeInOwn(after);
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
      known = undefined;
      seen = 0;
      saved = 0;
    },
    save({ all = false } = {}) {
      if (known !== undefined && unseen > FEW_LEFT) takeInOwn(lastChange());
      if (known !== undefined && seen - saved > (all ? 0 : FEW_LEFT)) save(known);
    },
  };
}

function vectorOf({ served, vector }: { served: number; vector: Uint8Array }): ToolVector {
  // A copy: it starts at a whole number of floats.
  return { served, vector: new Float32Array(new Uint8Array(vector).buffer) };
}
