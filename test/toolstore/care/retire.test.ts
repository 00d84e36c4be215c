import { describe, expect, it } from "vitest";
import { createRedactor, memoryEventStore, openTrace } from "../../../src/trace/index.ts";
import { retirable } from "../../../toolstore/care/retire.ts";
import { restore, retireUnused, retiringEvery, reviewsOf } from "../../../toolstore/index.ts";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { sampleTool } from "../sample.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");

async function library(requests: number) {
  const store = memoryToolStore();
  const events = memoryEventStore();
  for (let i = 0; i < requests; i++) {
    await events.begin({ id: `r${i}`, kind: "request", title: "asked" });
    await events.end(`r${i}`, "succeeded");
  }
  const redactor = createRedactor({ environment: {} });
  let ids = 0;
  return {
    store,
    events,
    ports: {
      store,
      openTrace: (run: Parameters<typeof openTrace>[1]) => openTrace(events, run, redactor),
      newId: (kind: string) => `${kind}-${++ids}`,
    },
  };
}

async function use(store: ReturnType<typeof memoryToolStore>, name: string, times: number) {
  for (let i = 0; i < times; i++) await store.recordUse(name, 1, { succeeded: true, wallMs: 1 });
}

describe("retirement", () => {
  it("names tools below log20(requests) successes: at 400 requests, those with less than two", async () => {
    const { store } = await library(0);
    for (const [name, successes] of [
      ["none", 0],
      ["one", 1],
      ["two", 2],
      ["called", 0],
    ] as const) {
      await store.put(sampleTool({ name }));
      await use(store, name, successes);
    }
    await store.put(sampleTool({ name: "caller", uses: [{ name: "called" }] }));
    await use(store, "caller", 2);
    await store.put(sampleTool({ name: "theirs", origin: "mcp:elsewhere" }));
    const named = async (requests: number, now = NOW) =>
      (await retirable(store, { requests, now })).map(({ tool }) => tool.name);
    expect(await named(400)).toEqual(["none", "one"]);
    expect(await named(1)).toEqual([]);
    // Created on the first of January: within the month of grace.
    expect(await named(400, Date.parse("2026-01-15T00:00:00Z"))).toEqual([]);
  });

  it("deprecates with its reason what the trace's own requests say, and deletes nothing", async () => {
    const { store, events, ports } = await library(25);
    await store.put(sampleTool({ name: "pack", body: "1" }));
    await store.put(sampleTool({ name: "pack", version: 2, body: "2" }));
    const options = { events, now: NOW, graceMs: 0 };
    const planned = await retireUnused(ports, { ...options, dryRun: true });
    expect(planned.least).toBeCloseTo(Math.log(25) / Math.log(20), 12);
    expect(planned.retired.map(({ name }) => name)).toEqual(["pack"]);
    expect((await store.get("pack")).status).toBe("active");

    await retireUnused(ports, { ...options, dryRun: false });
    expect(await store.search({ text: "pack", limit: 1 })).toEqual([]);
    expect(await store.history("pack")).toHaveLength(2);
    expect(await reviewsOf(events, "pack")).toMatchObject([
      {
        action: "retire",
        version: 1,
        by: "engine",
        reasons: [expect.stringContaining("25 requests")],
      },
      { action: "retire", version: 2, to: "deprecated" },
    ]);

    expect(await restore(ports, "pack", {})).toMatchObject({ version: 2, status: "active" });
    expect((await store.search({ text: "pack", limit: 1 }))[0]?.tool.version).toBe(2);
    expect((await reviewsOf(events, "pack")).at(-1)).toMatchObject({
      action: "restore",
      version: 2,
    });
    await expect(restore(ports, "pack", { version: 2 })).rejects.toMatchObject({
      code: "NOTHING_TO_RESTORE",
    });
  });

  it("comes by itself after every so many requests, and not where it is switched off", async () => {
    const { store, events, ports } = await library(39);
    await store.put(sampleTool({ name: "idle" }));
    const status = async () => (await store.get("idle")).status;
    await retiringEvery(20, events, ports)(NOW);
    expect(await status()).toBe("active");
    await events.begin({ id: "r39", kind: "request", title: "asked" });
    await retiringEvery(20, events, ports)(NOW);
    expect(await status()).toBe("active");
    await events.end("r39", "failed");
    await retiringEvery(0, events, ports)(NOW);
    expect(await status()).toBe("active");
    await retiringEvery(20, events, ports)(NOW);
    expect(await status()).toBe("deprecated");
  });
});
