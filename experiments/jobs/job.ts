/**
 * Everyday jobs: what a person would ask for with about ten examples, and a reference function that
 * says what is meant. A tool is right if it also agrees with the reference on inputs that nobody gave.
 */
import { type Json, type Random, seededRandom } from "../../src/index.ts";
import { type Draw, drawFrom } from "./draw.ts";

export interface Job {
  /** What the person writes. */
  readonly objective: string;
  /** The correct function; it runs only here and is never shown to a search. */
  readonly reference: (...args: never[]) => unknown;
  /** Argument lists that a person would pick: few edges, nothing hostile. */
  readonly examples: readonly (readonly Json[])[];
  /** Argument lists that decide whether a tool is right. */
  readonly edges: readonly (readonly Json[])[];
  /** One more such argument list, within the meaning of the objective. */
  readonly draw: (draw: Draw) => readonly Json[];
}

/** Kebab-case names with their jobs. `holdout` is measured, but not looked at while the search changes. */
export interface Family {
  readonly development: Readonly<Record<string, Job>>;
  readonly holdout: Readonly<Record<string, Job>>;
}

export interface JobCase {
  readonly args: Json[];
  readonly expected: Json;
}

export interface NamedJob {
  readonly name: string;
  readonly part: "development" | "holdout";
  readonly objective: string;
  readonly examples: readonly JobCase[];
  /** Never among the examples: the edges, then drawn inputs. */
  readonly unseen: readonly JobCase[];
}

const UNSEEN = 40;
/** A job with few possible inputs has fewer unseen ones. */
const MAX_DRAWS = 1_000;

export function jobsOf(name: string, family: Family): readonly NamedJob[] {
  return (["development", "holdout"] as const).flatMap((part) =>
    Object.entries(family[part]).map(([own, job]) => named(`${name}/${own}`, part, job)),
  );
}

function named(name: string, part: NamedJob["part"], job: Job): NamedJob {
  const call = job.reference as (...args: unknown[]) => unknown;
  const caseOf = (args: readonly Json[]): JobCase => ({
    args: [...args],
    // The reference gets a copy, because it may change its arguments; JSON has no -0.
    expected: JSON.parse(JSON.stringify(call(...structuredClone(args)))) as Json,
  });
  const { objective } = job;
  const examples = job.examples.map(caseOf);
  return {
    name,
    part,
    objective,
    examples,
    unseen: unseenOf(job, seededRandom(1, name)).map(caseOf),
  };
}

function unseenOf({ examples, edges, draw }: Job, random: Random): readonly (readonly Json[])[] {
  const given = new Set(examples.map((args) => JSON.stringify(args)));
  const found = new Map<string, readonly Json[]>();
  const add = (args: readonly Json[]): void => {
    const key = JSON.stringify(args);
    if (!given.has(key)) found.set(key, args);
  };
  for (const args of edges) add(args);
  const source = drawFrom(random);
  for (let draws = 0; found.size < UNSEEN && draws < MAX_DRAWS; draws++) add(draw(source));
  return [...found.values()];
}

/** Argument lists of one argument each. */
export const one = (...values: Json[]): readonly (readonly Json[])[] =>
  values.map((value) => [value]);
