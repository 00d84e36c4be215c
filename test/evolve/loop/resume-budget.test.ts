/** A budget holds over all lives of a run: what the first one paid for counts in the second. */
import { expect, it } from "vitest";
import type { RecordedCall } from "../../../src/core/events/model.ts";
import { configuredModel } from "../../../src/models/configured.ts";
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
