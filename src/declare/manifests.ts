/**
 * The manifests of a home: their objects, and the configuration with them. Models and agents become
 * part of the configuration; tools and runs take effect when a manifest is applied.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../core/config.ts";
import type { AppliedManifest, ApplyOptions, ApplyPorts } from "./apply.ts";
import { configOf } from "./as-config.ts";
import { type ManifestObjects, openManifestObjects } from "./objects.ts";
import type { ManifestFile } from "./read.ts";
import { type ManifestRun, runsOf } from "./runs.ts";
import type { Objects } from "./schema.ts";

export interface Manifests {
  /** @throws InputError BAD_MANIFEST with every fault, ConfigError TOOL_UNAVAILABLE; then nothing is applied. */
  apply(
    files: readonly ManifestFile[],
    options: ApplyOptions,
    signal: AbortSignal,
  ): Promise<AppliedManifest>;
  /** The current objects, including those applied by other processes. */
  objects(): Objects;
  runs(): readonly ManifestRun[];
  /** The configuration with the home's models and agents; the same object until they change. */
  config(): Config;
  close(): void;
}

export interface ManifestsPorts extends ApplyPorts {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const NONE: Objects = {
  llms: new Map(),
  tools: new Map(),
  agents: new Map(),
  tasks: new Map(),
  runs: new Map(),
};

export function createManifests(ports: ManifestsPorts): Manifests {
  const { config } = ports;
  const path = join(config.home, "manifest.db");
  let opened: ManifestObjects | undefined;
  const file = (): ManifestObjects => {
    opened ??= openManifestObjects(path);
    return opened;
  };
  /** Reading a home without a manifest creates no file. */
  const known = (): ManifestObjects | undefined =>
    opened !== undefined || existsSync(path) ? file() : undefined;
  const objects = (): Objects => known()?.all() ?? NONE;
  let merged: { readonly revision: number; readonly config: Config } | undefined;

  return {
    objects,
    runs: () => runsOf(objects()),
    config() {
      const revision = known()?.revision() ?? 0;
      if (revision === 0) return config;
      if (merged?.revision === revision) return merged.config;
      const { roles, agents } = configOf(objects(), ports.environment, {
        model: config.model !== undefined,
      });
      merged = {
        revision,
        config: {
          ...config,
          roles: { ...config.roles, ...roles },
          agents: [...config.agents, ...agents],
        },
      };
      return merged.config;
    },
    async apply(files, options, signal) {
      // Imported with the first manifest, because it loads the parsers of YAML and JSON Schema.
      const { applyManifest } = await import("./apply.ts");
      return applyManifest(ports, { known, file, objects }, files, options, signal);
    },
    close: () => opened?.close(),
  };
}
