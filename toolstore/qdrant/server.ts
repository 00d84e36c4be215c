/** The tool store on the server: reads and searches; for writes see `writes.ts`. */
import type { Schemas } from "@qdrant/js-client-rest";
import { ToolNotFoundError } from "../../src/core/errors.ts";
import type { ToolMatch, ToolQuery } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import type { Tool, ToolStatus } from "../../src/core/tool.ts";
import { currentOf } from "../store/tool-table.ts";
import { type CollectionOptions, type OpenCollection, openCollection } from "./collection.ts";
import type { Connection } from "./connection.ts";
import type { Operation } from "./operations.ts";
import { pointId, type Stored, storedOf } from "./points.ts";
import { filterOf, searchServer } from "./search.ts";
import { type CachedStatistics, cachedStatistics, countTerms } from "./statistics.ts";
import { serverWrites } from "./writes.ts";

export interface ServerStore {
  get(name: string, version?: number): Promise<Tool>;
  history(name: string): Promise<readonly Tool[]>;
  list(statuses?: readonly ToolStatus[]): Promise<readonly Tool[]>;
  search(query: ToolQuery, vectors?: readonly Float32Array[]): Promise<readonly ToolMatch[]>;
  apply(operation: Operation): Promise<void>;
  /** Every version, page by page. */
  allVersions(): AsyncIterable<Stored>;
  count(): Promise<number>;
}

export interface ServerOptions extends CollectionOptions {
  readonly connection: Connection;
  readonly monotonicMs: () => number;
  /** ISO 8601. */
  readonly now: () => string;
  /** Called with the error if a vector cannot be computed. */
  readonly onUnembedded: (error: unknown) => void;
}

const PAGE = 256;

export function serverStore(options: ServerOptions): ServerStore {
  const { connection, collection, monotonicMs } = options;
  let opened: Promise<OpenCollection> | undefined;

  const counts = (status: ToolStatus): CachedStatistics =>
    cachedStatistics(() => countTerms(connection, collection, filterOf(status)), monotonicMs);
  const statistics: Readonly<Record<ToolStatus, CachedStatistics>> = {
    candidate: counts("candidate"),
    active: counts("active"),
    deprecated: counts("deprecated"),
  };

  /** Opens the collection once; again after a failure. */
  function ready(): Promise<OpenCollection> {
    opened ??= openCollection(connection, options).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  async function* scroll(filter?: Schemas["Filter"]): AsyncIterable<Stored> {
    await ready();
    let offset: Schemas["ExtendedPointId"] | undefined;
    do {
      const page = await connection.call((client) =>
        client.scroll(collection, {
          limit: PAGE,
          with_payload: true,
          ...present({ filter, offset }),
        }),
      );
      for (const { payload } of page.points) yield storedOf(payload, connection.url);
      offset = nextOffset(page.next_page_offset);
    } while (offset !== undefined);
  }

  /** Histories of these names; an unknown name has an empty history. */
  async function histories(names: readonly string[]): Promise<Map<string, Stored[]>> {
    const found = new Map<string, Stored[]>(names.map((name) => [name, []]));
    for await (const stored of scroll({ must: [{ key: "name", match: { any: [...names] } }] })) {
      found.get(stored.tool.name)?.push(stored);
    }
    for (const history of found.values()) history.sort((a, z) => a.tool.version - z.tool.version);
    return found;
  }

  async function historyOf(name: string): Promise<Tool[]> {
    const history = ((await histories([name])).get(name) ?? []).map(({ tool }) => tool);
    if (history.length > 0) return history;
    const known = await connection.call((client) =>
      client.facet(collection, { key: "name", limit: 20 }),
    );
    throw new ToolNotFoundError(name, known.hits.map(({ value }) => String(value)).sort());
  }

  return {
    async get(name, version) {
      const history = await historyOf(name);
      if (version === undefined) return currentOf(history);
      const tool = history.find((each) => each.version === version);
      if (tool !== undefined) return tool;
      const known = history.map((each) => `${name}@${each.version}`);
      throw new ToolNotFoundError(`${name}@${version}`, known);
    },
    history: historyOf,
    async list(statuses) {
      const must: Schemas["Condition"][] = [{ key: "current", match: { value: true } }];
      if (statuses !== undefined) must.push({ key: "status", match: { any: [...statuses] } });
      const tools: Tool[] = [];
      for await (const { tool } of scroll({ must })) tools.push(tool);
      return tools.sort((a, z) => (a.name < z.name ? -1 : 1));
    },
    async search(query, vectors) {
      await ready();
      const found = await searchServer(
        connection,
        collection,
        query,
        async (status) => {
          await statistics[status].refresh();
          return statistics[status].statistics;
        },
        vectors,
      );
      const records = await connection.call((client) =>
        client.retrieve(collection, {
          ids: found.map(({ name, version }) => pointId(name, version)),
          with_payload: true,
        }),
      );
      const tools = new Map(
        records.map(({ payload }) => {
          const { tool } = storedOf(payload, connection.url);
          return [tool.name, tool];
        }),
      );
      return found.flatMap(({ name, score }) => {
        const tool = tools.get(name);
        return tool === undefined ? [] : [{ tool, score }];
      });
    },
    apply: serverWrites({
      ...options,
      histories,
      changed() {
        for (const each of Object.values(statistics)) each.invalidate();
      },
    }),
    allVersions: () => scroll(),
    async count() {
      await ready();
      const { count } = await connection.call((client) =>
        client.count(collection, {
          filter: { must: [{ key: "current", match: { value: true } }] },
          exact: true,
        }),
      );
      return count;
    },
  };
}

function nextOffset(offset: unknown): Schemas["ExtendedPointId"] | undefined {
  return typeof offset === "string" || typeof offset === "number" ? offset : undefined;
}
