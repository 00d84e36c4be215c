/** Checks a spec's cases against its signature, and splits off those that the search never sees. */
import { digestJson } from "../src/core/digest.ts";
import { InputError } from "../src/core/errors.ts";
import { canonicalJson, type Json, sameJson } from "../src/core/json.ts";
import { seededRandom } from "../src/core/random.ts";
import { mismatchOf } from "../src/core/text/mismatch.ts";
import type { Signature } from "../src/core/text/signature.ts";
import { ANY, type Type } from "../src/core/text/type.ts";
import type { Case, ToolSpec } from "../src/core/tool.ts";

/** With fewer cases, all of them are needed to describe the task. */
const FEWEST_TO_SPLIT = 8;
/** One of this many cases is held out. */
const HELD_OUT_SHARE = 4;

export interface CaseSplit {
  readonly train: readonly Case[];
  readonly sealed: readonly Case[];
  readonly notes: readonly string[];
}

/**
 * The spec's own held-out cases. If it has none and at least 8 cases, a quarter of the cases is drawn
 * at random with a seed computed from the cases: every run, whatever its seed, holds out the same
 * cases, so that no run trains on a case that another one holds out.
 */
export function splitCases({ cases, heldOut }: Pick<ToolSpec, "cases" | "heldOut">): CaseSplit {
  if (heldOut !== undefined && heldOut.length > 0) {
    return { train: cases, sealed: heldOut, notes: [] };
  }
  if (heldOut !== undefined || cases.length < FEWEST_TO_SPLIT) {
    const note =
      `No case is held out: all ${cases.length} are training cases, and no check can tell a general ` +
      `rule from a list of answers. Give heldOut cases, or at least ${FEWEST_TO_SPLIT} cases.`;
    return { train: cases, sealed: [], notes: [note] };
  }
  const random = seededRandom(
    Number.parseInt(digestJson(asJson(cases)).slice(0, 8), 16),
    "held-out",
  );
  const left = cases.map((_, index) => index);
  const held = new Set<number>();
  while (held.size < Math.floor(cases.length / HELD_OUT_SHARE)) {
    held.add(left.splice(random.integer(left.length), 1)[0] as number);
  }
  const indices = [...held].sort((a, b) => a - b);
  return {
    train: cases.filter((_, index) => !held.has(index)),
    sealed: cases.filter((_, index) => held.has(index)),
    notes: [
      `${held.size} of ${cases.length} cases are held out and decide registration: cases ` +
        `${indices.join(", ")} (counted from 0). Give heldOut cases to choose them yourself.`,
    ],
  };
}

/**
 * @throws InputError BAD_SPEC naming the first case with the wrong number or types of arguments, or
 *   the first that contradicts an earlier one.
 */
export function checkCases(spec: ToolSpec, signature: Signature): void {
  const all = [
    ...spec.cases.map((entry, index) => ({ ...entry, path: `cases[${index}]` })),
    ...(spec.heldOut ?? []).map((entry, index) => ({ ...entry, path: `heldOut[${index}]` })),
  ];
  const seen = new Map<string, { readonly path: string; readonly expected: Json }>();
  for (const { path, args, expected } of all) {
    checkCase({ args, expected }, path, signature);
    const key = canonicalJson(args);
    const earlier = seen.get(key);
    if (earlier !== undefined && !sameJson(earlier.expected, expected, spec.tolerance ?? 0)) {
      throw bad(
        path,
        `expected the same value as ${earlier.path}, which has the same arguments, got another value`,
      );
    }
    if (earlier === undefined) seen.set(key, { path, expected });
  }
}

function checkCase(
  { args, expected }: Case,
  path: string,
  { parameters, result = ANY }: Signature,
): void {
  // Arguments are positional: all parameters before the last required one are required too.
  const least = parameters.findLastIndex(({ optional }) => !optional) + 1;
  const most = parameters.length;
  if (args.length < least || args.length > most) {
    const wanted = least === most ? `${most}` : `${least} to ${most}`;
    const names = parameters.map(({ name }) => name).join(", ");
    throw bad(
      `${path}.args`,
      `expected ${wanted} argument${most === 1 ? "" : "s"} (${names}), got ${args.length}`,
    );
  }
  for (const [index, value] of args.entries()) {
    const { name = "", type = ANY } = parameters[index] ?? {};
    checkType(value, type, `${path}.args[${index}] (${name})`);
  }
  checkType(expected, result, `${path}.expected`);
}

function checkType(value: Json, type: Type, path: string): void {
  const misfit = mismatchOf(type, value);
  if (misfit === undefined) return;
  const { expected, got } = misfit;
  const text = got === undefined ? "nothing" : JSON.stringify(got);
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  throw bad(`${path}${misfit.path}`, `expected ${expected}, got ${shown}`);
}

function asJson(cases: readonly Case[]): Json {
  return cases.map(({ args, expected }) => ({ args, expected }));
}

function bad(field: string, message: string): InputError {
  return new InputError("BAD_SPEC", `${field}: ${message}.`, { facts: { field } });
}
