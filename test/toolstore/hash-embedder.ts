/** An embedder that needs no model: words at places that their letters choose (signed feature hashing). */
import type { Embedder } from "../../src/core/ports.ts";
import { terms } from "../../src/core/text/terms.ts";
import { termNumber } from "../../toolstore/qdrant/points.ts";
import { unit } from "../../toolstore/retrieval/vectors.ts";

export function hashEmbedder(dims: number): Embedder {
  return {
    id: `hash@${dims}`,
    dims,
    async embed(texts) {
      return texts.map((text) => {
        const vector = new Float32Array(dims);
        for (const term of terms(text)) {
          const number = termNumber(term);
          vector[number % dims] = (vector[number % dims] ?? 0) + (number & 1024 ? 1 : -1);
        }
        return unit(vector);
      });
    },
  };
}
