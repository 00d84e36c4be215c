/**
 * Every version of every tool in memory, with the index over them: what each driver keeps in front
 * of its disk. Versions only grow; what is current is derived.
 */
import { InputError, StoreError, ToolNotFoundError } from "../src/core/errors.ts";
import type { ToolMatch, ToolQuery, ToolUse } from "../src/core/ports.ts";
import type { Tool, ToolStatus, ToolUsage } from "../src/core/tool.ts";
import { toolDigest } from "./digest.ts";
import { toolDocument } from "./retrieval/document.ts";
import { type ToolIndex, toolIndex } from "./retrieval/rank.ts";

const MOST_ERRORS = 5;
const MOST_QUERIES = 30;
const LONGEST_TEXT = 500;

export interface Shelf {
  get(name: string, version?: number): Tool;
  list(statuses?: readonly ToolStatus[]): Tool[];
  history(name: string): readonly Tool[];
  search(query: ToolQuery): ToolMatch[];
  /** Sets a version as it is now, known or new. Versions of a name arrive in order. */
  place(tool: Tool): void;
}

export function shelf(): Shelf {
  const versions = new Map<string, Tool[]>();
  const indexes: Readonly<Record<ToolStatus, ToolIndex>> = {
    candidate: toolIndex(),
    active: toolIndex(),
    deprecated: toolIndex(),
  };
  /** Names whose index entries are out of date; brought up to date when somebody searches. */
  const stale = new Set<string>();

  function historyOf(name: string): readonly Tool[] {
    const history = versions.get(name);
    if (history === undefined) throw new ToolNotFoundError(name, [...versions.keys()].sort());
    return history;
  }

  function refreshIndexes(): void {
    for (const name of stale) {
      const history = versions.get(name) ?? [];
      // A new version has served nobody yet: it is found by what the name has been good for.
      const queries = history.flatMap((tool) => tool.usage.queries).slice(-MOST_QUERIES);
      for (const [status, index] of Object.entries(indexes)) {
        const tool = history.findLast((version) => version.status === status);
        if (tool === undefined) index.remove(name);
        else index.put(name, toolDocument(tool, queries));
      }
    }
    stale.clear();
  }

  return {
    get(name, version) {
      const history = historyOf(name);
      if (version === undefined) return currentOf(history);
      const tool = history[version - 1];
      if (tool === undefined) {
        const known = history.map((each) => `${name}@${each.version}`);
        throw new ToolNotFoundError(`${name}@${version}`, known);
      }
      return tool;
    },
    list(statuses) {
      const current = [...versions.values()].map(currentOf);
      const wanted =
        statuses === undefined ? current : current.filter((tool) => statuses.includes(tool.status));
      return wanted.sort(byName);
    },
    history: (name) => [...historyOf(name)],
    search({ text, hypotheses = [], limit, statuses = ["active"] }) {
      refreshIndexes();
      const found = new Map<string, ToolMatch>();
      for (const status of statuses) {
        for (const { key, score } of indexes[status].search({ text, hypotheses, limit })) {
          const tool = historyOf(key).findLast((version) => version.status === status) as Tool;
          const other = found.get(key);
          if (other === undefined || other.tool.version < tool.version)
            found.set(key, { tool, score });
        }
      }
      const matches = [...found.values()];
      matches.sort((a, z) => z.score - a.score || byName(a.tool, z.tool));
      return matches.slice(0, limit);
    },
    place(tool) {
      const history = versions.get(tool.name);
      if (history === undefined) versions.set(tool.name, [tool]);
      else history[tool.version - 1] = tool;
      stale.add(tool.name);
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

/** The counters after one more call. */
export function usageAfter(usage: ToolUsage, use: ToolUse): ToolUsage {
  const lastErrors =
    use.error === undefined
      ? usage.lastErrors
      : [...usage.lastErrors, use.error.slice(0, LONGEST_TEXT)].slice(-MOST_ERRORS);
  const query = use.succeeded ? use.query?.trim().slice(0, LONGEST_TEXT) : undefined;
  // Asked again, a request moves to the end: thirty repeats must not push out everything else.
  const queries =
    query === undefined || query === ""
      ? usage.queries
      : [...usage.queries.filter((known) => known !== query), query].slice(-MOST_QUERIES);
  return {
    calls: usage.calls + 1,
    successes: usage.successes + (use.succeeded ? 1 : 0),
    totalMs: usage.totalMs + use.wallMs,
    costUsd: usage.costUsd + (use.costUsd ?? 0),
    lastErrors,
    queries,
  };
}

function byName(a: Tool, z: Tool): number {
  return a.name < z.name ? -1 : a.name > z.name ? 1 : 0;
}
