/**
 * The index in front of an embedded store: read back from the file at the first search, brought up to
 * date before each one, written down again when it has grown much.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { ConfigError, StoreError } from "../src/core/errors.ts";
import type { Embedder, ToolQuery } from "../src/core/ports.ts";
import type { Tool } from "../src/core/tool.ts";
import { type Catalogue, catalogue, type Found, STATUSES, type ToolVector } from "./catalogue.ts";
import { Count, guarded, type Statements } from "./embedded-file.ts";
import { loadIndex, saveIndex } from "./embedded-index.ts";
import { checkEmbedder } from "./embedding.ts";

export interface EmbeddedSearch {
  search(query: ToolQuery, vectors: readonly Float32Array[] | undefined): Found[];
  /** What is wrong with the vectors in the file, if the embedder of now can not use them. */
  mismatch(): ConfigError | undefined;
  /** Reads every tool again. */
  rebuild(): void;
  saveIfGrown(): void;
}

export interface EmbeddedSearchOptions {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly sql: Statements;
  readonly embedder: Embedder | undefined;
  readonly historyOf: (name: string) => readonly Tool[];
  /** Every version, the names one after the other, oldest first. */
  readonly everything: () => Iterable<Tool>;
}

/** Changes that are cheaper to read again at each start than to write the index for. */
const FEW_CHANGES = 1_000;
/** So many changed names are cheaper to reach by reading all tools in order. */
const MANY_SHARE = 0.3;

const VectorRow = z.object({
  name: z.string().optional(),
  version: z.int(),
  served: z.int(),
  vector: z.instanceof(Uint8Array),
});
const Value = z.object({ value: z.string() });
const Name = z.object({ name: z.string() });

export function embeddedSearch({
  path,
  database,
  sql,
  embedder,
  historyOf,
  everything,
}: EmbeddedSearchOptions): EmbeddedSearch {
  let known: Catalogue | undefined;
  /** The last change that is in `known`, and the last one in the file's copy of it. */
  let seen = 0;
  let saved = 0;

  function load(): Catalogue {
    const stored = loadIndex(database);
    // A file that was put back from a copy may be older than what was saved elsewhere, never newer.
    const usable = stored !== undefined && stored.change <= lastChange();
    seen = usable ? stored.change : 0;
    saved = seen;
    const loaded = catalogue(usable ? { dump: stored.dump } : {});
    if (embedder !== undefined && usable) {
      for (const row of sql.allVectors.iterate()) {
        const { name = "", version, ...dense } = VectorRow.parse(row);
        loaded.putVector(name, version, vectorOf(dense));
      }
    }
    return loaded;
  }

  const lastChange = (): number => Count.parse(sql.lastChange.get()).value;

  function vectorsOf(name: string): (version: number) => ToolVector | undefined {
    if (embedder === undefined) return () => undefined;
    const rows = sql.vectorsOf.all(name).map((row) => VectorRow.parse(row));
    return (version) => {
      const row = rows.find((each) => each.version === version);
      return row === undefined ? undefined : vectorOf(row);
    };
  }

  /** Takes in what was committed since the last look, by this process or another. */
  function refresh(): Catalogue {
    known ??= load();
    const last = lastChange();
    if (last === seen) return known;
    const names = sql.changedSince.all(seen).map((row) => Name.parse(row).name);
    const size = STATUSES.reduce((sum, status) => sum + (known?.size(status) ?? 0), 0);
    if (names.length > MANY_SHARE * (size + names.length)) {
      for (const history of histories(everything())) put(known, history);
    } else {
      for (const name of names) put(known, historyOf(name));
    }
    seen = last;
    return known;
  }

  function put(into: Catalogue, history: readonly Tool[]): void {
    const [first] = history;
    if (first !== undefined) into.put(history, vectorsOf(first.name));
  }

  function save(): void {
    const current = refresh();
    try {
      guarded(path, () => {
        sql.begin.run();
        saveIndex(database, current.dump(), seen);
        sql.commit.run();
      });
      saved = seen;
    } catch (error) {
      if (database.isTransaction) sql.rollback.run();
      // The index can be made anew: a locked file or a full disk costs time at the next start, no tool.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  return {
    search(query, vectors) {
      const current = refresh();
      if (seen - saved > Math.max(FEW_CHANGES, current.size("active"))) save();
      return current.search(query, vectors);
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
    rebuild() {
      known = catalogue();
      seen = 0;
      saved = 0;
      refresh();
      save();
    },
    saveIfGrown() {
      const indexed = known === undefined ? loadIndex(database)?.change : saved;
      if (lastChange() - (indexed ?? 0) > FEW_CHANGES) save();
    },
  };
}

function vectorOf({ served, vector }: { served: number; vector: Uint8Array }): ToolVector {
  // A copy: it starts at a whole number of floats.
  return { served, vector: new Float32Array(new Uint8Array(vector).buffer) };
}

/** Runs of versions of one name. */
function* histories(tools: Iterable<Tool>): Iterable<readonly Tool[]> {
  let history: Tool[] = [];
  for (const tool of tools) {
    if (history.length > 0 && history[0]?.name !== tool.name) {
      yield history;
      history = [];
    }
    history.push(tool);
  }
  if (history.length > 0) yield history;
}
