/**
 * Refuses a model's programs that say the same as an earlier one in other words, before they cost an
 * evaluation: their vectors are closer than a bound to one that was proposed before. ShinkaEvolve
 * (Sakana AI, 2025) rejects on the same grounds.
 */
import { ConfigError } from "../../core/errors.ts";
import type { Embedder } from "../../core/ports.ts";
import type { Generator, Proposal } from "./generator.ts";

export interface Novelty {
  /** One vector of length 1 a text, in order. */
  readonly embed: (
    texts: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly Float32Array[]>;
  /** Cosine in (0, 1]: a program above it is not run. */
  readonly atMost: number;
}

/** @throws ConfigError BAD_CONFIG for a bound without an embedder. */
export function noveltyBy(
  embedder: Embedder | undefined,
  atMost: number | undefined,
): Novelty | undefined {
  if (atMost === undefined) return undefined;
  if (embedder === undefined) {
    throw new ConfigError(
      "BAD_CONFIG",
      "novelty compares programs by their vectors, and no embedder is configured: add `embedder`, " +
        "e.g. `embedder: { driver: local }`, or leave novelty out.",
    );
  }
  return { embed: (texts, signal) => embedder.embed(texts, { kind: "document" }, signal), atMost };
}

/**
 * The generator, with what is not new marked as a failure. Vectors are compared with those of the
 * results that were told back before the call began, and within the call: calls that overlap give
 * what they would give one after another.
 */
export function novel(generator: Generator, { embed, atMost }: Novelty): Generator {
  const known: Float32Array[] = [];
  const vectorOf = new Map<string, Float32Array>();
  return {
    ...generator,
    async propose(parents, context, signal) {
      // What is told back while the model thinks comes too late for this call.
      const before = known.length;
      const proposals = await generator.propose(parents, context, signal);
      const usable = proposals.filter(({ failure }) => failure === undefined);
      const vectors = await embed(
        usable.map(({ source }) => source),
        signal,
      );
      const own: Float32Array[] = [];
      const judged = new Map<Proposal, Proposal>();
      usable.forEach((proposal, at) => {
        const vector = vectors[at];
        if (vector === undefined) return;
        const closest = Math.max(nearest(vector, known, before), nearest(vector, own, own.length));
        if (closest > atMost) {
          const failure = `not new: cosine ${closest.toFixed(3)} to an earlier program, at most ${atMost}`;
          judged.set(proposal, { ...proposal, failure });
          return;
        }
        own.push(vector);
        vectorOf.set(proposal.source, vector);
      });
      return proposals.map((proposal) => judged.get(proposal) ?? proposal);
    },
    learn(results) {
      for (const { proposal } of results) {
        const vector = vectorOf.get(proposal.source);
        if (vector === undefined) continue;
        vectorOf.delete(proposal.source);
        known.push(vector);
      }
      generator.learn?.(results);
    },
  };
}

function nearest(vector: Float32Array, others: readonly Float32Array[], count: number): number {
  let best = -1;
  for (let at = 0; at < count; at++) {
    const other = others[at];
    if (other === undefined) continue;
    let product = 0;
    for (let i = 0; i < vector.length; i++) product += (vector[i] ?? 0) * (other[i] ?? 0);
    if (product > best) best = product;
  }
  return best;
}
