/**
 * The searchable part of all tools: an index for each status, and the facts that filters use. It
 * contains words, numbers and names; the tools themselves stay in the driver.
 */
import type { ToolFilter, ToolNeed, ToolQuery } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import type { Tool, ToolStatus } from "../../src/core/tool.ts";
import { toolDocument } from "../retrieval/document.ts";
import type { TermStatistics } from "../retrieval/information.ts";
import type { PostingsDump } from "../retrieval/postings.ts";
import { type ToolIndex, toolIndex } from "../retrieval/tool-index.ts";
import { bestOf } from "../retrieval/top.ts";
import { MAX_QUERIES } from "./usage.ts";

export const STATUSES = ["candidate", "active", "deprecated"] as const satisfies ToolStatus[];

/** The facts about one version that filters use. */
export interface ToolFacts {
  readonly language: Tool["language"];
  readonly needs: readonly ToolNeed[];
  /** Empty for the engine's own tools. */
  readonly origin: string;
}

export interface Found {
  readonly name: string;
  readonly version: number;
  readonly score: number;
}

export interface ToolVector {
  readonly vector: Float32Array;
  /** Number of served requests in the vector. */
  readonly served: number;
}

export interface Catalogue {
  /**
   * Sets the entries of a name.
   *
   * @param history Its versions, oldest first.
   * @param vectorOf The vector of a version, if there is one.
   */
  put(history: readonly Tool[], vectorOf?: (version: number) => ToolVector | undefined): void;
  /** Sets the vector of a version; does nothing if searches do not find that version. */
  putVector(name: string, version: number, vector: ToolVector): void;
  /** @param vectors The vectors of the query's text and of each hypothesis. */
  search(query: ToolQuery, vectors?: readonly Float32Array[]): Found[];
  /** Number of names with a version of the status. */
  size(status: ToolStatus): number;
  /** A dump of all names, or of some. */
  dump(only?: ReadonlySet<string>): CatalogueDump;
  /** Replaces the entries of these names by those of a dump; their vectors must be put again. */
  merge(names: readonly string[], dump: CatalogueDump): void;
}

/** Versions and facts are in the order of the keys of `words`. */
export type CatalogueDump = Readonly<Record<ToolStatus, SectionDump>>;

interface SectionDump {
  readonly words: PostingsDump;
  readonly versions: readonly number[];
  readonly facts: readonly ToolFacts[];
}

interface Entry {
  readonly version: number;
  readonly facts: ToolFacts;
}

interface Section {
  readonly index: ToolIndex;
  readonly entries: Map<string, Entry>;
}

