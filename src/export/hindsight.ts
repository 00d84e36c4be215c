/**
 * Hindsight: a program that is wrong for its task is right for the task that its own outputs define
 * (SOAR, arXiv 2507.14172). The outputs are not taken from the trace: the program is run anew, so a
 * row never claims what the program does not do.
 */
import { canonicalJson, type Json } from "../core/json.ts";
import type { Attempt } from "./attempts.ts";
import type { Conversation } from "./examples.ts";
import { HINDSIGHT_SYSTEM, hindsightPrompt } from "./wording.ts";

/**
 * Runs a program on argument lists, in a sandbox.
 *
 * @returns One entry per input, in order; undefined where the program returned nothing.
 */
export type Execute = (
  program: { readonly source: string; readonly entry: string; readonly language: string },
  inputs: readonly (readonly Json[])[],
) => Promise<readonly (Json | undefined)[]>;

/** Rows of one run, half of them the best programs; so many are tried. */
const ROWS = 50;
const TRIED = 200;
/** With fewer examples anything would be right. */
const FEWEST_INPUTS = 3;

export interface HindsightTask {
  readonly entry: string;
  readonly signature: string | undefined;
  readonly language: string;
  readonly inputs: readonly (readonly Json[])[];
}

/** @param attempts Of one run. Those as good as its best one are right, and no hindsight. */
export async function hindsight(
  attempts: readonly Attempt[],
  { entry, signature, language, inputs }: HindsightTask,
  execute: Execute,
): Promise<readonly Conversation[]> {
  if (inputs.length < FEWEST_INPUTS) return [];
  const scored = attempts.filter(({ fitness }) => fitness !== undefined);
  const top = scored.reduce((best, { fitness = best }) => Math.max(best, fitness), -Infinity);
  const wrong = scored
    .filter(({ fitness = top }) => fitness < top)
    .toSorted((a, b) => (b.fitness ?? 0) - (a.fitness ?? 0) || a.length - b.length);

  const seen = new Set<string>();
  const rows: Conversation[] = [];
  for (const attempt of spread(wrong)) {
    if (rows.length >= ROWS) break;
    const { source } = attempt;
    const outputs = await execute({ source, entry, language }, inputs);
    const examples = inputs.flatMap((input, index) => {
      const output = outputs[index];
      return output === undefined ? [] : [{ input, output }];
    });
    if (examples.length < inputs.length) continue;
    const values = outputs.map((output) => canonicalJson(output ?? null));
    const shape = values.join("\n");
    // The same for everything is no function; and one program for one behaviour is enough.
    if (new Set(values).size < 2 || seen.has(shape)) continue;
    seen.add(shape);
    const { gain: _, score: __, ...origin } = attempt.origin;
    rows.push({
      kind: "conversation",
      messages: [
        { role: "system", content: HINDSIGHT_SYSTEM },
        { role: "user", content: hindsightPrompt(entry, signature, examples) },
        attempt.program,
      ],
      tools: [],
      origin: { ...origin, recipe: "hindsight" },
    });
  }
  return rows;
}

/** Best first, and others from the whole range in between. */
function spread(ranked: readonly Attempt[]): readonly Attempt[] {
  const half = TRIED / 2;
  const [best, rest] = [ranked.slice(0, half), ranked.slice(half)];
  const others = Array.from({ length: Math.min(half, rest.length) }, (_, index) => {
    return rest[Math.floor((index * rest.length) / Math.min(half, rest.length))] as Attempt;
  });
  return Array.from({ length: Math.max(best.length, others.length) }).flatMap((_, index) =>
    [best[index], others[index]].filter((each) => each !== undefined),
  );
}
