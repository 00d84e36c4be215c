/**
 * Hindsight: a program that is wrong for its task is right for the task that its own outputs define
 * (SOAR, arXiv 2507.14172). The outputs do not come from the trace: the program is run again, so a row
 * never claims something that the program does not do.
 */
import { canonicalJson, type Json } from "../core/json.ts";
import type { Attempt } from "./attempts.ts";
import type { Conversation } from "./examples.ts";
import { HINDSIGHT_SYSTEM, hindsightPrompt } from "./wording.ts";

/**
 * Runs a program on argument lists, in a sandbox.
 *
 * @returns One entry per input, in order; undefined if the program returned nothing.
 */
export type Execute = (
  program: { readonly source: string; readonly entry: string; readonly language: string },
  inputs: readonly (readonly Json[])[],
) => Promise<readonly (Json | undefined)[]>;

/** Maximum number of programs that are tried per run, half of them the best ones. */
const ROWS = 50;
const TRIED = 200;
/** With fewer examples, almost any program would be right. */
const FEWEST_INPUTS = 3;

export interface HindsightTask {
  readonly entry: string;
  readonly signature: string | undefined;
  readonly language: string;
  readonly inputs: readonly (readonly Json[])[];
}

/** @param attempts Of one run. Those as good as the best one are right, so they are not used. */
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
    // A constant output describes no function, and one program per behaviour is enough.
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

/** Best first, mixed with others from the whole range. */
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
