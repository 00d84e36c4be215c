/** One collection of the loopback server: points, filters, sparse and dense queries, facets. */
import { admits, type Filter, keysOf, type Payload } from "./qdrant-filter.ts";

/** What Qdrant answers instead of a result. */
export class QdrantFault extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Sparse {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}
type Vector = readonly number[] | Sparse;

export interface Row {
  readonly id: string | number;
  readonly payload: Payload;
  readonly vector: Readonly<Record<string, Vector>>;
}

export interface Selection {
  readonly with_payload?: boolean | readonly string[] | null;
  readonly with_vector?: boolean | readonly string[] | null;
}

export interface Query extends Selection {
  readonly query?: Vector;
  readonly using?: string;
  readonly filter?: Filter;
  readonly limit?: number;
}

interface Settings {
  readonly vectors?: Readonly<Record<string, { readonly size: number; readonly distance: string }>>;
  readonly sparse_vectors?: Readonly<Record<string, { readonly modifier?: string }>>;
  readonly hnsw_config?: object;
  readonly quantization_config?: object;
  readonly strict_mode_config?: object;
  readonly metadata?: object;
}

export interface Collection {
  readonly settings: Settings;
  readonly indexes: Map<string, unknown>;
  readonly rows: Map<string | number, Row>;
  upsert(body: {
    readonly points: readonly Row[];
    readonly update_filter?: Filter;
    readonly update_mode?: string;
  }): void;
  retrieve(ids: readonly Row["id"][], selection: Selection): unknown[];
  scroll(body: Selection & { filter?: Filter; limit?: number; offset?: Row["id"] }): unknown;
  matching(filter: Filter | undefined): Row[];
  facet(body: { key: string; filter?: Filter; limit?: number }): unknown;
  query(query: Query): unknown[];
}

export function collectionOf(body: object): Collection {
  const settings = body as Settings;
  const rows = new Map<string | number, Row>();
  const indexes = new Map<string, unknown>();

  function checkIndexed(filter: Filter | undefined): void {
    const key = keysOf(filter).find((each) => !indexes.has(each));
    if (key === undefined) return;
    throw new QdrantFault(
      400,
      `Bad request: Index required but not found for "${key}". Help: Create an index supporting \`match\` for this key.`,
    );
  }

  function matching(filter: Filter | undefined): Row[] {
    checkIndexed(filter);
    const found = [...rows.values()].filter(({ id, payload }) => admits(filter, id, payload));
    return found.sort((a, z) => (String(a.id) < String(z.id) ? -1 : 1));
  }

  function checked(row: Row): Row {
    if (typeof row.id === "string" && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(row.id)) {
      throw new QdrantFault(
        400,
        `Format error in JSON body: value ${row.id} is not a valid point ID`,
      );
    }
    const vector: Record<string, Vector> = {};
    for (const [name, value] of Object.entries(row.vector)) {
      if ("indices" in value) {
        if (settings.sparse_vectors?.[name] === undefined) throw unknownVector(name);
        if (
          value.indices.length !== value.values.length ||
          new Set(value.indices).size !== value.indices.length
        ) {
          throw new QdrantFault(
            422,
            "Validation error in JSON body: [points[0].vector: must be the same length and unique]",
          );
        }
        vector[name] = value;
        continue;
      }
      const size = settings.vectors?.[name]?.size;
      if (size === undefined) throw unknownVector(name);
      if (value.length !== size) {
        throw new QdrantFault(
          400,
          `Wrong input: Vector dimension error: expected dim: ${size}, got ${value.length}`,
        );
      }
      vector[name] = normalised(value);
    }
    return { ...row, vector };
  }

  return {
    settings,
    indexes,
    rows,
    matching,
    upsert({ points, update_filter, update_mode = "upsert" }) {
      if (update_filter !== undefined) checkIndexed(update_filter);
      for (const point of points.map(checked)) {
        const old = rows.get(point.id);
        if (old === undefined ? update_mode === "update_only" : update_mode === "insert_only")
          continue;
        if (old !== undefined && !admits(update_filter, old.id, old.payload)) continue;
        rows.set(point.id, structuredClone(point));
      }
    },
    retrieve: (ids, selection) =>
      ids.flatMap((id) => {
        const row = rows.get(id);
        return row === undefined ? [] : [shown(row, selection)];
      }),
    scroll({ filter, limit = 10, offset, ...selection }) {
      const found = matching(filter).filter(
        ({ id }) => offset === undefined || String(id) >= String(offset),
      );
      return {
        points: found
          .slice(0, limit)
          .map((row) => shown(row, { with_payload: true, ...selection })),
        next_page_offset: found[limit]?.id ?? null,
      };
    },
    facet({ key, filter, limit = 10 }) {
      if (!indexes.has(key))
        throw new QdrantFault(400, `Bad request: Index required but not found for "${key}".`);
      const counts = new Map<unknown, number>();
      for (const { payload } of matching(filter)) {
        for (const value of new Set([payload[key] ?? []].flat())) {
          counts.set(value, (counts.get(value) ?? 0) + 1);
        }
      }
      const hits = [...counts].map(([value, count]) => ({ value, count }));
      hits.sort((a, z) => z.count - a.count || (String(a.value) < String(z.value) ? -1 : 1));
      return { hits: hits.slice(0, limit) };
    },
    query({ query, using = "", filter, limit = 10, ...selection }) {
      const found = matching(filter).flatMap((row) => {
        const vector = row.vector[using];
        if (vector === undefined || query === undefined) return [];
        const score =
          "indices" in query
            ? sparseDot(query, vector as Sparse)
            : dot(normalised(query), vector as number[]);
        // An inverted index meets only what shares a term.
        return score === undefined ? [] : [{ row, score }];
      });
      if (settings.vectors?.[using] === undefined && settings.sparse_vectors?.[using] === undefined)
        throw unknownVector(using);
      found.sort((a, z) => z.score - a.score || (String(a.row.id) < String(z.row.id) ? -1 : 1));
      return found
        .slice(0, limit)
        .map(({ row, score }) => ({ ...shown(row, selection), score, version: 0 }));
    },
  };
}

