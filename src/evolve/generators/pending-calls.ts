/**
 * Asynchronous calls of slow generators. The other generators continue in the meantime; the proposals
 * of a slow call are returned a number of calls later, after waiting for them if necessary.
 *
 * The delay is counted in calls, so that it is the same in every run, independent of response times.
 */
import { present } from "../../core/present.ts";
import type { Generator, Parent, Place, Proposal, ProposeContext } from "./generator.ts";

/** Calls between start and return: a quarter of all calls so far, within these bounds. */
const DELAY = { share: 0.25, min: 2, max: 256 };

interface PendingCall {
  readonly arm: number;
  /** Index of the call that returns its proposals. */
  readonly due: number;
  readonly place: Place | undefined;
  readonly proposals: Promise<readonly Proposal[]>;
}

export interface DueCall {
  readonly arm: number;
  /** With the island of their parents in `place`. */
  readonly proposals: Promise<readonly Proposal[]>;
}

export interface PendingCalls {
  /** Counts a call of the ensemble. @returns The pending call that is due now. */
  nextDue(): DueCall | undefined;
  /** Number of pending calls of an arm. */
  count(arm: number): number;
  start(
    arm: number,
    generator: Generator,
    parents: readonly Parent[],
    context: ProposeContext,
    signal: AbortSignal,
  ): void;
  /** The oldest pending call, due or not. */
  takeOldest(): DueCall | undefined;
}

export function pendingCalls(): PendingCalls {
  let calls = 0;
  const pending: PendingCall[] = [];

  const takeOldest = (): DueCall | undefined => {
    const oldest = pending.shift();
    if (oldest === undefined) return undefined;
    const { arm, place } = oldest;
    const proposals = oldest.proposals.then((list) =>
      list.map((proposal) => ({ ...proposal, ...present({ place }) })),
    );
    return { arm, proposals };
  };

  return {
    nextDue() {
      calls++;
      return (pending[0]?.due ?? Number.POSITIVE_INFINITY) <= calls ? takeOldest() : undefined;
    },
    count: (arm) => pending.filter((call) => call.arm === arm).length,
    start(arm, generator, parents, context, signal) {
      // A separate stream: the draws of other arms must not depend on the draws of this one.
      const own = { ...context, random: context.random.fork("ahead") };
      const proposals = generator.propose(parents.slice(-generator.parents), own, signal);
      proposals.catch(() => undefined); // A rejection is reported when the call is due.
      const delay = Math.min(DELAY.max, Math.max(DELAY.min, Math.ceil(DELAY.share * calls)));
      pending.push({ arm, due: calls + delay, place: context.place, proposals });
    },
    takeOldest,
  };
}
