/**
 * The collection: created with its vectors and payload indexes, recognised by its metadata, and used
 * through an alias, so that another collection can be built and replace it in one step.
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import { ConfigError } from "../../src/core/errors.ts";
import type { Embedder } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import { checkEmbedder } from "../store/embedding.ts";
import { alreadyExists, type Connection, confirmed, isMissing } from "./connection.ts";
import { DENSE, PAYLOAD_INDEXES, SPARSE } from "./points.ts";

/** Version of payload, words and weights: a collection with another schema is copied to a new one. */
const SCHEMA = 1;

export interface CollectionOptions {
  /** The alias; its collections have this name and a number. */
  readonly collection: string;
  readonly embedder: Embedder | undefined;
  readonly hnsw: { readonly m: number; readonly efConstruct: number };
  /** One byte per dimension instead of four; exact vectors rescore. Useful above 100,000 tools. */
  readonly quantization: "none" | "scalar";
  readonly replicas: number | undefined;
}

export interface OpenCollection {
  /** Whether points have dense vectors. */
  readonly dense: boolean;
}

const Metadata = z.object({ schema: z.int(), embedder: z.string() });

/**
 * Opens the collection of the alias, or creates the first one.
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
      `Expected a tool store at ${place}, found a collection of another application: choose another store.collection. Nothing was changed.`,
    );
  }
  const { schema, embedder: stored } = metadata.data;
  if (schema > SCHEMA) {
    throw new ConfigError(
      "STORE_TOO_NEW",
      `The tool store ${place} has schema ${schema}, but this release reads ${SCHEMA}: upgrade, or choose another store.collection.`,
    );
  }
  if (schema < SCHEMA) {
    throw new ConfigError(
      "STORE_TOO_OLD",
      `The tool store ${place} has schema ${schema}, but this release needs ${SCHEMA}: run "toolwright tools reindex", which builds a new collection and then replaces the old one.`,
    );
  }
  // A collection without vectors has the stored embedder "none", which differs from every embedder.
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

/** Creates a collection with its indexes; an existing one is not changed. */
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
        vectors: present({ [DENSE]: dense }),
        // No `idf` modifier: the query contains each term's information, computed over the tools of one
        // status, so that scores are equal in all stores.
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
        ...present({ replication_factor: replicas }),
        metadata: { schema: SCHEMA, embedder: embedder?.id ?? "none", dims: embedder?.dims ?? 0 },
      }),
    );
  } catch (error) {
    // Another process was faster; creating the indexes again changes nothing.
    if (!alreadyExists(error)) throw error;
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

/** Atomic: users of the alias get either the old collection or the new one. */
export async function pointAlias(
  connection: Connection,
  alias: string,
  collection: string,
): Promise<void> {
  const before = await collectionOf(connection, alias);
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

/** The collection that an alias points to. */
export async function collectionOf(
  connection: Connection,
  alias: string,
): Promise<string | undefined> {
  const { aliases } = await connection.call((client) => client.getAliases());
  return aliases.find(({ alias_name }) => alias_name === alias)?.collection_name;
}

/** The name of the collection after this one. */
export function nextName(alias: string, current: string | undefined): string {
  const number = Number(current?.slice(alias.length + 1) ?? 0);
  return `${alias}-${Number.isInteger(number) ? number + 1 : 1}`;
}
