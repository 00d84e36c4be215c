/**
 * The tool store at the server: each write reads the history it changes, works out what every version's
 * point must be, and sends those that differ on the condition that nobody wrote in between. What is
 * asked for while a write is under way goes with the next one, in one request.
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { StoreError, ToolNotFoundError } from "../../src/core/errors.ts";
import type { Embedder, ToolMatch, ToolQuery } from "../../src/core/ports.ts";
import type { Tool, ToolStatus } from "../../src/core/tool.ts";
import { queriesOf, type ToolVector } from "../catalogue.ts";
import { toolVectors } from "../embedding.ts";
import { currentOf } from "../shelf.ts";
import { type CollectionOptions, type OpenCollection, openCollection } from "./collection.ts";
import { type Connection, confirmed } from "./connection.ts";
import { nameOf, type Operation } from "./operations.ts";
import { type Job, planned } from "./plan.ts";
import { type Point, pointId, pointOf, type Stored, storedOf } from "./points.ts";
import { filterOf, searchServer } from "./search.ts";
import { type CachedStatistics, cachedStatistics, countTerms } from "./statistics.ts";

export interface ServerStore {
  get(name: string, version?: number): Promise<Tool>;
  history(name: string): Promise<readonly Tool[]>;
  list(statuses?: readonly ToolStatus[]): Promise<readonly Tool[]>;
  search(query: ToolQuery, vectors?: readonly Float32Array[]): Promise<readonly ToolMatch[]>;
  apply(operation: Operation): Promise<void>;
  /** Every version, page by page. */
  everything(): AsyncIterable<Stored>;
  count(): Promise<number>;
}

export interface ServerOptions extends CollectionOptions {
  readonly connection: Connection;
  readonly monotonicMs: () => number;
  /** ISO 8601. */
  readonly now: () => string;
  /** Told of vectors that could not be made. */
  readonly onUnembedded: (error: unknown) => void;
}

const PAGE = 256;
const POINTS_PER_REQUEST = 128;
/** Rival writers that overtake one write; far more than ever happens. */
const ATTEMPTS = 50;

export function serverStore(options: ServerOptions): ServerStore {
  const { connection, collection, embedder, monotonicMs } = options;
  let opened: Promise<OpenCollection> | undefined;
  const waiting: Job[] = [];
  let writing = false;

  const counts = (status: ToolStatus): CachedStatistics =>
    cachedStatistics(() => countTerms(connection, collection, filterOf(status)), monotonicMs);
  const statistics: Readonly<Record<ToolStatus, CachedStatistics>> = {
    candidate: counts("candidate"),
    active: counts("active"),
    deprecated: counts("deprecated"),
  };

  /** Looked at once; again after it failed. */
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
          ...(filter === undefined ? {} : { filter }),
          ...(offset === undefined ? {} : { offset }),
        }),
      );
      for (const { payload } of page.points) yield storedOf(payload, connection.url);
      offset = nextOffset(page.next_page_offset);
    } while (offset !== undefined);
  }

  /** Histories of these names; a name that is not there has an empty one. */
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

  async function flush(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const jobs = waiting.splice(0, PAGE);
      try {
        await write(jobs);
      } catch (error) {
        for (const { reject } of jobs) reject(error);
      }
    }
    writing = false;
  }

  async function write(jobs: readonly Job[]): Promise<void> {
    const open = new Set(jobs);
    const refused = new Map<Job, unknown>();
    for (let attempt = 1; open.size > 0; attempt++) {
      const names = [...new Set([...open].map(({ operation }) => nameOf(operation)))];
      const before = await histories(names);
      const points: Point[] = [];
      const conditions: Schemas["Condition"][] = [];
      for (const name of names) {
        const own = [...open].filter(({ operation }) => nameOf(operation) === name);
        const plan = planned(before.get(name) ?? [], own);
        for (const [job, error] of plan.refused) refused.set(job, error);
        for (const job of plan.done) {
          open.delete(job);
          settle(job, refused.get(job));
        }
        for (const { tool, revision, operations } of plan.changes) {
          const dense = await vectorOf(plan.history, tool);
          const now = options.now();
          points.push(
            pointOf(plan.history, tool, { revision: revision + 1, operations, dense, now }),
          );
          conditions.push({
            must: [
              { has_id: [pointId(name, tool.version)] },
              { key: "revision", match: { value: revision } },
            ],
          });
        }
      }
      if (points.length > 0) await upsert(points, conditions);
      if (attempt === ATTEMPTS && open.size > 0) {
        throw new StoreError(
          "STORE_BUSY",
          `Other writers overtook this one ${ATTEMPTS} times at ${connection.url}: try again.`,
          { retryable: true },
        );
      }
    }
  }

  /**
   * Points that are new, or still at the revision that was read; the others stay as they are, and the
   * server answers "completed" all the same: the next look tells which.
   */
  async function upsert(
    points: readonly Point[],
    conditions: readonly Schemas["Condition"][],
  ): Promise<void> {
    for (const each of Object.values(statistics)) each.invalidate();
    for (let from = 0; from < points.length; from += POINTS_PER_REQUEST) {
      const result = await connection.call((client) =>
        client.upsert(collection, {
          wait: true,
          ordering: "strong",
          points: points.slice(from, from + POINTS_PER_REQUEST),
          update_filter: { should: conditions.slice(from, from + POINTS_PER_REQUEST) },
        }),
      );
      confirmed(result, connection.url);
    }
  }

  async function vectorOf(history: readonly Tool[], tool: Tool): Promise<ToolVector | undefined> {
    if (embedder === undefined) return undefined;
    return embedOne(embedder, history, tool).catch((error: unknown) => {
      options.onUnembedded(error);
      return undefined;
    });
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
    apply(operation) {
      return new Promise((resolve, reject) => {
        waiting.push({ operation, resolve, reject });
        if (!writing && waiting.length === 1) setImmediate(() => void flush());
      });
    },
    everything: () => scroll(),
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

function settle({ resolve, reject }: Job, error: unknown): void {
  if (error === undefined) resolve();
  else reject(error);
}

async function embedOne(
  embedder: Embedder,
  history: readonly Tool[],
  tool: Tool,
): Promise<ToolVector | undefined> {
  const top = history.findLast(({ status }) => status === tool.status);
  if (top?.version !== tool.version) return undefined;
  const queries = queriesOf(history);
  const [vector] = await toolVectors(embedder, [{ tool, queries }], new AbortController().signal);
  return vector;
}

function nextOffset(offset: unknown): Schemas["ExtendedPointId"] | undefined {
  return typeof offset === "string" || typeof offset === "number" ? offset : undefined;
}
