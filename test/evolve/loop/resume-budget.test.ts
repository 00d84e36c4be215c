/** A budget holds over all lives of a run: what the first one paid for counts in the second. */
import { expect, it } from "vitest";
import type { RecordedCall } from "../../../src/core/events/model.ts";
import { configuredModel } from "../../../src/models/configured.ts";
import type { Charge } from "../../../src/models/spend/lost-calls.ts";
import { modelServer } from "../../support/model-server.ts";

it("refuses after a resume the call that it would have refused without one", async () => {
  const server = await modelServer(() => ({
    content: "yes",
    usage: { input: 400, output: 100 },
  }));
  const kept: RecordedCall[] = [];
  const open = (known: readonly RecordedCall[]) =>
    configuredModel({
      provider: "openai",
      model: "m",
      baseUrl: `${server.url}/v1`,
      apiKey: () => "none",
      budgetTokens: 1_200,
      known,
      keep: async (call) => {
        kept.push(call);
      },
    });
  const ask = (model: ReturnType<typeof open>, seed: number) =>
    model.complete(
      { messages: [{ role: "user", content: "?" }], maxTokens: 300, seed },
      new AbortController().signal,
    );
  try {
    const first = open([]);
    await ask(first, 1);
    await ask(first, 2);
    // 1,000 of 1,200 tokens are spent; a call may cost 300 and more.
    await expect(ask(first, 3)).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });

    const second = open([...kept]);
    await ask(second, 1);
    await ask(second, 2);
    await expect(ask(second, 3)).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
    expect(server.requests).toHaveLength(2);
  } finally {
    await server.close();
  }
});

it("counts after a resume what calls without a reply have cost", async () => {
  const cut = { content: "x".repeat(200), cutAfter: 20 };
  const server = await modelServer((_, index) => (index === 0 ? cut : { hang: true }));
  const charges: Charge[] = [];
  const open = (lost: object) =>
    configuredModel({
      provider: "openai",
      model: "m",
      baseUrl: `${server.url}/v1`,
      apiKey: () => "none",
      maxRetries: 0,
      budgetTokens: 1_150,
      known: [],
      keep: async () => undefined,
      lost,
      charge: async (charge) => void charges.push(charge),
    });
  const ask = (model: ReturnType<typeof open>, stop = new AbortController().signal) =>
    model.complete({ messages: [{ role: "user", content: "?" }], maxTokens: 500 }, stop);
  const lost = () =>
    new Map(charges.map(({ key, amounts }) => [key, amounts.tokens ?? 0])).values().toArray();
  try {
    const first = open({});
    await expect(ask(first)).rejects.toMatchObject({ code: "MODEL_UNREACHABLE" });
    // The connection broke after some pieces: they are paid for, the rest of the reply is not.
    expect(lost()[0]).toBeGreaterThan(20);
    expect(lost()[0]).toBeLessThan(500);
    const stop = new AbortController();
    const canceled = ask(first, stop.signal);
    while (server.requests.length < 2) await new Promise((wake) => setTimeout(wake, 5));
    // A process that is killed here leaves the reservation.
    expect(lost()[1]).toBeGreaterThan(500);
    stop.abort(new Error("enough"));
    await expect(canceled).rejects.toThrow("enough");
    expect(lost()[1]).toBeGreaterThan(500);

    const tokens = lost().reduce((sum, each) => sum + each, 0);
    await expect(ask(open({ tokens, calls: 2 }))).rejects.toMatchObject({
      code: "BUDGET_EXCEEDED",
      facts: { spent: tokens },
    });
    expect(server.requests).toHaveLength(2);
  } finally {
    await server.close();
  }
});
