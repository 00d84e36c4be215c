/** What a request is told about its spending is what its limits count. */
import { expect, it } from "vitest";
import { spentSince } from "../../src/call/spend.ts";
import type { NewEvent } from "../../src/core/event.ts";
import type { Amounts } from "../../src/core/spending.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";

const EVER = "1970-01-01T00:00:00.000Z";

const reserved = (key: string, amounts: Amounts): NewEvent => ({
  type: "budget-reserved",
  data: { key },
  volatile: { amounts },
});
const settled = (key: string, amounts: Amounts): NewEvent => ({
  type: "budget-settled",
  data: { key },
  volatile: { amounts },
});
const replied = (requestDigest: string, outputTokens: number, costUsd?: number): NewEvent => ({
  type: "model-recorded",
  data: {
    requestDigest,
    occurrence: 0,
    outcome: {
      status: "replied",
      reply: {
        content: "",
        toolCalls: [],
        finishReason: "stop",
        model: "m",
        usage: { inputTokens: 100, outputTokens },
        ...(costUsd === undefined ? {} : { costUsd }),
      },
    },
  },
});

it("counts replies, what was cut off, and each reply of a resumed evolution once", async () => {
  const store = memoryEventStore();
  await store.begin({ id: "req", kind: "request", title: "" });
  await store.append("req", [
    reserved("model:plan#1", { calls: 1, tokens: 4_000 }),
    settled("model:plan#1", { calls: 1, tokens: 30, usd: 0.5 }),
    // Refused: free.
    reserved("step:a#1/model:judge#1", { calls: 1, tokens: 4_000 }),
    settled("step:a#1/model:judge#1", {}),
    // A killed process has left it; its successor has reserved anew.
    reserved("model:plan#2", { calls: 1, tokens: 1_000 }),
    settled("model:plan#2/2", { calls: 1, tokens: 20 }),
    // No call, but the limit of an evolution.
    settled("step:a#1/evolve#1/evolution#1", { tokens: 50_000, evaluations: 9 }),
  ]);
  for (const run of ["evo-ab", "evo-ab-2"]) {
    await store.begin({ id: run, kind: "evolution", title: "", parent: "req" });
    await store.begin({ id: `${run}-replies`, kind: "replies", title: "", parent: run });
  }
  await store.append("evo-ab-replies", [
    replied("a", 5, 0.25),
    reserved("call#2", { calls: 1, tokens: 600 }),
  ]);
  await store.append("evo-ab-2-replies", [
    settled("earlier", { calls: 1, tokens: 600 }),
    replied("a", 5, 0.25),
    replied("b", 7),
  ]);
  expect(await spentSince(store, "req", EVER)).toEqual({
    calls: 6,
    tokens: 30 + 1_000 + 20 + 105 + 600 + 107,
    usd: 0.75,
    usdUnknown: 4,
  });
  expect((await spentSince(store, "req", "2999-01-01T00:00:00.000Z")).calls).toBe(0);
});
