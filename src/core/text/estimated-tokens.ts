/** An estimate of a text's length in tokens, without a model's tokenizer. */

/** More than common tokenizers give for prose (about four bytes per token), and close for code. */
export function estimatedTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
