/**
 * Typed mutation of syntax trees, without a model. Takes parents; gives children made by crossover,
 * subtree growth, jitter, swap, wrap, condition, hoist and leaf operators at measured rates, with
 * templates at the start and short bursts on constants in between.
 *
 * It works for any pure function of numbers, booleans, strings and lists of them if the task gives a
 * seed. Children of numeric kernels stay inside the total grammar.
 */
import type { Random } from "../../../core/random.ts";
import { type Analysis, analyse } from "../../syntax/analyse.ts";
import { parseProgram, printProgram } from "../../syntax/tree.ts";
import type { Generator, Parent, Proposal } from "../generator.ts";
import { type Burst, startBurst, stepBurst, updateBurst } from "./burst.ts";
import { OPERATORS } from "./operators.ts";
import { type Palette, paletteOf } from "./palette.ts";
import { drawTemplate } from "./templates.ts";

export interface MutationOptions {
  /** Maximum number of nodes of the evolving expressions; if higher, 1.5 times the size of the largest seed. */
  readonly maxNodes?: number;
  /** Templates proposed at the start of a run. */
  readonly templates?: number;
  /** Share of proposals from bursts on constants, in [0, 0.1]: higher shares gave worse results. */
  readonly burstShare?: number;
}

/** Attempts per proposal: an operator may find no site, or repeat an earlier source. */
const MAX_ATTEMPTS = 12;
/** Stored sources, to detect repetitions. */
const MAX_STORED_SOURCES = 20_000;
/** Maximum length of a child, in characters. */
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
    if (made.size >= MAX_STORED_SOURCES) made.clear();
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
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
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
        updateBurst(burst, program, status === "scored" ? fitness : undefined);
      }
    },
  };
}

const SHARES = OPERATORS.map(({ share }) => share);
