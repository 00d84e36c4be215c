/** The limit on calls in flight against simulated servers, under a clock of its own. */
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { concurrencyOf, type StartedCall } from "../../../src/models/calling/concurrency.ts";

interface Server {
  /** When a call ends that starts now; `busy` are the ends of the calls in flight. */
  endOf(nowMs: number, busy: readonly number[]): number;
}

/** Serves any number of calls at once. */
const open = (replyMs: number): Server => ({ endOf: (now) => now + replyMs });

/** Serves so many calls at once; the others wait in its queue. */
const slots = (count: number, replyMs: () => number): Server => ({
  endOf(now, busy) {
    const ends = busy.toSorted((a, b) => a - b);
    const free = ends.length < count ? now : (ends.at(-count) as number);
    return free + replyMs();
  },
});

interface Run {
  /** Limit after each reply. */
  readonly limits: readonly number[];
  readonly endMs: number;
  readonly most: number;
}

/** Always `demand` calls that are in flight or wait. */
function run(
  server: Server,
  {
    replies,
    demand = 64,
    first = 1,
    most,
  }: Record<"replies", number> & {
    demand?: number;
    first?: number;
    most?: number;
  },
): Run {
  const concurrency = concurrencyOf(first, most);
  const busy: { readonly end: number; readonly call: StartedCall }[] = [];
  const limits: number[] = [];
  let now = 0;
  let highest = 0;
  while (limits.length < replies) {
    while (busy.length < Math.min(demand, concurrency.limit)) {
      const ends = busy.map(({ end }) => end);
      const call = concurrency.started(now, busy.length + 1);
      busy.push({ end: server.endOf(now, ends), call });
      highest = Math.max(highest, busy.length);
    }
    busy.sort((a, b) => a.end - b.end);
    const next = busy.shift();
    if (next === undefined) throw new Error("nothing is in flight");
    now = next.end;
    concurrency.ended(next.call, now, "replied", demand - busy.length - 1);
    limits.push(concurrency.limit);
  }
  return { limits, endMs: now, most: highest };
}

const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

describe("the number of calls in flight", () => {
  test("doubles with each round of replies at a server that holds its time", () => {
    // Rounds of 1, 2, 4, 8, 16 and 32 replies, 500 ms each: the seventh round has 64.
    const { limits, endMs } = run(open(500), { replies: 63 });
    expect(limits.at(-1)).toBe(64);
    expect(endMs).toBe(6 * 500);
  });

  test("stays at one or two at a server that works off one call at a time", () => {
    const { limits, most, endMs } = run(
      slots(1, () => 500),
      { replies: 400, demand: 32 },
    );
    expect(most).toBe(2);
    expect(mean(limits)).toBeLessThan(1.2);
    expect(endMs).toBe(400 * 500);
  });

  test.each([4, 16])("finds the %i slots of a server and stays near them", (count) => {
    const { limits } = run(
      slots(count, () => 100),
      { replies: 4_000 },
    );
    const late = limits.slice(1_000);
    expect(Math.max(...late)).toBeLessThanOrEqual(2 * count);
    expect(mean(late)).toBeGreaterThanOrEqual(count);
    expect(mean(late)).toBeLessThan(1.3 * count);
  });

  test.each([1, 2, 3, 4, 5])("finds both in replies of very different lengths, seed %i", (seed) => {
    const random = seededRandom(seed);
    const replyMs = (): number => 100 - 80 * Math.log(1 - random.next());
    const alone = run(slots(1, replyMs), { replies: 2_000, demand: 32 });
    expect(mean(alone.limits)).toBeLessThan(2);
    const wide = run({ endOf: (now) => now + replyMs() }, { replies: 4_000 });
    expect(mean(wide.limits.slice(2_000))).toBeGreaterThan(40);
  });

  test("goes on while a step still gives more, though each call takes longer", () => {
    // Processor sharing with overhead: 32 calls take 1.64 times as long as one, 64 take 2.28 times.
    const batching: Server = { endOf: (now, busy) => now + 100 * (1 + busy.length / 50) };
    expect(run(batching, { replies: 1_000 }).limits.at(-1)).toBe(64);
  });

  test("never exceeds the configured limit, and reaches it exactly", () => {
    const { most, limits } = run(open(10), { replies: 500, most: 48 });
    expect(most).toBe(48);
    expect(limits.at(-1)).toBe(48);
    expect(concurrencyOf(2, 1).limit).toBe(1);
  });

  test("does not widen without calls that wait", () => {
    const { limits } = run(open(10), { replies: 100, demand: 2, first: 2 });
    expect(new Set(limits)).toEqual(new Set([2]));
  });

  test("halves at once at a sign of overload, once for all calls that were in flight", () => {
    const concurrency = concurrencyOf(16);
    const calls = Array.from({ length: 16 }, (_, at) => concurrency.started(0, at + 1));
    for (const call of calls) concurrency.ended(call, 5, "overloaded", 10);
    expect(concurrency.limit).toBe(8);
    concurrency.ended(concurrency.started(6, 8), 7, "overloaded", 10);
    expect(concurrency.limit).toBe(4);
  });

  test("comes back after an overload, and not before some rounds went well", () => {
    const concurrency = concurrencyOf(2);
    concurrency.ended(concurrency.started(0, 2), 1, "overloaded", 5);
    const limits = Array.from({ length: 6 }, (_, at) => {
      concurrency.ended(concurrency.started(at, 1), at + 1, "replied", 5);
      return concurrency.limit;
    });
    expect(limits).toEqual([1, 1, 1, 1, 2, 2]);
  });

  test("learns nothing from calls that failed for another reason", () => {
    const concurrency = concurrencyOf(1);
    for (let at = 0; at < 20; at++) {
      concurrency.ended(concurrency.started(at, 1), at + 0.01, "failed", 5);
    }
    expect(concurrency.limit).toBe(1);
  });
});
