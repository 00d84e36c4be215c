import { expect, test } from "vitest";
import { servedModel } from "../../src/bench/served-model.ts";

test("the benchmark's server gives each call another program, through the real client", async () => {
  const served = await servedModel(1, 2);
  try {
    const ask = () =>
      served.model.complete(
        { messages: [{ role: "user", content: "a program" }] },
        new AbortController().signal,
      );
    const replies = await Promise.all(Array.from({ length: 6 }, ask));
    expect(new Set(replies.map(({ content }) => content)).size).toBe(6);
    for (const { content } of replies) expect(content).toContain("function level(x)");
  } finally {
    served.close();
  }
});