/** @param statistics By status, of a larger collection that this is a part of; default: of itself. */
export function catalogue({
  dump,
  statistics,
}: {
  readonly dump?: CatalogueDump;
  readonly statistics?: Readonly<Record<ToolStatus, TermStatistics>>;
} = {}): Catalogue {
  const section = (status: ToolStatus): Section => {
    const part = dump?.[status];
    return {
      index: toolIndex({
        ...(part === undefined ? {} : { dump: part.words }),
        ...(statistics === undefined ? {} : { statistics: statistics[status] }),
      }),
      entries: new Map(part === undefined ? [] : entriesOf(part)),
    };
  };
  const sections: Readonly<Record<ToolStatus, Section>> = {
    candidate: section("candidate"),
    active: section("active"),
    deprecated: section("deprecated"),
  };
  /** Equal facts share one object, because most tools have the same facts. */
  const interned = new Map<string, ToolFacts>();

  function intern(facts: ToolFacts): ToolFacts {
    const key = JSON.stringify(facts);
    const known = interned.get(key);
    if (known === undefined) interned.set(key, facts);
    return known ?? facts;
  }

  return {
    put(history, vectorOf) {
      const name = history[0]?.name;
      if (name === undefined) return;
      const queries = queriesOf(history);
      for (const status of STATUSES) {
        const { index, entries } = sections[status];
        index.remove(name);
        entries.delete(name);
        const tool = history.findLast((version) => version.status === status);
        if (tool === undefined) continue;
        index.put(name, toolDocument(tool, queries));
        entries.set(name, { version: tool.version, facts: intern(factsOf(tool)) });
        const dense = vectorOf?.(tool.version);
        if (dense !== undefined) index.putVector(name, dense.vector, dense.served);
      }
    },
    putVector(name, version, { vector, served }) {
      for (const { index, entries } of Object.values(sections)) {
        if (entries.get(name)?.version === version) index.putVector(name, vector, served);
      }
    },
    search({ text, hypotheses = [], limit, statuses = ["active"], filter }, vectors) {
      const found: Found[] = [];
      for (const status of statuses) {
        const { index, entries } = sections[status];
        const ranked = index.search({
          text,
          hypotheses,
          limit,
          ...present({ vectors }),
          ...(filter === undefined
            ? {}
            : {
                admits(name: string): boolean {
                  const entry = entries.get(name);
                  return entry !== undefined && admitted(filter, entry.version, entry.facts);
                },
              }),
        });
        for (const { key, score } of ranked) {
          found.push({ name: key, version: entries.get(key)?.version ?? 0, score });
        }
      }
      return mergedByName(found, limit);
    },
    size: (status) => sections[status].index.size,
    merge(names, dump) {
      for (const status of STATUSES) {
        const { index, entries } = sections[status];
        for (const name of names) {
          index.remove(name);
          entries.delete(name);
        }
        const part = dump[status];
        index.append(part.words);
        for (const [name, entry] of entriesOf(part)) entries.set(name, entry);
      }
    },
    dump(only) {
      const part = (status: ToolStatus) => {
        const { index, entries } = sections[status];
        const words = index.dump(only);
        const ordered = words.keys.map((key) => entries.get(key));
        return {
          words,
          versions: ordered.map((entry) => entry?.version ?? 0),
          facts: ordered.map((entry) => entry?.facts ?? NO_FACTS),
        };
      };
      return {
        candidate: part("candidate"),
        active: part("active"),
        deprecated: part("deprecated"),
      };
    },
  };
}

function entriesOf({ words, versions, facts }: SectionDump): [string, Entry][] {
  return words.keys.map((name, i) => [
    name,
    { version: versions[i] as number, facts: facts[i] as ToolFacts },
  ]);
}

const NO_FACTS: ToolFacts = { language: "javascript", needs: [], origin: "" };

/** The highest found version of each name, best first. */
export function mergedByName(found: readonly Found[], limit: number): Found[] {
  const highest = new Map<string, Found>();
  for (const each of found) {
    const other = highest.get(each.name);
    if (other === undefined || other.version < each.version) highest.set(each.name, each);
  }
  const keyed = [...highest.values()].map((each) => ({ ...each, key: each.name }));
  return bestOf(keyed, limit).map(({ name, version, score }) => ({ name, version, score }));
}

/** Queries of all versions: a new version has served none yet, so it is found by earlier ones. */
export function queriesOf(history: readonly Tool[]): string[] {
  return history.flatMap((tool) => tool.usage.queries).slice(-MAX_QUERIES);
}

export function factsOf({ language, capabilities, origin }: Tool): ToolFacts {
  const needs: ToolNeed[] = [];
  if (capabilities.network.length > 0) needs.push("network");
  if (capabilities.files) needs.push("files");
  if (capabilities.model) needs.push("model");
  return { language, needs, origin: origin ?? "" };
}

function admitted(
  { languages, needs, origins, minVersion, maxVersion }: ToolFilter,
  version: number,
  facts: ToolFacts,
): boolean {
  return (
    (languages === undefined || languages.includes(facts.language)) &&
    (needs === undefined || facts.needs.every((need) => needs.includes(need))) &&
    (origins === undefined || origins.includes(facts.origin)) &&
    (minVersion === undefined || version >= minVersion) &&
    (maxVersion === undefined || version <= maxVersion)
  );
}
