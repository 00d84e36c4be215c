/** `toolwright traces show RUN --population`: an evolution run's programs and decisions, from its events. */
import { InputError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { readRun } from "../../trace/index.ts";
import { table } from "../output.ts";
import { decisionFacts, decisionRow, decisionsOf, outcomes } from "./traces-decisions.ts";

/**
 * @param limit Maximum rows of the table, best first; the value has all programs, in the run's order.
 * @throws InputError NO_POPULATION
 */
export async function population(
  store: EventStore,
  runId: string,
  limit: number,
): Promise<{ readonly value: Json; readonly text: string }> {
  const { summary, start, best, candidates, heldOut, modelCalls } = await readRun(store, runId);
  if (candidates.length === 0) {
    throw new InputError(
      "NO_POPULATION",
      `Expected an evolution run, got ${runId} (${summary.kind}) without a candidate. To list runs: toolwright traces ls.`,
    );
  }
  const programs = candidates.map(({ seq, time: _, ...candidate }) => ({
    event: seq,
    ...candidate,
    best: candidate.digest === best,
    heldOut: heldOut.get(candidate.digest)?.score,
  }));
  const decisions = await decisionsOf(store, runId);
  const became = outcomes(candidates);
  const value = {
    run: runId,
    status: summary.status,
    seed: start?.seed,
    config: start?.config,
    best,
    islands: Object.fromEntries(
      [...Map.groupBy(candidates, ({ island }) => island ?? 0)]
        .sort(([a], [b]) => a - b)
        .map(([island, own]) => [island, own.length]),
    ),
    candidates: programs,
    outcomes: became,
    decisions: decisions.map(decisionFacts),
    prompts: modelCalls.map(({ seq, id, promptName, promptGroup, sampleIndex, messages }) => ({
      event: seq,
      id,
      promptName,
      promptGroup,
      sampleIndex,
      messages,
    })),
  };
  const ranked = programs
    .filter(({ status }) => status !== "duplicate")
    // A dropped candidate ran only on the quick cases, so its fitness is not comparable.
    .toSorted(
      (a, b) =>
        Number(b.status === "scored") - Number(a.status === "scored") ||
        (b.fitness ?? -Infinity) - (a.fitness ?? -Infinity),
    );
  const rows = ranked
    .slice(0, limit)
    .map(({ index, digest, status, fitness, island, operator, generator, parents, ...own }) => [
      String(index),
      `${digest.slice(0, 10)}${own.best ? " *" : ""}`,
      fitnessText(status, fitness),
      own.heldOut === undefined ? "" : own.heldOut.toPrecision(6),
      String(island ?? ""),
      operator,
      parents.map((parent) => parent.slice(0, 10)).join(" "),
      own.promptGroup?.slice(0, 16) ?? "",
    ]);
  const shown = decisions.slice(-limit);
  const text = [
    `${runId}: ${candidates.length} candidates, the best ${rows.length} shown (--limit for more; --json for programs, prompts and configuration).`,
    table(["#", "program", "fitness", "held out", "island", "operator", "parents", "prompt"], rows),
    `Proposals: ${Object.entries(became)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}.`,
    `Decisions (${shown.length === decisions.length ? "all" : `the last ${shown.length}`} of ${decisions.length}):`,
    table(["event", "decision", "program", "fitness", ""], shown.map(decisionRow)),
  ].join("\n");
  return { value: JSON.parse(JSON.stringify(value)) as Json, text };
}

function fitnessText(status: string, fitness: number | undefined): string {
  if (fitness === undefined) return status;
  return `${fitness.toPrecision(6)}${status === "scored" ? "" : ` (${status})`}`;
}
