/** Options of a tool store on a Qdrant server. */
import type { Clock } from "../../src/core/clock.ts";
import type { Embedder } from "../../src/core/ports.ts";

export interface QdrantToolStoreOptions {
  /** `https://host`, `http://host:6333`, with a path if the server is behind one. */
  readonly url: string;
  /** Default: none. Never stored. */
  readonly apiKey?: string;
  /** An alias; its collections have this name and a number. Default "toolwright". */
  readonly collection?: string;
  /** The file with copies and waiting writes; created if it does not exist. */
  readonly localFile: string;
  /** Reads while the server is unavailable: `lexical` answers from the copies, `error` throws. */
  readonly whenOut?: "lexical" | "error";
  readonly timeoutMs?: number;
  /** No calls to the server for so long after a failure. */
  readonly restMs?: number;
  /** Default: none; tools are found by words only. */
  readonly embedder?: Embedder;
  /** Edges per node of the vector graph, and how many candidates are considered to choose them. */
  readonly hnsw?: { readonly m: number; readonly efConstruct: number };
  readonly quantization?: "none" | "scalar";
  readonly replicas?: number;
  readonly clock?: Clock;
}
