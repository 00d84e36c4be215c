/** Opens the configured tool store in a home. */
import { join } from "node:path";
import type { Clock } from "../../src/core/clock.ts";
import type { Embedder, ToolStore } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import type { StoreConfig } from "../../src/core/store.ts";
import { qdrantToolStore } from "../qdrant/qdrant.ts";
import { embeddedToolStore } from "./embedded.ts";
import { memoryToolStore } from "./memory.ts";

export function configuredToolStore(
  { driver, url, apiKeyEnv, ...settings }: StoreConfig,
  {
    home,
    clock,
    environment,
    embedder,
  }: {
    readonly home: string;
    readonly clock: Clock;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly embedder: Embedder | undefined;
  },
): ToolStore {
  const common = { clock, ...present({ embedder }) };
  switch (driver) {
    case "memory":
      return memoryToolStore(common);
    case "embedded":
      return embeddedToolStore(join(home, "tools.db"), common);
    case "qdrant": {
      const apiKey = environment[apiKeyEnv];
      const localFile = join(home, `qdrant-${settings.collection}.db`);
      return qdrantToolStore({
        ...common,
        ...settings,
        url,
        localFile,
        ...present({ apiKey }),
      });
    }
  }
}
