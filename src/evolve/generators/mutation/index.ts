/**
 * Typed syntax-tree mutation: no model, no key. Takes parents, gives children made by crossover,
 * growth, jitter, swaps, wraps, conditions, hoists and leaves at measured rates, with templates at
 * the start and short bursts on constants between.
 *
 * It works on any pure function of numbers, booleans, strings and lists of them that its task
 * gives a seed for; children of numeric kernels stay inside the total grammar.
 */
import type { Random } from "../../../core/random.ts";
import { type Analysis, analyse } from "../../syntax/analyse.ts";
import { parseProgram, printProgram } from "../../syntax/tree.ts";
import type { Generator, Parent, Proposal } from "../generator.ts";
import { type Burst, judgeBurst, startBurst, stepBurst } from "./burst.ts";
import { OPERATORS } from "./operators.ts";
import { type Palette, paletteOf } from "./palette.ts";
import { drawTemplate } from "./templates.ts";

export interface MutationOptions {
  /** Most nodes of the evolving expressions; a larger seed has half as much room again. */
  readonly maxNodes?: number;
  /** Templates proposed at the start of a run. */
  readonly templates?: number;
  /** Share of proposals that come from bursts on constants, in [0, 0.1]: more was measured to hurt. */
  readonly burstShare?: number;
}

/** Tries for one proposal: an operator may find no place, or make what was made before. */
const TRIES = 12;
/** Sources remembered as made. */
const REMEMBERED = 20_000;
/** Longest program that is worth mutating, in characters. */
const MAX_SOURCE = 20_000;

interface Known {
  readonly parent: Parent;
  readonly analysis: Analysis;
}

export function mutationGenerator({
  maxNodes = 60,
  templates = 48,
  burstShare = 0.06,
}: MutationOptions = {}): Generator {
  const made = new Set<string>();
  let templatesLeft = templates;
  let burst: Burst | undefined;
  let bursts = 0;

  const isNew = (source: string): boolean => {
    if (made.has(source)) return false;
    if (made.size >= REMEMBERED) made.clear();
    made.add(source);
    return true;
  };

  const template = (palette: Palette, random: Random): Proposal | undefined => {
    if (templatesLeft <= 0) return undefined;
    templatesLeft--;
    const program = drawTemplate(palette, random);
    return program && { source: printProgram(program), operator: "template", parents: [] };
  };

  const burstStep = (pool: readonly Known[], random: Random): Proposal | undefined => {
    if (burst === undefined || burst.left <= 0) {
      const { analysis, parent } = random.pick(pool);
      if (analysis.constants.length === 0) return undefined;
      burst = startBurst(bursts++, analysis, parent.digest, parent.fitness);
    }
    const source = printProgram(stepBurst(burst, random));
    return { source, operator: "burst", parents: [burst.digest], tag: `burst-${burst.id}` };
  };

  const mutate = (
    pool: readonly Known[],
    palette: Palette,
    random: Random,
  ): Proposal | undefined => {
    for (let tries = 0; tries < TRIES; tries++) {
      const { name, apply } = OPERATORS[random.weighted(SHARES)] as (typeof OPERATORS)[number];
      const first = random.pick(pool);
      const second = random.pick(pool);
      const limit = Math.max(maxNodes, Math.ceil(1.5 * palette.seedSize), first.analysis.size);
      const program = apply({
        parent: first.analysis,
        mate: second.analysis,
        palette,
        limit,
        random,
      });
      if (program === undefined) continue;
      const source = printProgram(program);
      if (source === first.parent.source || source.length > MAX_SOURCE || !isNew(source)) continue;
      const both = name === "crossover" ? [first, second] : [first];
      const parents = [...new Set(both.map(({ parent }) => parent.digest))];
      return { source, operator: name, parents };
    }
    return undefined;
  };

  return {
    name: "mutation",
    parents: 4,
    async propose(parents, { task, random, count }) {
      const palette = paletteOf(task.kernel);
      const pool = parents.flatMap((parent): readonly Known[] => {
        const program = parseProgram(parent.source);
        const analysis = program && analyse(program, task.kernel);
        return analysis === undefined || analysis.sites.length === 0 ? [] : [{ parent, analysis }];
      });
      const proposals: Proposal[] = [];
      for (let index = 0; index < count; index++) {
        const wantsBurst = pool.length > 0 && random.next() < burstShare;
        const proposal =
          template(palette, random) ??
          (wantsBurst ? burstStep(pool, random) : undefined) ??
          (pool.length > 0 ? mutate(pool, palette, random) : undefined);
        if (proposal !== undefined) proposals.push(proposal);
      }
      return proposals;
    },
    learn(results) {
      for (const { proposal, status, fitness } of results) {
        if (burst === undefined || proposal.tag !== `burst-${burst.id}`) continue;
        const program = status === "scored" ? parseProgram(proposal.source) : undefined;
        judgeBurst(burst, program, status === "scored" ? fitness : undefined);
      }
    },
  };
}

const SHARES = OPERATORS.map(({ share }) => share);
