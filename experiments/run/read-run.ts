/**
 * Reads a search from its trace: the curve of the best score, the costs of models, and the ancestors of
 * the winner. The trace is the only source; nothing is measured again.
 */
import { type DataOf, type Engine, readEvents } from "../../src/index.ts";
import type { Cost, CurvePoint, Outcome } from "./record.ts";

interface Node extends DataOf<"candidate-result"> {
  readonly evaluations: number;
}

export interface SearchStory {
  readonly curve: readonly CurvePoint[];
  readonly cost: Cost;
  readonly repeats: number;
  /** Number of candidates that ran. */
  readonly evaluated: number;
  /** From the winner to a program without parents; of two parents the fitter one. */
  readonly lineage: Outcome["lineage"];
  /** The best seed program on the training split. */
  readonly bestSeed: string | undefined;
  /** Training fitness of the first seed program. */
  readonly trainFloor: number | undefined;
}

/** Maximum number of points of a curve: longer curves are thinned. */
const MAX_POINTS = 400;
const MAX_LINEAGE = 60;

export async function readSearch(
  events: Engine["events"],
  runId: string,
  winner: string | undefined,
): Promise<SearchStory> {
  const nodes = new Map<string, Node>();
  const curve: CurvePoint[] = [];
  const cost = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, unpriced: 0 };
  let evaluations = 0;
  let repeats = 0;
  let begin: number | undefined;
  let seed: Node | undefined;
  let floor: Node | undefined;
  const types = ["run-start", "model-reply", "candidate-result"] as const;
  for await (const event of readEvents(events, runId, types)) {
    const now = Date.parse(event.time);
    begin ??= now;
    if (event.type === "model-reply") addReply(cost, event.data);
    if (event.type !== "candidate-result") continue;
    const candidate = event.data;
    if (candidate.status === "duplicate") repeats++;
    else if (candidate.kind !== "no-candidate") evaluations++;
    if (candidate.status !== "scored") continue;
    const node = { ...candidate, evaluations };
    nodes.set(node.digest, node);
    if (node.operator === "seed") {
      floor ??= node;
      if (fitnessOf(node) > fitnessOf(seed)) seed = node;
    }
    const fitness = fitnessOf(node);
    if (fitness > (curve.at(-1)?.fitness ?? Number.NEGATIVE_INFINITY)) {
      const seconds = (now - begin) / 1000;
      const paid = cost.unpriced === 0 ? { costUsd: cost.usd } : {};
      curve.push({ evaluations, fitness, seconds, ...paid });
    }
  }
  return {
    curve: thinned(curve),
    cost,
    repeats,
    evaluated: evaluations,
    lineage: lineageOf(nodes, winner),
    bestSeed: seed?.source,
    trainFloor: floor?.fitness,
  };
}

function addReply(cost: Cost, reply: DataOf<"model-reply">): void {
  cost.calls++;
  const { usage, costUsd } = "error" in reply ? {} : reply;
  cost.inputTokens += usage?.inputTokens ?? 0;
  cost.outputTokens += usage?.outputTokens ?? 0;
  if (costUsd === undefined) cost.unpriced++;
  else cost.usd += costUsd;
}

function lineageOf(
  nodes: ReadonlyMap<string, Node>,
  winner: string | undefined,
): Outcome["lineage"] {
  const chain: Outcome["lineage"] = [];
  const seen = new Set<string>();
  let at = winner === undefined ? undefined : nodes.get(winner);
  while (at !== undefined && chain.length < MAX_LINEAGE && !seen.has(at.digest)) {
    seen.add(at.digest);
    const { digest, operator, generator, fitness, evaluations } = at;
    chain.push({ digest, operator, generator, fitness, evaluations });
    const parents = (at.parents ?? []).flatMap((parent) => nodes.get(parent) ?? []);
    at = parents.sort((a, b) => fitnessOf(b) - fitnessOf(a))[0];
  }
  return chain;
}

function fitnessOf(node: Node | undefined): number {
  return node?.fitness ?? Number.NEGATIVE_INFINITY;
}

function thinned(curve: readonly CurvePoint[]): readonly CurvePoint[] {
  if (curve.length <= MAX_POINTS) return curve;
  const step = (curve.length - 1) / (MAX_POINTS - 1);
  return Array.from(
    { length: MAX_POINTS },
    (_, index) => curve[Math.round(index * step)] as CurvePoint,
  );
}
