import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { EventStore } from "../../src/core/ports.ts";
import type { Amounts, Spending } from "../../src/core/spending.ts";
import type { Steps } from "../../src/core/steps.ts";
import { runAttempt } from "../../src/journal/durable.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { portsOf } from "./request.ts";

/** One attempt that ends at a wait, so that there can be another. */
async function spend(
  store: EventStore,
  limit: Amounts,
  body: (steps: Steps, spending: Spending) => Promise<unknown>,
): Promise<void> {
  const end = await runAttempt(
    portsOf(store),
    "r",
    async (steps, spending) => {
      await body(steps, spending);
      await steps.waitFor("not ever");
      return { status: "SUCCEEDED", cause: "" };
    },
    { cancel: new AbortController().signal, limit },
  );
  // An attempt that another one holds off would never reach what is expected inside of it.
  expect(end).toMatchObject({ kind: "waiting" });
}

let laterMs = 0;
async function fresh(): Promise<EventStore> {
  laterMs = 0;
  const store = memoryEventStore({ clock: { ...systemClock, now: () => Date.now() + laterMs } });
  await store.begin({ id: "r", kind: "request", title: "" });
  return store;
}

/** An attempt that hangs in its step, and whose lease is over. */
async function dies(
  store: EventStore,
  limit: Amounts,
  spends: (spending: Spending) => Promise<unknown>,
): Promise<void> {
  const inside = Promise.withResolvers<void>();
  const dying = spend(store, limit, (steps, spending) =>
    steps.step("ask", async () => {
      await spends(spending);
      inside.resolve();
      return new Promise(() => undefined);
    }),
  );
  dying.catch(() => undefined);
  await inside.promise;
  laterMs = 60_000;
}

describe("a request's budget", () => {
  it("for five lets five of twenty parallel steps spend", async () => {
    const store = await fresh();
    let issued = 0;
    await spend(store, { calls: 5 }, async (steps, spending) => {
      const ends = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          steps.step(`call-${n}`, async () => {
            const reserved = await spending.reserve("call", { calls: 1 });
            issued++;
            await reserved.settle({ calls: 1 });
            return n;
          }),
        ),
      );
      const refused = ends.filter(({ status }) => status === "rejected");
      expect(refused).toHaveLength(15);
      expect(refused[0]).toMatchObject({ reason: { code: "BUDGET_EXCEEDED" } });
      expect(spending.left()).toEqual({ calls: 0 });
    });
    expect(issued).toBe(5);
  });

  it("waits for what others may give back", async () => {
    const store = await fresh();
    await spend(store, { usd: 1 }, async (_, spending) => {
      const first = await spending.reserve("a", { usd: 0.9 });
      const second = spending.reserve("b", { usd: 0.5 });
      await first.settle({ usd: 0.1 });
      await (await second).settle({ usd: 0.5 });
      expect(spending.left().usd).toBeCloseTo(0.4, 12);
    });
  });

  /** An attempt that puts aside 40 of 100 tokens in a step and dies there. */
  async function dead(resumable: boolean): Promise<EventStore> {
    const store = await fresh();
    await dies(store, { tokens: 100 }, (spending) =>
      spending.reserve("model", { tokens: 40 }, { resumable }),
    );
    return store;
  }

  it("that was put aside by an attempt that died is spent, and the next one puts aside anew", async () => {
    const store = await dead(false);
    await spend(store, { tokens: 100 }, async (steps, spending) => {
      expect(spending.left()).toEqual({ tokens: 60 });
      await steps.step("ask", async () => {
        const reserved = await spending.reserve("model", { tokens: 50 });
        expect(reserved.amounts).toEqual({ tokens: 50 });
        await reserved.settle({ tokens: 30 });
        await expect(spending.reserve("model", { tokens: 31 })).rejects.toMatchObject({
          code: "BUDGET_EXCEEDED",
        });
        return null;
      });
      expect(spending.left()).toEqual({ tokens: 30 });
    });
  });

  it("is taken up by work that goes on from its own record", async () => {
    const store = await dead(true);
    await spend(store, { tokens: 100 }, async (steps, spending) => {
      await steps.step("ask", async () => {
        const reserved = await spending.reserve("model", { tokens: 90 }, { resumable: true });
        expect(reserved.amounts).toEqual({ tokens: 40 });
        await reserved.settle({ tokens: 30 });
        return null;
      });
      expect(spending.left()).toEqual({ tokens: 70 });
    });
  });

  it("counts again what a step spends again", async () => {
    const store = await fresh();
    await dies(store, {}, async (spending) =>
      (await spending.reserve("model", { usd: 1 })).settle({ usd: 1 }),
    );
    await spend(store, {}, async (steps, spending) => {
      await steps.step("ask", async () => {
        await (await spending.reserve("model", { usd: 1 })).settle({ usd: 0.5 });
        return null;
      });
      expect(spending.since("2000-01-01T00:00:00Z").usd).toBe(1.5);
      expect(spending.since("2999-01-01T00:00:00Z").usd).toBe(0);
    });
  });
});
