/** Requests whose model is away: when they try again, for how long, and what is never done twice. */
import { describe, expect, it } from "vitest";
import { isOutage, ModelError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import type { Steps } from "../../src/core/steps.ts";
import { CANCEL } from "../../src/journal/durable.ts";
import { sendSignal } from "../../src/journal/send.ts";
import { viewRequest } from "../../src/journal/view.ts";
import { modelError } from "../../src/models/calling/model-errors.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { all } from "../contracts/event-store.ts";
import { live, portsOf } from "./request.ts";

const HOUR_MS = 3_600_000;
const AWAY = modelError("MODEL_UNREACHABLE", "gone");

async function waiting(modelWaitMs = HOUR_MS) {
  let now = Date.parse("2030-01-01T00:00:00Z");
  const clock = { now: () => now, monotonicMs: () => now };
  const store = memoryEventStore({ clock });
  await store.begin({ id: "r", kind: "request", title: "" });
  return {
    store,
    attempt: (workflow: (steps: Steps) => Promise<Json>) =>
      live(portsOf(store, clock), "r", workflow, { modelWaitMs }),
    view: () => viewRequest(store, "r"),
    pass: (ms: number) => {
      now += ms;
    },
    /** Until the next try, in seconds. */
    async left() {
      const { dueAt } = await viewRequest(store, "r");
      return dueAt === undefined ? undefined : (Date.parse(dueAt) - now) / 1_000;
    },
  };
}

const away =
  (error: Error = AWAY) =>
  async (): Promise<Json> => {
    throw error;
  };

describe("a request whose model is away", () => {
  it("tries again soon, later each time, and every five minutes at the latest", async () => {
    const { attempt, left, pass, store } = await waiting();
    const waits: unknown[] = [];
    for (let tries = 1; tries <= 10; tries++) {
      const { end } = await attempt(away());
      expect(end).toMatchObject({ kind: "waiting", status: "WAITING_FEEDBACK" });
      waits.push(await left());
      expect(await store.due()).toEqual([]);
      pass(((await left()) ?? 0) * 1_000);
      expect(await store.due()).toEqual(["r"]);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it("waits as long as the server asks for", async () => {
    const { attempt, left } = await waiting();
    await attempt(away(modelError("MODEL_RATE_LIMITED", "slowly", { retryAfterMs: 90_000 })));
    expect(await left()).toBe(90);
  });

  it("fails at once if the server asks for more time than there is", async () => {
    const { attempt, view } = await waiting();
    const asked = modelError("MODEL_RATE_LIMITED", "tomorrow", { retryAfterMs: 2 * HOUR_MS });
    await expect(attempt(away(asked))).rejects.toThrow(/tomorrow .*tried the model once/);
    expect(await view()).toMatchObject({ status: "FAILED", waits: [] });
  });

  it("makes its last try when the time ends, and then fails with how often it tried", async () => {
    const { attempt, left, pass, view } = await waiting(5_000);
    await attempt(away());
    pass(2_000);
    await attempt(away());
    expect(await left()).toBe(3);
    pass(3_000);
    await expect(attempt(away())).rejects.toThrow(/gone .*3 times .*at most 5 s/);
    expect(await view()).toMatchObject({
      status: "FAILED",
      cause: expect.stringMatching(/^MODEL_UNREACHABLE: gone/),
    });
  });

  it("begins to count anew after progress", async () => {
    const { attempt, left, pass } = await waiting(5_000);
    await attempt(away());
    pass(4_000);
    await attempt(async (steps) => {
      await steps.step("plan", async () => "planned");
      throw AWAY;
    });
    expect(await left()).toBe(2);
    pass(4_000);
    expect((await attempt(away())).end).toMatchObject({ kind: "waiting" });
  });

  it("does nothing twice when it goes on", async () => {
    const { attempt, view } = await waiting();
    let done = 0;
    const walk = (model: () => Promise<Json>) => async (steps: Steps) => {
      const first = await steps.step("first", async () => ++done);
      return [first, await steps.step("second", model)];
    };
    await attempt(walk(away()));
    expect(await view()).toMatchObject({
      status: "WAITING_FEEDBACK",
      waits: [{ name: "the model" }],
    });
    expect((await view()).steps).toMatchObject([
      { key: "first#1", status: "done" },
      { key: "second#1", status: "waiting" },
    ]);
    const { end, value } = await attempt(walk(async () => "there"));
    expect(end).toMatchObject({ kind: "ended", status: "SUCCEEDED" });
    expect(value).toEqual([1, "there"]);
    expect(await view()).toMatchObject({ status: "SUCCEEDED", waits: [] });
  });

  it("lets an effect that is under way end first, so that nobody has to ask what became of it", async () => {
    const { attempt, store } = await waiting();
    let sent = 0;
    const walk = (model: () => Promise<Json>) => async (steps: Steps) => {
      const sending = steps.step(
        "send",
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 30));
          return ++sent;
        },
        { onUncertain: "ask" },
      );
      await steps.step("ask", model);
      return sending;
    };
    await attempt(walk(away()));
    const { end, value } = await attempt(walk(async () => "there"));
    expect(end).toMatchObject({ status: "SUCCEEDED" });
    expect([sent, value]).toEqual([1, 1]);
    const waits = (await all(store, "r")).filter(({ type }) => type === "wait-started");
    expect(waits).toHaveLength(1);
  });

  it("is canceled while it waits, without another try", async () => {
    const { attempt, store } = await waiting();
    await attempt(away());
    await sendSignal(store, "r", { id: "c", name: CANCEL, payload: { reason: "enough" } });
    expect(await store.due()).toEqual(["r"]);
    let tried = false;
    const { end } = await attempt(async () => {
      tried = true;
      return null;
    });
    expect([end, tried]).toMatchObject([{ status: "CANCELED", cause: "enough" }, false]);
  });

  it.each([
    modelError("MODEL_AUTH", "no"),
    modelError("MODEL_NOT_FOUND", "no"),
    modelError("MODEL_BAD_REQUEST", "no"),
    modelError("MALFORMED_REPLY", "no"),
    new ModelError("MODEL_TIMEOUT", "final"),
    new Error("a bug"),
  ])("fails at once for what does not pass: $code", async (error) => {
    expect(isOutage(error)).toBe(false);
    const { attempt, view } = await waiting();
    await expect(attempt(away(error))).rejects.toBe(error);
    expect((await view()).status).toBe("FAILED");
  });

  it("fails at once where no time is given", async () => {
    const { attempt } = await waiting(0);
    await expect(attempt(away())).rejects.toBe(AWAY);
  });
});
