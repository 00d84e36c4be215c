/**
 * Every version of every tool in memory, with the catalogue over them. Versions only grow; what is
 * current is derived.
 */
import { InputError, StoreError, ToolNotFoundError } from "../../src/core/errors.ts";
import type { ToolMatch, ToolQuery } from "../../src/core/ports.ts";
import type { Tool, ToolStatus } from "../../src/core/tool.ts";
import { catalogue, type ToolVector } from "./catalogue.ts";
import { toolDigest } from "./digest.ts";

export interface Shelf {
  get(name: string, version?: number): Tool;
  list(statuses?: readonly ToolStatus[]): Tool[];
  history(name: string): readonly Tool[];
  search(query: ToolQuery, vectors?: readonly Float32Array[]): ToolMatch[];
  /** Sets a version as it is now, known or new. */
  place(tool: Tool): void;
  /** What an embedder made of a version. */
  placeVector(name: string, version: number, vector: ToolVector): void;
}

export function shelf(): Shelf {
  const versions = new Map<string, Tool[]>();
  const vectors = new Map<string, ToolVector>();
  const known = catalogue();
  /** Names whose index entries are out of date; brought up to date when somebody searches. */
  const stale = new Set<string>();

  function historyOf(name: string): readonly Tool[] {
    const history = versions.get(name);
    if (history === undefined) throw new ToolNotFoundError(name, [...versions.keys()].sort());
    return history;
  }

  function get(name: string, version?: number): Tool {
    const history = historyOf(name);
    if (version === undefined) return currentOf(history);
    const tool = history.find((each) => each.version === version);
    if (tool !== undefined) return tool;
    const near = history.map((each) => `${name}@${each.version}`);
    throw new ToolNotFoundError(`${name}@${version}`, near);
  }

  function refresh(): void {
    for (const name of stale) {
      known.put(historyOf(name), (version) => vectors.get(`${name}@${version}`));
    }
    stale.clear();
  }

  return {
    get,
    list(statuses) {
      const current = [...versions.values()].map(currentOf);
      const wanted =
        statuses === undefined ? current : current.filter((tool) => statuses.includes(tool.status));
      return wanted.sort(byName);
    },
    history: (name) => [...historyOf(name)],
    search(query, asked) {
      refresh();
      return known
        .search(query, asked)
        .map(({ name, version, score }) => ({ tool: get(name, version), score }));
    },
    place(tool) {
      const others = (versions.get(tool.name) ?? []).filter(
        (each) => each.version !== tool.version,
      );
      versions.set(
        tool.name,
        [...others, tool].sort((a, z) => a.version - z.version),
      );
      stale.add(tool.name);
    },
    placeVector(name, version, vector) {
      vectors.set(`${name}@${version}`, vector);
      stale.add(name);
    },
  };
}

/** The highest active version, else the highest. */
export function currentOf(history: readonly Tool[]): Tool {
  return (history.findLast((tool) => tool.status === "active") ?? history.at(-1)) as Tool;
}

/** @throws InputError BAD_DIGEST if the digest is not that of the tool's content. */
export function checkDigest(tool: Tool): void {
  const digest = toolDigest(tool);
  if (tool.digest === digest) return;
  throw new InputError(
    "BAD_DIGEST",
    `Tool "${tool.name}" says digest ${tool.digest.slice(0, 12)}, but its content has ${digest.slice(0, 12)}: set it with toolDigest(tool).`,
    { facts: { tool: tool.name } },
  );
}

/**
 * Whether a tool is to be written after `latest`, the highest version of its name.
 *
 * @returns False for what is there already: the same digest as the highest version.
 * @throws StoreError VERSION_CONFLICT if the version is not the next one.
 */
export function admits(
  tool: Pick<Tool, "name" | "version" | "digest">,
  latest: { readonly version: number; readonly digest: string } | undefined,
): boolean {
  if (latest?.digest === tool.digest) return false;
  const next = (latest?.version ?? 0) + 1;
  if (tool.version === next) return true;
  throw new StoreError(
    "VERSION_CONFLICT",
    `Expected version ${next} of "${tool.name}", got ${tool.version}: read the history again and put on top of it.`,
    { facts: { tool: tool.name, expected: next, got: tool.version }, retryable: true },
  );
}

function byName(a: Tool, z: Tool): number {
  return a.name < z.name ? -1 : a.name > z.name ? 1 : 0;
}
