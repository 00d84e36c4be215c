/** The tempo of calls over real HTTP: how many at once, and none that would come too late. */
import { describe, expect, test } from "vitest";
import type { Clock } from "../../../src/core/clock.ts";
import { BudgetExceededError } from "../../../src/core/errors.ts";
import { openaiModel } from "../../../src/models/openai/openai.ts";
import { budgetedModel } from "../../../src/models/spend/budgeted.ts";
import { budgetLedger } from "../../../src/models/spend/ledger.ts";
import { modelServer, type Served } from "../../support/model-server.ts";

const ASK = { messages: [{ role: "user" as const, content: "?" }] };
const never = (): AbortSignal => new AbortController().signal;

/** Moves only by hand. */
function clockAt(): Clock & { ms: number } {
  const clock = { ms: 0, now: () => clock.ms, monotonicMs: () => clock.ms };
  return clock;
}

async function opened(
  serve: (index: number) => Served | Promise<Served>,
  options: Partial<Parameters<typeof openaiModel>[0]> = {},
) {
  const server = await modelServer((_, index) => serve(index));
  const model = openaiModel({ model: "m", baseUrl: `${server.url}/v1`, maxRetries: 0, ...options });
  return { server, model };
}

describe("calls in flight at a server", () => {
  test("double while replies come as fast as before, up to all that are wanted", async () => {
    // Each round is held until it is complete, and takes one unit of the clock.
    const clock = clockAt();
    const release: (() => void)[] = [];
    const rounds: number[] = [];
    const { server, model } = await opened(
      () => new Promise<Served>((resolve) => release.push(() => resolve("x"))),
      { clock },
    );
    try {
      const all = Array.from({ length: 63 }, () => model.complete(ASK, never()));
      for (const size of [1, 2, 4, 8, 16, 32]) {
        await until(() => release.length === size);
        // Time for one too many.
        await new Promise((resolve) => setTimeout(resolve, 10));
        rounds.push(release.length);
        clock.ms += 100;
        for (const answer of release.splice(0)) answer();
      }
      await Promise.all(all);
      expect(rounds).toEqual([1, 2, 4, 8, 16, 32]);
    } finally {
      await server.close();
    }
  });

  test("are one again, and later calls wait for it, after the server is too busy", async () => {
    let release: (() => void) | undefined;
    const { server, model } = await opened((index) => {
      if (index < 3) return index === 2 ? { status: 429 } : "x";
      return new Promise<Served>((resolve) => {
        release = () => resolve("x");
      });
    });
    try {
      const all = Array.from({ length: 5 }, () => model.complete(ASK, never()));
      const ends = Promise.allSettled(all);
      for (let left = 2; left > 0; left--) {
        await until(() => release !== undefined);
        // Nothing else may arrive in the meantime.
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(server.load.now).toBe(1);
        release?.();
        release = undefined;
      }
      const statuses = (await ends).map(({ status }) => status);
      expect(statuses.filter((status) => status === "rejected")).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  test("are shared by all models of a server", async () => {
    const { server, model } = await opened(() => ({ content: "x", afterMs: 30 }));
    const other = openaiModel({ model: "other", baseUrl: `${server.url}/v1` });
    try {
      const both = Promise.all([model, other].map((each) => each.complete(ASK, never())));
      await both;
      expect(server.load.peak).toBe(1);
    } finally {
      await server.close();
    }
  });
});

describe("a call whose reply would come too late", () => {
  async function timed(replyMs: readonly number[], leftMs: number) {
    const clock = clockAt();
    let left = Number.POSITIVE_INFINITY;
    const { server, model } = await opened(
      (index) => {
        clock.ms += replyMs[index] ?? 0;
        return "x";
      },
      { clock, leftMs: () => left },
    );
    try {
      for (const _ of replyMs) await model.complete(ASK, never());
      left = leftMs;
      const end = await model.complete(ASK, never()).then(
        () => "sent",
        (error: unknown) => error,
      );
      return { end, sent: server.requests.length - replyMs.length };
    } finally {
      await server.close();
    }
  }

  test("is not sent, and says so", async () => {
    const { end, sent } = await timed([10_000, 10_000], 9_900);
    expect(end).toMatchObject({
      code: "BUDGET_EXCEEDED",
      facts: { unit: "seconds", served: false },
    });
    expect(sent).toBe(0);
  });

  test("is sent where any recent reply came in that time: one slow reply rules out nothing", async () => {
    expect(await timed([10_000, 60_000], 10_000)).toEqual({ end: "sent", sent: 1 });
    expect(await timed([60_000, 60_000, 100], 200)).toEqual({ end: "sent", sent: 1 });
  });

  test("is sent before there are two replies to judge by", async () => {
    expect(await timed([], 1)).toEqual({ end: "sent", sent: 1 });
    expect(await timed([10_000], 1)).toEqual({ end: "sent", sent: 1 });
  });
});

test("a call that was waiting when the time was over costs nothing; one under way counts as sent", async () => {
  const { server, model } = await opened(() => ({ hang: true }));
  const budget = budgetLedger({ tokens: 10_000 });
  const within = budgetedModel(model, budget, { maxTokens: 1_000 });
  const over = new AbortController();
  try {
    const ends = Promise.allSettled([1, 2].map(() => within.complete(ASK, over.signal)));
    await until(() => server.requests.length === 1);
    over.abort(new BudgetExceededError("The time is over.", { facts: { unit: "seconds" } }));
    await ends;
    expect(budget.spent().calls).toBe(1);
    await until(() => server.load.now === 0);
  } finally {
    await server.close();
  }
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
