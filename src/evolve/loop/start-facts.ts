/**
 * What a run's first event stores about its task besides the spec, for later readers of the trace: the
 * language of candidates, some training inputs, and hashes of the sealed cases. The sealed cases
 * themselves are not in the trace; with the hashes an export detects rows that contain a part of one.
 */
import type { DataOf } from "../../core/events/schemas.ts";
import { canonicalJson, type Json } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import { type Fingerprint, fingerprint, wordsOf } from "../../core/shingles.ts";
import type { Task, TaskInstance } from "../../core/task.ts";

/** Maximum number of stored inputs, and of their total length in UTF-16 units. */
const MAX_INPUTS = 8;
const MAX_INPUT_CHARACTERS = 4_000;
/** Approximate number of hashes of sealed cases. */
const HASHES = 2_048;

export function startFacts(
  task: Task,
  seed: number,
): Pick<DataOf<"run-start">, "language" | "inputs" | "sealed"> {
  const sealed = task.instances("sealed", seed);
  const { language } = task;
  return {
    ...present({ language }),
    // With a harness, the inputs are the harness's, not the candidate's.
    ...(task.harness === undefined ? { inputs: firstInputs(task.instances("train", seed)) } : {}),
    ...(sealed.length === 0 ? {} : { sealed: { cases: sealed.length, hashes: hashesOf(sealed) } }),
  };
}

function firstInputs(instances: readonly TaskInstance[]): readonly (readonly Json[])[] {
  const inputs: (readonly Json[])[] = [];
  let characters = 0;
  for (const { input } of instances.slice(0, MAX_INPUTS)) {
    characters += canonicalJson(input).length;
    if (characters > MAX_INPUT_CHARACTERS) break;
    inputs.push(input);
  }
  return inputs;
}

/** A long input is recognised by any part of it; a short one only together with its expected output. */
function hashesOf(sealed: readonly TaskInstance[]): Fingerprint {
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
    // Shorter pairs are not specific: an empty list with its result occurs in every set of cases.
    if (wordsOf(pair).length >= 8) whole.push(pair);
  }
  return fingerprint(long, { whole, kept: HASHES });
}
