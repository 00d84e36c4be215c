/**
 * The collection: made with its vectors and payload indexes, recognised by its metadata, reached by an
 * alias, so that another one can be built beside it and take its place in one step.
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import { ConfigError } from "../../src/core/errors.ts";
import type { Embedder } from "../../src/core/ports.ts";
import { checkEmbedder } from "../store/embedding.ts";
import { type Connection, confirmed, isMissing, isTaken } from "./connection.ts";
import { DENSE, PAYLOAD_INDEXES, SPARSE } from "./points.ts";

/** Of payload, words and weights: a collection of another schema is copied into a new one. */
const SCHEMA = 1;

export interface CollectionOptions {
  /** The alias; collections behind it have its name and a number. */
  readonly collection: string;
  readonly embedder: Embedder | undefined;
  readonly hnsw: { readonly m: number; readonly efConstruct: number };
  /** One byte a dimension instead of four; exact vectors decide in the end. Worth it above 100,000 tools. */
  readonly quantization: "none" | "scalar";
  readonly replicas: number | undefined;
}

export interface OpenCollection {
  /** Whether points have dense vectors. */
  readonly dense: boolean;
}

const Metadata = z.object({ schema: z.int(), embedder: z.string() });

/**
 * Finds the collection behind the alias, or makes the first one.
 *
 * @throws ConfigError NOT_A_TOOL_STORE, STORE_TOO_NEW, STORE_TOO_OLD, EMBEDDER_MISMATCH
 * @throws StoreError
 */
export async function openCollection(
  connection: Connection,
  options: CollectionOptions,
): Promise<OpenCollection> {
  const { collection, embedder } = options;
  const place = `${connection.url}, collection "${collection}"`;
  const found = await metadataOf(connection, collection);
  if (found === undefined) {
    await createCollection(connection, `${collection}-1`, options);
    await pointAlias(connection, collection, `${collection}-1`);
    return { dense: embedder !== undefined };
  }
  const metadata = Metadata.safeParse(found);
  if (!metadata.success) {
    throw new ConfigError(
      "NOT_A_TOOL_STORE",
      `Expected a tool store at ${place}, found a collection of somebody else's: choose another store.collection. Nothing was changed.`,
    );
  }
  const { schema, embedder: stored } = metadata.data;
  if (schema > SCHEMA) {
    throw new ConfigError(
      "STORE_TOO_NEW",
      `The tool store ${place} has schema ${schema}, this release reads ${SCHEMA}: upgrade, or choose another store.collection.`,
    );
  }
  if (schema < SCHEMA) {
    throw new ConfigError(
      "STORE_TOO_OLD",
      `The tool store ${place} has schema ${schema}, this release needs ${SCHEMA}: "toolwright tools reindex" builds the new collection beside the old one and swaps them.`,
    );
  }
  // Sparse collections have no room for vectors: that is "no embedder", which an embedder differs from.
  checkEmbedder(embedder, stored, place);
  return { dense: embedder !== undefined };
}

async function metadataOf(connection: Connection, name: string): Promise<unknown> {
  try {
    const { config } = await connection.call((client) => client.getCollection(name));
    return config.metadata ?? {};
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Makes a collection with its indexes; one that is there already is left as it is. */
export async function createCollection(
  connection: Connection,
  name: string,
  { embedder, hnsw, quantization, replicas }: CollectionOptions,
): Promise<void> {
  const dense: Schemas["VectorParams"] | undefined =
    embedder === undefined ? undefined : { size: embedder.dims, distance: "Cosine" };
  try {
    await connection.call((client) =>
      client.createCollection(name, {
        vectors: dense === undefined ? {} : { [DENSE]: dense },
        // No `idf` modifier: the query carries the information of each term, counted over what can be
        // found under one status, so that a score here is the score of every other store.
        sparse_vectors: { [SPARSE]: {} },
        hnsw_config: { m: hnsw.m, ef_construct: hnsw.efConstruct, payload_m: hnsw.m },
        ...(quantization === "none"
          ? {}
          : {
              quantization_config: {
                scalar: { type: "int8" as const, quantile: 0.99, memory: "pinned" as const },
              },
            }),
        strict_mode_config: { enabled: true, unindexed_filtering_retrieve: false },
        ...(replicas === undefined ? {} : { replication_factor: replicas }),
        metadata: { schema: SCHEMA, embedder: embedder?.id ?? "none", dims: embedder?.dims ?? 0 },
      }),
    );
  } catch (error) {
    // Somebody else was faster; making the indexes again changes nothing.
    if (!isTaken(error)) throw error;
  }
  await Promise.all(
    Object.entries(PAYLOAD_INDEXES).map(async ([field, type]) => {
      const result = await connection.call((client) =>
        client.createPayloadIndex(name, { field_name: field, field_schema: type, wait: true }),
      );
      confirmed(result, connection.url);
    }),
  );
}

/** In one step for everybody: who asks for the alias gets the old collection or the new one. */
export async function pointAlias(
  connection: Connection,
  alias: string,
  collection: string,
): Promise<void> {
  const before = await behind(connection, alias);
  if (before === collection) return;
  await connection.call((client) =>
    client.updateCollectionAliases({
      actions: [
        ...(before === undefined ? [] : [{ delete_alias: { alias_name: alias } }]),
        { create_alias: { alias_name: alias, collection_name: collection } },
      ],
    }),
  );
}

/** The collection that an alias stands for. */
export async function behind(connection: Connection, alias: string): Promise<string | undefined> {
  const { aliases } = await connection.call((client) => client.getAliases());
  return aliases.find(({ alias_name }) => alias_name === alias)?.collection_name;
}

/** The name of the collection after this one. */
export function nextName(alias: string, current: string | undefined): string {
  const number = Number(current?.slice(alias.length + 1) ?? 0);
  return `${alias}-${Number.isInteger(number) ? number + 1 : 1}`;
}
