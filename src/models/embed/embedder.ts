/** The embedder that a user configured, with its cache in a home. Its driver is loaded at the first text. */
import { join } from "node:path";
import type { Embedder } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import type { EmbedderConfig } from "../../core/store.ts";
import { cachedEmbedder } from "./cache.ts";
import { localEmbedder } from "./local.ts";

export function configuredEmbedder(
  config: EmbedderConfig,
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): Embedder {
  const embedder = config.driver === "local" ? localEmbedder() : remote(config, environment);
  return cachedEmbedder(embedder, join(home, "embeddings.db"));
}

function remote(
  { baseUrl, model, dims, apiKeyEnv }: EmbedderConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Embedder {
  let loaded: Promise<Embedder> | undefined;
  const load = async (): Promise<Embedder> => {
    const { openaiEmbedder } = await import("./openai.ts");
    return openaiEmbedder({
      model,
      dims,
      apiKeyEnv,
      apiKey: () => environment[apiKeyEnv] ?? "",
      ...present({ baseUrl }),
    });
  };
  return {
    id: `openai:${model}@${dims}`,
    dims,
    async embed(texts, options, signal) {
      loaded ??= load();
      return (await loaded).embed(texts, options, signal);
    },
  };
}
