/**
 * The cost of durability: the engine's time per step, steps per second over twenty concurrent requests,
 * and the memory of waiting requests, compared with a step without a journal.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { systemClock } from "../core/clock.ts";
import { mapLimited } from "../core/limiter.ts";
import type { EventStore } from "../core/ports.ts";
import type { Steps } from "../core/steps.ts";
import { runAttempt } from "../journal/durable.ts";
import { failpointOf } from "../journal/failpoint.ts";
import { immediateSteps } from "../journal/immediate.ts";

export interface RequestBenchRow {
  readonly what: string;
  readonly steps: number;
  readonly stepsPerSecond: number;
  /** CPU of this process, including flushes. */
  readonly cpuMsPerStep: number;
  /** Heap that is still in use afterwards. */
  readonly heldMiB: number;
}

export interface RequestBenchOptions {
  readonly store: EventStore;
  readonly steps?: number;
  readonly waiting?: number;
}

/** @param store Empty, and on the disk to measure. */
export async function benchRequests({
  store,
  steps = 200,
  waiting = 1_000,
}: RequestBenchOptions): Promise<readonly RequestBenchRow[]> {
  let requests = 0;
  const durable = async (body: (steps: Steps) => Promise<unknown>): Promise<void> => {
    const id = `bench-${requests++}`;
    await store.begin({ id, kind: "request", title: id });
    await runAttempt(
      {
        store,
        clock: systemClock,
        clean: (value) => value,
        failpoint: failpointOf(undefined),
      },
      id,
      async (own) => {
        await body(own);
        return { status: "SUCCEEDED", cause: "" };
      },
      { cancel: new AbortController().signal, idleMs: 5 },
    );
  };
  const each =
    (count: number) =>
    async (own: Steps): Promise<void> => {
      for (let n = 0; n < count; n++) await own.step("work", async () => n);
    };
  const few = Math.ceil(steps / 4);
  return [
    await measured("a step without a journal", steps, () => each(steps)(immediateSteps())),
    await measured("one request", steps, () => durable(each(steps))),
    await measured("20 concurrent requests", 20 * few, () =>
      Promise.all(Array.from({ length: 20 }, () => durable(each(few)))),
    ),
    await measured(`${waiting} waiting requests`, waiting, () =>
      mapLimited(Array.from({ length: waiting }), 50, () =>
        durable((own) => own.waitFor("answer")),
      ),
    ),
  ];
}

async function measured(
  what: string,
  steps: number,
  work: () => Promise<unknown>,
): Promise<RequestBenchRow> {
  const before = heapUsed();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    what,
    steps,
    stepsPerSecond: steps / seconds,
    cpuMsPerStep: (user + system) / 1_000 / steps,
    heldMiB: Math.max(0, heapUsed() - before) / 2 ** 20,
  };
}

/** Bytes of the heap after garbage collection. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}
