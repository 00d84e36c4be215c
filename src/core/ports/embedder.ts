/**
 * Turns texts into vectors whose cosine says how much they have to do with each other.
 *
 * Contract: one vector per text, in order, each of `dims` numbers and of length 1; equal texts of a kind
 * give equal vectors. A failure of the service rejects with ModelError, an abort with its reason.
 */
export interface Embedder {
  /** Names model and settings: vectors of different ids can not be compared. */
  readonly id: string;
  readonly dims: number;
  embed(
    texts: readonly string[],
    options: { readonly kind: "query" | "document" },
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
}
