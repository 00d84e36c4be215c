/** Where tools are kept and what their meaning is read with, as a user configures it. */
import { z } from "zod";

export const StoreConfig = z.strictObject({
  /** `embedded`: one file in the home. `memory`: gone at the end. `qdrant`: a server, for many homes. */
  driver: z.enum(["embedded", "memory", "qdrant"]).default("embedded"),
  /** Of the Qdrant server; with its path where it stands behind one. */
  url: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:6333"),
  /** The environment variable that holds the server's key; the key itself is never written down. */
  apiKeyEnv: z.string().min(1).default("QDRANT_API_KEY"),
  collection: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, "letters, digits, - and _ (at most 100)")
    .default("toolwright"),
  /** Searches while the server is out: from what this home has met, by words; or an error. */
  whenOut: z.enum(["lexical", "error"]).default("lexical"),
  timeoutMs: z.int().min(100).max(300_000).default(10_000),
  /** The graph of vectors: edges per node, and candidates looked at to choose them. */
  hnsw: z
    .strictObject({
      m: z.int().min(0).max(128).default(16),
      efConstruct: z.int().min(4).max(2_000).default(128),
    })
    .prefault({}),
  /** `scalar`: vectors of one byte a dimension choose candidates. Worth it above 100,000 tools. */
  quantization: z.enum(["none", "scalar"]).default("none"),
  /** Copies of the collection in a cluster. Default: the server's. */
  replicas: z.int().min(1).max(100).exactOptional(),
});
export type StoreConfig = z.output<typeof StoreConfig>;

export const EmbedderConfig = z.strictObject({
  /** `local`: Universal Sentence Encoder lite, from an optional package. `openai`: any compatible endpoint. */
  driver: z.enum(["local", "openai"]),
  baseUrl: z.url().exactOptional(),
  model: z.string().min(1).default("text-embedding-3-small"),
  dims: z.int().min(8).max(8_192).default(512),
  apiKeyEnv: z.string().min(1).default("OPENAI_API_KEY"),
});
export type EmbedderConfig = z.output<typeof EmbedderConfig>;
