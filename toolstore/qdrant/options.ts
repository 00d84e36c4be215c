/** What a tool store at a Qdrant server is opened with. */
import type { Clock } from "../../src/core/clock.ts";
import type { Embedder } from "../../src/core/ports.ts";

export interface QdrantToolStoreOptions {
  /** `https://host`, `http://host:6333`, with a path where the server stands behind one. */
  readonly url: string;
  /** Default: none. Never written down. */
  readonly apiKey?: string;
  /** An alias: collections behind it have its name and a number. Default "toolwright". */
  readonly collection?: string;
  /** The file with copies and waiting writes; made where it is absent. */
  readonly localFile: string;
  /** What reads do while the server is out: `lexical` answers from the copies, `error` throws. */
  readonly whenOut?: "lexical" | "error";
  readonly timeoutMs?: number;
  /** So long after a failure the server is left alone. */
  readonly restMs?: number;
  /** Default: found by words alone. */
  readonly embedder?: Embedder;
  /** Edges per node of the graph of vectors, and how many candidates are looked at to choose them. */
  readonly hnsw?: { readonly m: number; readonly efConstruct: number };
  readonly quantization?: "none" | "scalar";
  readonly replicas?: number;
  readonly clock?: Clock;
}
