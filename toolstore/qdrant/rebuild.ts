/**
 * Rebuilds the collection after a change of the embedder or of the schema: builds a new one and then
 * swaps them. Writes that others make meanwhile are copied by a second pass before the swap and a third
 * one after it. The old collection is not deleted.
 */
import { StoreError } from "../../src/core/errors.ts";
import { present } from "../../src/core/present.ts";
import { queriesOf } from "../store/catalogue.ts";
import { toolVectors } from "../store/embedding.ts";
import { collectionOf, createCollection, nextName, pointAlias } from "./collection.ts";
import { confirmed } from "./connection.ts";
import { derived, type Point, pointOf, type Stored, storedOf } from "./points.ts";
import type { ServerOptions } from "./server.ts";

const PAGE = 256;
const POINTS_PER_REQUEST = 128;

/** @throws StoreError */
export async function rebuildCollection(
  options: ServerOptions,
  signal: AbortSignal,
): Promise<{ readonly tools: number; readonly embedded: number }> {
  const { connection, collection, embedder } = options;
  const before = await collectionOf(connection, collection);
  const next = nextName(collection, before);
  await createCollection(connection, next, options);
  if (before === undefined) {
    await pointAlias(connection, collection, next);
    return { tools: 0, embedded: 0 };
  }

  /** Revision of each copied point. */
  const copied = new Map<string, number>();
  let embedded = 0;

  async function pass(): Promise<number> {
    const histories = new Map<string, Stored[]>();
    for await (const stored of allVersions(before as string)) {
      histories.set(stored.tool.name, [...(histories.get(stored.tool.name) ?? []), stored]);
    }
    let points: Point[] = [];
    let count = 0;
    for (const history of histories.values()) {
      signal.throwIfAborted();
      const isNew = ({ tool, payload }: Stored): boolean =>
        copied.get(`${tool.name}@${tool.version}`) !== payload.revision;
      if (!history.some(isNew)) continue;
      history.sort((a, z) => a.tool.version - z.tool.version);
      const tools = history.map(({ tool }) => tool);
      for (const { tool, payload } of history) {
        const queries = queriesOf(tools);
        const found = derived(tools, tool).found;
        const [dense] =
          embedder === undefined || !found
            ? []
            : await toolVectors(embedder, [{ tool, queries }], signal);
        if (dense !== undefined) embedded++;
        const { revision, operations } = payload;
        points.push(pointOf(tools, tool, { revision, operations, dense, now: options.now() }));
        copied.set(`${tool.name}@${tool.version}`, revision);
        count++;
      }
      if (points.length >= POINTS_PER_REQUEST) points = await send(points);
    }
    await send(points);
    return count;
  }

  async function send(points: readonly Point[]): Promise<Point[]> {
    if (points.length === 0) return [];
    const result = await connection.call((client) =>
      client.upsert(next, {
        wait: true,
        points: [...points],
        // Points written to the new collection after the swap are newer than the copies.
        update_filter: {
          should: points.map(({ id, payload }) => ({
            must: [{ has_id: [id] }, { key: "revision", range: { lt: Number(payload.revision) } }],
          })),
        },
      }),
    );
    confirmed(result, connection.url);
    return [];
  }

  async function* allVersions(name: string): AsyncIterable<Stored> {
    let offset: string | number | undefined;
    do {
      const page = await connection.call((client) =>
        client.scroll(name, {
          limit: PAGE,
          with_payload: true,
          ...present({ offset }),
        }),
      );
      for (const { payload } of page.points) yield storedOf(payload, connection.url);
      const following = page.next_page_offset;
      offset =
        typeof following === "string" || typeof following === "number" ? following : undefined;
    } while (offset !== undefined);
  }

  await pass();
  await pass();
  await pointAlias(connection, collection, next);
  await pass();
  const { count } = await connection.call((client) => client.count(next, { exact: true }));
  if (count < copied.size) {
    throw new StoreError(
      "STORE_REJECTED",
      `Expected ${copied.size} versions in collection "${next}", found ${count}: the old collection "${before}" is unchanged, point the alias back to it.`,
    );
  }
  return { tools: copied.size, embedded };
}
