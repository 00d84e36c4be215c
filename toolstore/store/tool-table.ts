/**
 * Every version of every tool in memory, with a catalogue for searches. Versions are only added; the
 * current version is derived.
 */
import { InputError, StoreError, ToolNotFoundError } from "../../src/core/errors.ts";
import { canonicalJson } from "../../src/core/json.ts";
import type { ToolEvidence, ToolMatch, ToolQuery } from "../../src/core/ports.ts";
import type { Tool, ToolStatus } from "../../src/core/tool.ts";
import { catalogue, type ToolVector } from "./catalogue.ts";
import { toolDigest } from "./digest.ts";

export interface ToolTable {
  get(name: string, version?: number): Tool;
  list(statuses?: readonly ToolStatus[]): Tool[];
  history(name: string): readonly Tool[];
  search(query: ToolQuery, vectors?: readonly Float32Array[]): ToolMatch[];
  /** Adds or replaces a version. */
  set(tool: Tool): void;
  /** Sets the vector of a version. */
  setVector(name: string, version: number, vector: ToolVector): void;
}

export function toolTable(): ToolTable {
  const versions = new Map<string, Tool[]>();
  const vectors = new Map<string, ToolVector>();
  const index = catalogue();
  /** Names with outdated index entries; updated at the next search. */
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
    const known = history.map((each) => `${name}@${each.version}`);
    throw new ToolNotFoundError(`${name}@${version}`, known);
  }

  function refresh(): void {
    for (const name of stale) {
      index.put(historyOf(name), (version) => vectors.get(`${name}@${version}`));
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
      return index
        .search(query, asked)
        .map(({ name, version, score }) => ({ tool: get(name, version), score }));
    },
    set(tool) {
      const others = (versions.get(tool.name) ?? []).filter(
        (each) => each.version !== tool.version,
      );
      versions.set(
        tool.name,
        [...others, tool].sort((a, z) => a.version - z.version),
      );
      stale.add(tool.name);
    },
    setVector(name, version, vector) {
      vectors.set(`${name}@${version}`, vector);
      stale.add(name);
    },
  };
}

/** The highest active version, or the highest version if none is active. */
export function currentOf(history: readonly Tool[]): Tool {
  return (history.findLast((tool) => tool.status === "active") ?? history.at(-1)) as Tool;
}

/** @throws InputError BAD_DIGEST if the digest is not that of the tool's content. */
export function checkDigest(tool: Tool): void {
  const digest = toolDigest(tool);
  if (tool.digest === digest) return;
  throw new InputError(
    "BAD_DIGEST",
    `Tool "${tool.name}" has digest ${tool.digest.slice(0, 12)}, but its content gives ${digest.slice(0, 12)}: set it with toolDigest(tool).`,
    { facts: { tool: tool.name } },
  );
}

/**
 * Whether a tool is a new version after `latest`, the highest version of its name.
 *
 * @returns False if it has the same digest as the highest version.
 * @throws StoreError VERSION_CONFLICT if the version is not the next one.
 */
export function isNewVersion(
  tool: Pick<Tool, "name" | "version" | "digest">,
  latest: { readonly version: number; readonly digest: string } | undefined,
): boolean {
  if (latest?.digest === tool.digest) return false;
  const next = (latest?.version ?? 0) + 1;
  if (tool.version === next) return true;
  throw new StoreError(
    "VERSION_CONFLICT",
    `Expected version ${next} of "${tool.name}", got ${tool.version}: read the history again and put the next version.`,
    { facts: { tool: tool.name, expected: next, got: tool.version }, retryable: true },
  );
}

/** A version with new evidence and the cases whose arguments it has not. */
export function withEvidence(tool: Tool, { evidence, description, cases }: ToolEvidence): Tool {
  const known = new Set(tool.cases.map(({ args }) => canonicalJson(args)));
  const more = cases.filter(({ args }) => !known.has(canonicalJson(args)));
  return { ...tool, evidence, description, cases: [...tool.cases, ...more] };
}

function byName(a: Tool, z: Tool): number {
  return a.name < z.name ? -1 : a.name > z.name ? 1 : 0;
}
