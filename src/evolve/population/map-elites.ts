/**
 * MAP-Elites (Mouret & Clune, arXiv 1504.04909, 2015): a grid over features of behaviour. Each cell
 * holds its best program; parents are drawn uniformly from the filled cells.
 *
 * The features exist for every task: the program's length in half octaves, and the rank order of the
 * instance groups by the program's mean score.
 */
import type { Random } from "../../core/random.ts";
import type { Parent, Place } from "../generators/generator.ts";
import type { Strategy } from "./strategy.ts";

const SINGLE_PLACE: Place = { island: 0, epoch: 0 };
/** Instances are split into groups; their order gives GROUPS! profiles. */
const GROUPS = 4;

/** @param features Maps a program to the name of its cell. */
export function mapElites(features: (program: Parent) => string = measuredFeatures): Strategy {
  const cells = new Map<string, Parent>();
  const filled: string[] = [];
  let best: Parent | undefined;

  const place = (program: Parent): boolean => {
    if (best === undefined || program.fitness > best.fitness) best = program;
    const cell = features(program);
    const holder = cells.get(cell);
    if (holder === undefined) filled.push(cell);
    if (holder === undefined || program.fitness > holder.fitness) cells.set(cell, program);
    return holder === undefined;
  };

  return {
    name: "map-elites",
    registerSeed: place,
    select(count, random) {
      return { place: SINGLE_PLACE, parents: draw(filled, cells, count, random) };
    },
    register(program) {
      return { status: "registered", newCluster: place(program) };
    },
    maintain: () => [],
    get best() {
      return best;
    },
    elite(count) {
      return [...cells.values()].sort((a, b) => b.fitness - a.fitness).slice(0, count);
    },
    parentRange: () => undefined,
    describe: () => [{ best: best?.fitness, clusters: cells.size }],
  };
}

/** Up to `count` programs of different cells, worst first. */
function draw(
  filled: readonly string[],
  cells: ReadonlyMap<string, Parent>,
  count: number,
  random: Random,
): readonly Parent[] {
  const chosen = new Set<string>();
  const available = Math.min(count, filled.length);
  while (chosen.size < available) chosen.add(random.pick(filled));
  return [...chosen].map((cell) => cells.get(cell) as Parent).sort((a, b) => a.fitness - b.fitness);
}

/** `half octave of the length / order of the instance groups by mean score, best first`. */
function measuredFeatures({ source, scores }: Parent): string {
  const octave = Math.floor(2 * Math.log2(source.length + 1));
  const size = Math.ceil(scores.length / GROUPS);
  const means: { group: number; mean: number }[] = [];
  for (let group = 0; group * size < scores.length; group++) {
    const part = scores.slice(group * size, (group + 1) * size);
    means.push({ group, mean: part.reduce((sum, score) => sum + score, 0) / part.length });
  }
  means.sort((a, b) => b.mean - a.mean || a.group - b.group);
  return `${octave}/${means.map(({ group }) => group).join("")}`;
}
