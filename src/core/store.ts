/** The configuration of the tool store and of the embedder. */
import { z } from "zod";

export const StoreConfig = z.strictObject({
  driver: z
    .enum(["embedded", "memory", "qdrant"])
    .default("embedded")
    .describe(
      "`embedded`: one file in the home. `memory`: gone at the end. `qdrant`: a server that many homes share.",
    ),
  url: z
    .url({ protocol: /^https?$/ })
    .default("http://127.0.0.1:6333")
    .describe("Address of the Qdrant server, with a path if it is behind a proxy."),
  apiKeyEnv: z
    .string()
    .min(1)
    .default("QDRANT_API_KEY")
    .describe(
      "The environment variable that holds the server's key. The key itself is never stored.",
    ),
  collection: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, "letters, digits, - and _ (at most 100)")
    .default("toolwright")
    .describe("Name of the collection on the server."),
  whenOut: z
    .enum(["lexical", "error"])
    .default("lexical")
    .describe(
      "What a search does while the server does not answer. `lexical`: it searches by words among the tools that this home knows. `error`: it fails.",
    ),
  timeoutMs: z.int().min(100).max(300_000).default(10_000).describe("For one call of the server."),
  hnsw: z
    .strictObject({
      m: z.int().min(0).max(128).default(16).describe("Edges of each node."),
      efConstruct: z
        .int()
        .min(4)
        .max(2_000)
        .default(128)
        .describe("Number of candidates that are compared to choose these edges."),
    })
    .prefault({})
    .describe("The graph of vectors (HNSW)."),
  quantization: z
    .enum(["none", "scalar"])
    .default("none")
    .describe(
      "`scalar`: candidates are chosen by vectors of one byte per dimension. Worth it above 100,000 tools.",
    ),
  replicas: z
    .int()
    .min(1)
    .max(100)
    .exactOptional()
    .describe("Replicas of the collection in a cluster. Default: the server's setting."),
});
export type StoreConfig = z.output<typeof StoreConfig>;

export const EmbedderConfig = z.strictObject({
  driver: z
    .enum(["local", "openai"])
    .describe(
      "`local`: Universal Sentence Encoder lite, from an optional package. `openai`: any compatible endpoint.",
    ),
  baseUrl: z
    .url()
    .exactOptional()
    .describe("Address of the endpoint. Default: the provider's own."),
  model: z
    .string()
    .min(1)
    .default("text-embedding-3-small")
    .describe("The model's name, as the endpoint knows it."),
  dims: z.int().min(8).max(8_192).default(512).describe("Dimensions of a vector."),
  apiKeyEnv: z
    .string()
    .min(1)
    .default("OPENAI_API_KEY")
    .describe("The environment variable that holds the key."),
});
export type EmbedderConfig = z.output<typeof EmbedderConfig>;
