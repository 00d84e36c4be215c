/**
 * How many calls a server gets at once. No protocol says it, so it is found by trial.
 *
 * The limit climbs a ladder of doublings (1, 2, 4, ...) while each step gives more replies per second,
 * and goes back when a step gives nothing: a server that works off one call at a time gives as many
 * replies to one call in flight as to two. Only a time in which the limit is full, and further calls wait,
 * is evidence.
 *
 * Sources: trial steps that follow the throughput are from Heiss and Wagner, "Adaptive Load Control in
 * Transaction Processing Systems" (VLDB 1991), "Incremental Steps"; the first doublings are the slow
 * start of RFC 5681, section 3.1; halving at a sign of overload is from Chiu and Jain, "Analysis of the
 * Increase and Decrease Algorithms for Congestion Avoidance" (1989).
 */

/** `overloaded`: the server refused because of its load, or was silent. `failed`: says nothing of it. */
export type CallEnd = "replied" | "overloaded" | "failed";

/** A call in flight. */
export interface StartedCall {
  /** Signs of overload that came before it started. */
  readonly overloads: number;
}

export interface Concurrency {
  readonly limit: number;
  /** @param active Calls in flight, this one included. */
  started(nowMs: number, active: number): StartedCall;
  /** @param waiting Calls that wait for their start. */
  ended(call: StartedCall, nowMs: number, end: CallEnd, waiting: number): void;
}

/**
 * Share of the full growth that a step must give: a step to twice as many calls must give
 * 1.25 times the replies per second. Less is within the noise of reply lengths.
 */
const NEEDED_GROWTH = 0.25;
/** Weight of the newest measurement of a step. */
const NEWEST = 0.3;
/** Measurements between two trials of a step that gave nothing; doubles with each of these trials. */
const FIRST_PATIENCE = 4;
const LONGEST_PATIENCE = 64;
/** No more are ever tried. */
const HIGHEST = 1_024;

/** @param first Limit at the start. @param most Never more than this; at least 1. */
export function concurrencyOf(first: number, most = HIGHEST): Concurrency {
  const ladder = ladderTo(most);
  let step = Math.max(
    0,
    ladder.findLastIndex((limit) => limit <= first),
  );
  /** Replies per millisecond, per step. */
  const rates = new Map<number, number>();
  /** The time in which the limit is full, if it is. */
  let full: { readonly sinceMs: number; replies: number } | undefined;
  let trial = false;
  /** Measurements until the next trial. */
  let rest = 0;
  let patience = FIRST_PATIENCE;
  let overloads = 0;

  const limitAt = (at: number): number => ladder[at] ?? 1;

  const narrow = (): void => {
    step = Math.max(0, step - 1);
    full = undefined;
    trial = false;
    rest = patience;
    patience = Math.min(LONGEST_PATIENCE, 2 * patience);
  };

  const widen = (): void => {
    step++;
    full = undefined;
    trial = true;
    // What it gave earlier may be out of date.
    rates.delete(step);
  };

  const isWorthwhile = (): boolean => {
    const below = rates.get(step - 1);
    const here = rates.get(step);
    if (below === undefined || here === undefined) return true;
    const growth = limitAt(step) / limitAt(step - 1) - 1;
    return here >= below * (1 + NEEDED_GROWTH * growth);
  };

  const measured = (rate: number): void => {
    const known = rates.get(step) ?? rate;
    rates.set(step, known + NEWEST * (rate - known));
    if (!isWorthwhile()) {
      // After a time at this step, the measurements of the lower one are old.
      if (!trial) rates.delete(step - 1);
      narrow();
      return;
    }
    if (trial) {
      trial = false;
      patience = FIRST_PATIENCE;
      rest = 0;
    }
    if (rest > 0) rest--;
    else if (step < ladder.length - 1) widen();
  };

  return {
    get limit() {
      return limitAt(step);
    },
    started(nowMs, active) {
      if (active >= limitAt(step)) full ??= { sinceMs: nowMs, replies: 0 };
      return { overloads };
    },
    ended(call, nowMs, end, waiting) {
      if (end === "overloaded" && call.overloads === overloads) {
        // The others in flight meet the same load: together they are one sign.
        overloads++;
        narrow();
      }
      if (end !== "replied" || waiting === 0) {
        full = undefined;
        return;
      }
      if (full === undefined) return;
      full.replies++;
      if (full.replies < limitAt(step)) return;
      const rate = full.replies / Math.max(nowMs - full.sinceMs, 0.001);
      full = { sinceMs: nowMs, replies: 0 };
      measured(rate);
    },
  };
}

/** 1, 2, 4, ... and the highest. */
function ladderTo(most: number): readonly number[] {
  const highest = Math.min(most, HIGHEST);
  const ladder: number[] = [];
  for (let limit = 1; limit < highest; limit *= 2) ladder.push(limit);
  return [...ladder, highest];
}
