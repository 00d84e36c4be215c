import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/trace/redact/redact.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { openTrace } from "../../src/trace/tracer.ts";
import { all, codeOf } from "../contracts/event-store.ts";
import { foreignEvent } from "../support/events.ts";

const redactor = createRedactor({ secrets: { "service-key": "s3cr3t-value" } });

describe("trace", () => {
  it("writes events in order and ends the run", async () => {
    const store = memoryEventStore();
    const trace = await openTrace(
      store,
      { id: "a", kind: "request", title: "t", parent: "p" },
      redactor,
    );
    await trace.events([foreignEvent("tool-call", { n: 1 })]);
    await trace.events([
      foreignEvent("tool-result", { n: 2 }, { volatile: { wallMs: 5 } }),
      foreignEvent("answer-given", { n: 3 }, { link: "other" }),
    ]);
    await trace.end("succeeded");
    expect((await all(store, "a")).map(({ type, data }) => [type, data])).toEqual([
      ["tool-call", { n: 1 }],
      ["tool-result", { n: 2 }],
      ["answer-given", { n: 3 }],
    ]);
    expect(await store.run("a")).toMatchObject({ status: "succeeded", parent: "p", events: 3 });
    expect(await codeOf(trace.events([foreignEvent("note", null)]))).toBe("RUN_ENDED");
  });

  it("stores no secret, in data, volatile facts or the title", async () => {
    const store = memoryEventStore();
    const trace = await openTrace(
      store,
      { id: "a", kind: "request", title: "with s3cr3t-value" },
      redactor,
    );
    await trace.events([
      foreignEvent("note", { text: "s3cr3t-value" }, { volatile: { header: "s3cr3t-value" } }),
    ]);
    const stored = JSON.stringify([await store.runs(), await all(store, "a")]);
    expect(stored).not.toContain("s3cr3t-value");
    expect(stored).toContain("⟦SECRET:service-key:1⟧");
    expect(trace.redactions()).toEqual({ "service-key": 3 });
  });

  it("gives two runs of the same steps the same sum, secrets and all", async () => {
    const store = memoryEventStore();
    for (const id of ["a", "b"]) {
      const trace = await openTrace(store, { id, kind: "evolution", title: id }, redactor);
      await trace.events([
        foreignEvent("note", `ghp_${"x1".repeat(18)}`, { volatile: { at: id } }),
        foreignEvent("note", `ghp_${"y2".repeat(18)}`),
      ]);
    }
    expect((await store.run("a")).sum).toBe((await store.run("b")).sum);
  });
});
