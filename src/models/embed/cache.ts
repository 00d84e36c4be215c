/**
 * Keeps vectors on disk by SHA-256 of embedder, dimensions, kind and text: what was embedded once is not
 * asked for again by any process of the home.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { openHomeFile } from "../../core/home-file.ts";
import type { Embedder } from "../../core/ports.ts";

const PIECE = 1_024;

const Row = z.object({ vector: z.instanceof(Uint8Array) });

/** The file is opened at the first text. @throws ConfigError STORE_UNUSABLE then */
export function cachedEmbedder(embedder: Embedder, path: string): Embedder {
  let opened: ReturnType<typeof open> | undefined;
  return {
    id: embedder.id,
    dims: embedder.dims,
    async embed(texts, options, signal) {
      opened ??= open(path);
      const { get, put, database } = opened;
      const keys = texts.map((text) =>
        createHash("sha256")
          .update(JSON.stringify([embedder.id, embedder.dims, options.kind, text]))
          .digest(),
      );
      const found = keys.map((key) => {
        const row = get.get(key);
        return row === undefined ? undefined : vectorOf(Row.parse(row).vector);
      });
      const missing = texts.map((_, i) => i).filter((i) => found[i] === undefined);
      // Piece by piece: what was paid for is stored, even if a later piece fails.
      for (let from = 0; from < missing.length; from += PIECE) {
        const piece = missing.slice(from, from + PIECE);
        const asked = piece.map((i) => texts[i] as string);
        const fresh = await embedder.embed(asked, options, signal);
        database.exec("BEGIN IMMEDIATE");
        piece.forEach((i, at) => {
          const vector = fresh[at] as Float32Array;
          found[i] = vector;
          put.run(keys[i] as Uint8Array, new Uint8Array(vector.slice().buffer));
        });
        database.exec("COMMIT");
      }
      return found as Float32Array[];
    },
  };
}

function open(path: string) {
  try {
    const { database } = openHomeFile(path);
    // What is lost with the power can be asked for again.
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
    `);
    return {
      database,
      get: database.prepare("SELECT vector FROM vectors WHERE key = ?"),
      put: database.prepare("INSERT OR REPLACE INTO vectors VALUES (?, ?)"),
    };
  } catch (cause) {
    throw new ConfigError(
      "STORE_UNUSABLE",
      `The cache of vectors needs a file it can write, got ${path} (${String(cause)}): make its folder writable.`,
      { facts: { path }, cause },
    );
  }
}

function vectorOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
