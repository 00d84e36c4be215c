/**
 * What a run's first event says of its task beyond the spec, for whoever reads the trace later: what
 * candidates are written in, some training inputs, and by what the sealed cases are known. The cases
 * themselves stay out of the trace: their hashes tell an export which rows hold a part of one.
 */
import type { DataOf } from "../../core/events/schemas.ts";
import { canonicalJson, type Json } from "../../core/json.ts";
import { type Fingerprint, fingerprint, wordsOf } from "../../core/shingles.ts";
import type { Task, TaskInstance } from "../../core/task.ts";

/** Inputs kept, and the length of their text together, UTF-16 units. */
const INPUTS = 8;
const INPUT_CHARACTERS = 4_000;
/** Hashes of sealed cases, about. */
const HASHES = 2_048;

export function startFacts(
  task: Task,
  seed: number,
): Pick<DataOf<"run-start">, "language" | "inputs" | "sealed"> {
  const sealed = task.instances("sealed", seed);
  const { language } = task;
  return {
    ...(language === undefined ? {} : { language }),
    // With a harness an input is its business, not the candidate's.
    ...(task.harness === undefined ? { inputs: firstInputs(task.instances("train", seed)) } : {}),
    ...(sealed.length === 0 ? {} : { sealed: { cases: sealed.length, hashes: known(sealed) } }),
  };
}

function firstInputs(instances: readonly TaskInstance[]): readonly (readonly Json[])[] {
  const inputs: (readonly Json[])[] = [];
  let characters = 0;
  for (const { input } of instances.slice(0, INPUTS)) {
    characters += canonicalJson(input).length;
    if (characters > INPUT_CHARACTERS) break;
    inputs.push(input);
  }
  return inputs;
}

/** A long input is known by any part of it; a short one only beside what is expected of it. */
function known(sealed: readonly TaskInstance[]): Fingerprint {
  const LONG = 60;
  const long: string[] = [];
  const whole: string[] = [];
  for (const { input, expected } of sealed) {
    const text = canonicalJson(input);
    if (text.length >= LONG) {
      long.push(text);
      continue;
    }
    const pair = `args: ${text}, expected: ${canonicalJson(expected ?? null)}`;
    // Fewer words than that say nothing: an empty list and what it gives is in every set of cases.
    if (wordsOf(pair).length >= 8) whole.push(pair);
  }
  return fingerprint(long, { whole, kept: HASHES });
}
