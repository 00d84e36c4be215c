/**
 * Search on the server: it returns candidates by words and by vectors, with the data for their scores.
 * The same pure ranking as in memory orders them.
 *
 * The server's score of a candidate is at least the share that it covers (a sum, where the ranking uses
 * the probability that any match holds), so no candidate that belongs among the first is missed.
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { ToolFilter, ToolQuery } from "../../src/core/ports.ts";
import { present } from "../../src/core/present.ts";
import type { ToolStatus } from "../../src/core/tool.ts";
import { clauses } from "../retrieval/clauses.ts";
import { type QueryTerms, queryTerms, type TermStatistics } from "../retrieval/information.ts";
import { CONSIDERED } from "../retrieval/rank.ts";
import { NEAREST, toolIndex } from "../retrieval/tool-index.ts";
import { type Found, mergedByName } from "../store/catalogue.ts";
import type { Connection } from "./connection.ts";
import { DENSE, SPARSE, sparse, termNumber } from "./points.ts";

const Candidate = z.object({
  payload: z.object({
    name: z.string(),
    version: z.int(),
    terms: z.array(z.string()),
    queries: z.array(z.string()),
  }),
  vector: z.object({
    [SPARSE]: z.object({ indices: z.array(z.number()), values: z.array(z.number()) }),
    [DENSE]: z.array(z.number()).optional(),
  }),
});
type Candidate = z.output<typeof Candidate>;

/** Search width in the vector graph: recall is near 1 for the few hundred requested candidates. */
const HNSW_EF = 512;

export async function searchServer(
  connection: Connection,
  collection: string,
  query: ToolQuery,
  statisticsOf: (status: ToolStatus) => Promise<TermStatistics>,
  vectors: readonly Float32Array[] | undefined,
): Promise<Found[]> {
  const { text, hypotheses = [], limit, statuses = ["active"] } = query;
  const found: Found[] = [];
  for (const status of statuses) {
    const statistics = await statisticsOf(status);
    const texts = [text, ...clauses(text), ...hypotheses];
    const filter = filterOf(status, query.filter);
    const searches = [
      ...texts
        .map((each) => queryTerms(each, statistics))
        .flatMap((terms) => byWords(terms, filter)),
      ...(vectors ?? []).map((vector) => byVector(vector, filter)),
    ];
    if (searches.length === 0) continue;
    const answers = await connection.call((client) => client.queryBatch(collection, { searches }));
    const candidates = new Map<string, Candidate>();
    for (const { points } of answers) {
      for (const point of points) {
        const candidate = Candidate.parse(point);
        candidates.set(candidate.payload.name, candidate);
      }
    }
    const index = toolIndex({ statistics });
    for (const [name, { payload, vector }] of candidates) {
      index.putStrengths(name, strengthsOf(payload.terms, vector[SPARSE]));
      const dense = vector[DENSE];
      if (dense !== undefined) {
        index.putVector(name, Float32Array.from(dense), payload.queries.length);
      }
    }
    const ranked = index.search({
      text,
      hypotheses,
      limit,
      ...present({ vectors }),
    });
    for (const { key, score } of ranked) {
      found.push({ name: key, version: candidates.get(key)?.payload.version ?? 0, score });
    }
  }
  return mergedByName(found, limit);
}

function byWords({ groups }: QueryTerms, filter: Schemas["Filter"]): Schemas["QueryRequest"][] {
  const weights = new Map<string, number>();
  for (const { matches } of groups) {
    for (const { term, value } of matches) weights.set(term, (weights.get(term) ?? 0) + value);
  }
  if (weights.size === 0) return [];
  return [{ query: sparse(weights), using: SPARSE, filter, limit: CONSIDERED, ...WITH }];
}

function byVector(vector: Float32Array, filter: Schemas["Filter"]): Schemas["QueryRequest"] {
  const params = { hnsw_ef: HNSW_EF, quantization: { rescore: true, oversampling: 2 } };
  return { query: [...vector], using: DENSE, filter, params, limit: NEAREST, ...WITH };
}

const WITH = { with_payload: ["name", "version", "terms", "queries"], with_vector: true };

function strengthsOf(
  terms: readonly string[],
  { indices, values }: { readonly indices: readonly number[]; readonly values: readonly number[] },
): Map<string, number> {
  const byNumber = new Map(indices.map((number, i) => [number, values[i] as number]));
  return new Map(terms.map((term) => [term, byNumber.get(termNumber(term)) ?? 0]));
}

export function filterOf(
  status: ToolStatus,
  { languages, needs, origins, minVersion, maxVersion }: ToolFilter = {},
): Schemas["Filter"] {
  const must: Schemas["Condition"][] = [
    { key: "found", match: { value: true } },
    { key: "status", match: { value: status } },
  ];
  if (languages !== undefined) must.push({ key: "language", match: { any: [...languages] } });
  if (origins !== undefined) must.push({ key: "origin", match: { any: [...origins] } });
  if (minVersion !== undefined || maxVersion !== undefined) {
    must.push({ key: "version", range: { gte: minVersion ?? null, lte: maxVersion ?? null } });
  }
  const refused = ["network", "files", "model"].filter(
    (need) => needs !== undefined && !needs.some((allowed) => allowed === need),
  );
  return refused.length === 0
    ? { must }
    : { must, must_not: [{ key: "needs", match: { any: refused } }] };
}
