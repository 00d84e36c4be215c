/**
 * Writes to the server: each reads the history that it changes, computes the points of all versions, and
 * sends those that differ, on the condition that nobody wrote in between. Operations that arrive during
 * a write are sent together afterwards.
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { StoreError } from "../../src/core/errors.ts";
import type { Embedder } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";
import { queriesOf, type ToolVector } from "../store/catalogue.ts";
import { toolVectors } from "../store/embedding.ts";
import { type Connection, confirmed } from "./connection.ts";
import { nameOf, type Operation } from "./operations.ts";
import { type Job, planned } from "./plan.ts";
import { type Point, pointId, pointOf, type Stored } from "./points.ts";

export interface ServerWritesOptions {
  readonly connection: Connection;
  readonly collection: string;
  readonly embedder: Embedder | undefined;
  /** ISO 8601. */
  readonly now: () => string;
  /** Called with the error if a vector cannot be computed. */
  readonly onUnembedded: (error: unknown) => void;
  /** By name, oldest first; an unknown name has an empty history. */
  readonly histories: (names: readonly string[]) => Promise<ReadonlyMap<string, Stored[]>>;
  /** Called before points change. */
  readonly changed: () => void;
}

const MAX_JOBS = 256;
const POINTS_PER_REQUEST = 128;
/** Maximum attempts if other writers are faster; far more than ever needed. */
const ATTEMPTS = 50;

/** @returns A function that executes an operation; it resolves after the server has confirmed it. */
export function serverWrites({
  connection,
  collection,
  embedder,
  now,
  onUnembedded,
  histories,
  changed,
}: ServerWritesOptions): (operation: Operation) => Promise<void> {
  const waiting: Job[] = [];
  let writing = false;

  async function flush(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const jobs = waiting.splice(0, MAX_JOBS);
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
          points.push(
            pointOf(plan.history, tool, { revision: revision + 1, operations, dense, now: now() }),
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
          `Other writers were faster ${ATTEMPTS} times at ${connection.url}: try again.`,
          { retryable: true },
        );
      }
    }
  }

  /**
   * Writes points that are new or still have the revision that was read. The server skips the others and
   * still answers "completed", so the next attempt reads the points again.
   */
  async function upsert(
    points: readonly Point[],
    conditions: readonly Schemas["Condition"][],
  ): Promise<void> {
    changed();
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
      onUnembedded(error);
      return undefined;
    });
  }

  return (operation) =>
    new Promise((resolve, reject) => {
      waiting.push({ operation, resolve, reject });
      if (!writing && waiting.length === 1) setImmediate(() => void flush());
    });
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
