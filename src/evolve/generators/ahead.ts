/**
 * Generators that take long to answer, asked ahead of time: the others go on meanwhile, and what
 * was written is handed over a number of calls later, waited for if need be.
 *
 * The moment is counted in calls, so that it is the same in every run, however long an answer takes.
 */

import type { Generator, Parent, Place, Proposal, ProposeContext } from "./generator.ts";

/** Calls between asking and handing over: a quarter of all calls so far, within these bounds. */
const LAG = { share: 0.25, least: 2, most: 256 };

interface Ordered {
  readonly arm: number;
  readonly due: number;
  readonly place: Place | undefined;
  readonly given: Promise<readonly Proposal[]>;
}

export interface HandedOver {
  readonly arm: number;
  /** Where the parents came from, told with each proposal. */
  readonly proposals: Promise<readonly Proposal[]>;
}

export interface OrderBook {
  /** A call begins. @returns What has to be handed over in it. */
  turn(): HandedOver | undefined;
  /** Calls of an arm that are under way. */
  underWay(arm: number): number;
  order(
    arm: number,
    generator: Generator,
    parents: readonly Parent[],
    context: ProposeContext,
    signal: AbortSignal,
  ): void;
  /** The oldest call under way, due or not. */
  next(): HandedOver | undefined;
}

export function orderBook(): OrderBook {
  let turns = 0;
  const ordered: Ordered[] = [];

  const next = (): HandedOver | undefined => {
    const oldest = ordered.shift();
    if (oldest === undefined) return undefined;
    const { arm, place, given } = oldest;
    const proposals = given.then((list) =>
      list.map((proposal) => ({ ...proposal, ...(place === undefined ? {} : { place }) })),
    );
    return { arm, proposals };
  };

  return {
    turn() {
      turns++;
      return (ordered[0]?.due ?? Number.POSITIVE_INFINITY) <= turns ? next() : undefined;
    },
    underWay: (arm) => ordered.filter((call) => call.arm === arm).length,
    order(arm, generator, parents, context, signal) {
      // A stream of its own: what the other arms draw must not depend on how much this one drew.
      const own = { ...context, random: context.random.fork("ahead") };
      const given = generator.propose(parents.slice(-generator.parents), own, signal);
      given.catch(() => undefined); // A failure counts when it is handed over.
      const lag = Math.min(LAG.most, Math.max(LAG.least, Math.ceil(LAG.share * turns)));
      ordered.push({ arm, due: turns + lag, place: context.place, given });
    },
    next,
  };
}