/** What `GET /collections/{name}` says, with the server's defaults filled in. */
export function collectionInfo({ settings, indexes, rows }: Collection): unknown {
  return {
    status: "green",
    optimizer_status: "ok",
    points_count: rows.size,
    indexed_vectors_count: 0,
    segments_count: 1,
    payload_schema: Object.fromEntries(
      [...indexes].map(([key, type]) => [key, { data_type: type, points: rows.size }]),
    ),
    config: {
      params: { vectors: settings.vectors ?? {}, sparse_vectors: settings.sparse_vectors ?? {} },
      hnsw_config: {
        m: 16,
        ef_construct: 100,
        full_scan_threshold: 10_000,
        ...settings.hnsw_config,
      },
      optimizer_config: { default_segment_number: 0, flush_interval_sec: 5 },
      ...(settings.metadata === undefined ? {} : { metadata: settings.metadata }),
    },
  };
}

function shown({ id, payload, vector }: Row, { with_payload, with_vector }: Selection): object {
  return {
    id,
    ...(with_payload === true ? { payload } : {}),
    ...(Array.isArray(with_payload)
      ? {
          payload: Object.fromEntries(
            Object.entries(payload).filter(([key]) => with_payload.includes(key)),
          ),
        }
      : {}),
    ...(with_vector === true ? { vector } : {}),
  };
}

function unknownVector(name: string): QdrantFault {
  return new QdrantFault(400, `Wrong input: Not existing vector name error: ${name}`);
}

/** Cosine vectors are normalised when they are written, and kept with 32 bits. */
function normalised(vector: readonly number[]): number[] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => Math.fround(length === 0 ? value : value / length));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function sparseDot(query: Sparse, stored: Sparse): number | undefined {
  const weights = new Map(
    stored.indices.map((index, i) => [index, Math.fround(stored.values[i] ?? 0)]),
  );
  let sum: number | undefined;
  query.indices.forEach((index, i) => {
    const weight = weights.get(index);
    if (weight !== undefined) sum = (sum ?? 0) + weight * (query.values[i] ?? 0);
  });
  return sum;
}
