/**
 * Turns texts into vectors; the cosine of two vectors is the similarity of their texts.
 *
 * Contract: one vector per text, in order, each of `dims` numbers and of length 1. Equal texts of the
 * same kind give equal vectors. A failure of the service rejects with ModelError, an abort with its
 * reason.
 */
export interface Embedder {
  /** Names model and settings: vectors of different ids cannot be compared. */
  readonly id: string;
  readonly dims: number;
  embed(
    texts: readonly string[],
    options: { readonly kind: "query" | "document" },
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
}
