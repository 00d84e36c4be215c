/** The command `toolwright bench retrieval`: retrieval quality on given data. */

import { InputError } from "../core/errors.ts";
import type { Embedder } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { EmbedderConfig } from "../core/store.ts";
import { loadConfig } from "../engine/load-config.ts";

export interface RetrievalFlags {
  readonly corpus?: string;
  readonly queries?: string;
  readonly usage?: number;
  readonly sample?: number;
  readonly embedder?: string;
}

/** @throws InputError USAGE; ConfigError; errors of the data files and the embedder. */
export async function retrieval({ corpus, queries, usage, sample, embedder }: RetrievalFlags) {
  if (corpus === undefined || queries === undefined) {
    throw new InputError("USAGE", "Expected --corpus FILE and --queries FILE for retrieval.");
  }
  const { benchRetrieval } = await import("./retrieval.ts");
  const loaded = await embedderOf(embedder);
  return benchRetrieval({
    corpusFile: corpus,
    queriesFile: queries,
    ...present({ usagePerTool: usage, sample, embedder: loaded }),
  });
}

async function embedderOf(name: string | undefined): Promise<Embedder | undefined> {
  if (name === undefined || name === "none") return undefined;
  const config = loadConfig({ environment: process.env });
  const settings = name === "local" ? EmbedderConfig.parse({ driver: "local" }) : config.embedder;
  if (settings?.driver !== name) {
    throw new InputError(
      "USAGE",
      `Expected --embedder none, local, or the configured one (${config.embedder?.driver ?? "none is configured"}), got "${name}".`,
    );
  }
  const { configuredEmbedder } = await import("../models/embed/embedder.ts");
  return configuredEmbedder(settings, config.home, process.env);
}

export function retrievalRows({
  ranked,
  words,
  embedder,
  plainBm25,
  abstention,
  abstentionInLarger,
}: Awaited<ReturnType<typeof retrieval>>): readonly object[] {
  return [
    { way: embedder === undefined ? "this store" : `this store, ${embedder}`, ...ranked },
    ...(words === undefined ? [] : [{ way: "this store, words alone", ...words }]),
    { way: "plain BM25", ...plainBm25 },
    ...[abstention, ...abstentionInLarger].map((figures) => ({ way: "none or found", ...figures })),
  ];
}
