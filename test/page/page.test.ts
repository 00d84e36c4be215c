import { describe, expect, it } from "vitest";
import { runPage } from "../../src/page/page.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { eventOf, foreignEvent } from "../support/events.ts";
import { awkwardStore, write } from "../trace/runs.ts";

describe("a run's page", () => {
  it("shows the request, the candidates with their changes, the lineage and the model's words", async () => {
    const store = await awkwardStore();
    const evolution = await runPage(store, "evo-routing");
    expect(evolution).toContain("routing-0");
    expect(evolution).toMatch(/<span class="removed">- .*64614000/);
    expect(evolution).toMatch(/<span class="added">\+ .*64614001/);
    expect(evolution).toContain("Lineage");
    expect(evolution).toContain("You improve programs.");
    const request = await runPage(store, "req-creation");
    for (const text of ["日本語", "Lists may be empty.", "median_of", "refused: held-out 0.5"]) {
      expect(request).toContain(text);
    }
  });

  it("loads nothing and runs nothing, whatever the run holds", async () => {
    const hostile = `</pre></script><script>alert(1)</script><img src=x onerror="a()">'"&\u202e\u0000${"`"}`;
    const store = memoryEventStore();
    const words = { objective: hostile, requirements: [hostile], constraints: [hostile] };
    const digest = (index: number): string => `${hostile}${index}`;
    const failed = {
      status: "failed",
      reason: hostile,
      operator: hostile,
      source: hostile,
      fitness: 1,
    } as const;
    await write(store, { id: "evil", kind: "evolution", title: hostile, parent: hostile }, [
      eventOf("run-start", { task: hostile, config: { [hostile]: hostile } }),
      eventOf("candidate-result", { ...failed, digest: digest(0) }),
      foreignEvent(
        "candidate-result",
        { ...failed, index: 1, digest: digest(1), parents: [digest(0)] },
        { volatile: { [hostile]: hostile }, link: hostile },
      ),
      eventOf("run-result", { best: { digest: digest(1), fitness: 1 } }),
      eventOf("request-submit", words),
      eventOf("request-revised", words),
      eventOf("tool-create", { name: hostile, description: hostile }),
      eventOf("registration-refused", { name: hostile, reasons: [hostile] }),
      eventOf("tool-call", { name: hostile, arguments: { [hostile]: hostile } }),
      eventOf("tool-result", { status: "failed", error: hostile }),
      eventOf("answer-given", { answer: hostile }),
      eventOf("model-call", {
        messages: [{ role: "user", content: hostile }],
        model: hostile,
        terms: hostile,
        role: hostile,
        promptName: hostile,
      }),
      eventOf("model-reply", {
        content: hostile,
        toolCalls: [{ id: "x", name: hostile, arguments: { a: hostile } }],
      }),
      eventOf("model-call", { id: "failing" }),
      {
        type: "model-reply",
        data: { id: "failing", error: { code: hostile, message: hostile, retryable: false } },
      },
      foreignEvent(hostile.replace(/[^a-z]/g, ""), hostile),
    ]);
    const page = await runPage(store, "evil");
    const tags = new Set([...page.matchAll(/<\s*\/?\s*([a-zA-Z!]+)/g)].map(([, name]) => name));
    for (const tag of ["script", "img", "iframe", "object", "link", "base", "form"]) {
      expect(tags).not.toContain(tag);
    }
    const markup = page.match(/<[^>]*>/g)?.join("\n") ?? "";
    expect(markup).not.toMatch(/\s(?:src|on\w+)=/);
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, href]) => href?.startsWith("#"))).toBe(
      true,
    );
    expect(page).toContain("default-src 'none'");
    expect(page.includes("\u202e") || page.includes("\u0000")).toBe(false);
    expect(page.includes("&lt;script&gt;alert(1)&lt;/script&gt;")).toBe(true);
  });

  it("stays small for a long run and says what it leaves out", async () => {
    const store = memoryEventStore();
    const source = `${"x".repeat(50)}\n`.repeat(20);
    await write(
      store,
      { id: "long", kind: "evolution", title: "" },
      Array.from({ length: 5_000 }, (_, index) => ({
        type: "candidate-result",
        data: {
          index,
          digest: `d${index}`,
          status: "scored",
          operator: "o",
          parents: [],
          source,
          fitness: index % 9,
        },
      })),
    );
    const page = await runPage(store, "long");
    expect(page).toContain("5000 in all, 400 shown");
    // 400 candidates and 1,000 events of about 1.1 kB each, as text and behind their titles.
    expect(page.length).toBeLessThan(3_000_000);
  });
});
