/**
 * Refuses a model's programs that are too similar to an earlier one, before they cost an evaluation:
 * the cosine of their vectors is above a threshold. ShinkaEvolve (Sakana AI, 2025) uses the same rule.
 */
import { ConfigError } from "../../core/errors.ts";
import type { Embedder } from "../../core/ports.ts";
import type { Generator, Proposal } from "./generator.ts";

export interface Novelty {
  /** One vector of length 1 per text, in order. */
  readonly embed: (
    texts: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly Float32Array[]>;
  /** Cosine in (0, 1]: a program with a higher one is not run. */
  readonly maxCosine: number;
}

/** @throws ConfigError BAD_CONFIG for a threshold without an embedder. */
export function noveltyBy(
  embedder: Embedder | undefined,
  maxCosine: number | undefined,
): Novelty | undefined {
  if (maxCosine === undefined) return undefined;
  if (embedder === undefined) {
    throw new ConfigError(
      "BAD_CONFIG",
      "`novelty` compares programs by their vectors and needs an embedder, but none is configured. " +
        "Add `embedder`, e.g. `embedder: { driver: local }`, or remove `novelty`.",
    );
  }
  return {
    embed: (texts, signal) => embedder.embed(texts, { kind: "document" }, signal),
    maxCosine,
  };
}

/**
 * The generator with proposals that are not new marked as failures. A vector is compared with those of
 * the results that were reported before the call began, and with those of the same call. So concurrent
 * calls give the same proposals as sequential ones.
 */
export function withNovelty(generator: Generator, { embed, maxCosine }: Novelty): Generator {
  const known: Float32Array[] = [];
  const vectorOf = new Map<string, Float32Array>();
  return {
    ...generator,
    async propose(parents, context, signal) {
      // Results that are reported during the call do not count for it.
      const before = known.length;
      const proposals = await generator.propose(parents, context, signal);
      const usable = proposals.filter(({ failure }) => failure === undefined);
      const vectors = await embed(
        usable.map(({ source }) => source),
        signal,
      );
      const own: Float32Array[] = [];
      const refused = new Map<Proposal, Proposal>();
      usable.forEach((proposal, at) => {
        const vector = vectors[at];
        if (vector === undefined) return;
        const closest = Math.max(nearest(vector, known, before), nearest(vector, own, own.length));
        if (closest > maxCosine) {
          const failure = `not new: cosine ${closest.toFixed(3)} to an earlier program, at most ${maxCosine}`;
          refused.set(proposal, { ...proposal, failure });
          return;
        }
        own.push(vector);
        vectorOf.set(proposal.source, vector);
      });
      return proposals.map((proposal) => refused.get(proposal) ?? proposal);
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
