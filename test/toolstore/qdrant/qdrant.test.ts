import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { ToolStore } from "../../../src/core/ports.ts";
import { retryAfterMs } from "../../../toolstore/qdrant/connection.ts";
import type { QdrantToolStoreOptions } from "../../../toolstore/qdrant/options.ts";
import { pointId, termNumber } from "../../../toolstore/qdrant/points.ts";
import { qdrantToolStore } from "../../../toolstore/qdrant/qdrant.ts";
import { toolStoreContract } from "../../contracts/tool-store.ts";
import { qdrantSchema } from "../../support/qdrant-schema.ts";
import { type QdrantDouble, startQdrant } from "../../support/qdrant-server.ts";
import { hashEmbedder } from "../hash-embedder.ts";
import { sampleTool } from "../sample.ts";

const folder = mkdtempSync(join(tmpdir(), "qdrant-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(folder, `${++files}.db`);

const servers: QdrantDouble[] = [];
const stores: ToolStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const server of servers.splice(0)) {
    await server.close();
    expect(server.faults).toEqual([]);
  }
});
async function started(options: Parameters<typeof startQdrant>[0] = {}): Promise<QdrantDouble> {
  const server = await startQdrant(options);
  servers.push(server);
  return server;
}
function opened(
  server: Pick<QdrantDouble, "url">,
  options: Partial<QdrantToolStoreOptions> = {},
): ToolStore {
  const store = qdrantToolStore({ url: server.url, localFile: newFile(), restMs: 0, ...options });
  stores.push(store);
  return store;
}

describe("toolstore: qdrant on loopback", () => {
  toolStoreContract(async () => opened(await started()));
});

const REAL = process.env.QDRANT_URL;
const without = REAL === undefined ? " (skipped: QDRANT_URL names none)" : "";
describe.skipIf(REAL === undefined)(`toolstore: qdrant, a real server${without}`, () => {
  const run = `toolwright-test-${Date.now()}`;
  toolStoreContract(async () =>
    opened(
      { url: REAL ?? "" },
      { collection: `${run}-${++files}`, apiKey: process.env.QDRANT_API_KEY ?? "" },
    ),
  );
});

describe("toolstore: qdrant, what it sends", () => {
  const unjudged = qdrantSchema === undefined ? " (skipped: QDRANT_OPENAPI names no file)" : "";
  it.skipIf(qdrantSchema === undefined)(`is judged by the published document${unjudged}`, () => {
    expect(qdrantSchema?.request("POST", "/collections/a/points/scroll", { limit: "ten" })).toMatch(
      /limit/,
    );
    expect(qdrantSchema?.request("POST", "/collections/a/points/search", {})).toMatch(
      /not in the document/,
    );
    expect(qdrantSchema?.response("GET", "/collections/a/exists", 200, { result: {} })).toMatch(
      /exists/,
    );
  });

  it("makes the collection with its vectors, graph, quantisation and indexes before the first point", async () => {
    const server = await started();
    const store = opened(server, {
      embedder: hashEmbedder(16),
      hnsw: { m: 24, efConstruct: 200 },
      quantization: "scalar",
      replicas: 1,
    });
    await store.put(sampleTool({ name: "pack" }));
    const [name = "", collection] = [...server.collections][0] ?? [];
    expect(name).toBe("toolwright-1");
    expect(server.aliases.get("toolwright")).toBe(name);
    expect(collection?.settings).toMatchObject({
      vectors: { dense: { size: 16, distance: "Cosine" } },
      sparse_vectors: { words: {} },
      hnsw_config: { m: 24, ef_construct: 200, payload_m: 24 },
      quantization_config: { scalar: { type: "int8" } },
      strict_mode_config: { enabled: true, unindexed_filtering_retrieve: false },
      metadata: { schema: 1, embedder: "hash@16" },
    });
    for (const key of ["name", "version", "status", "language", "needs", "origin", "terms"]) {
      expect(collection?.indexes.has(key)).toBe(true);
    }
    const first = server.requests.findIndex(({ path }) => path.endsWith("/points"));
    const last = server.requests.findLastIndex(({ path }) => path.endsWith("/index"));
    expect(first).toBeGreaterThan(last);
  });

  it("asks nothing and prints nothing when it is made, and never calls an endpoint that is gone", async () => {
    const warn = vi.spyOn(console, "warn");
    const server = await started({ apiKey: "secret" });
    const store = opened(server, { apiKey: "secret" });
    expect(server.requests).toEqual([]);
    await store.put(sampleTool({ name: "pack" }));
    await store.search({ text: "pack", limit: 1 });
    expect(warn).not.toHaveBeenCalled();
    expect(server.requests.filter(({ path }) => /search|recommend|discover/.test(path))).toEqual(
      [],
    );
    warn.mockRestore();
  });

  it("keeps the path of an address behind which the server stands", async () => {
    const server = await started({ prefix: "/vectors" });
    const store = opened(server);
    await store.put(sampleTool({ name: "pack" }));
    expect((await store.get("pack")).name).toBe("pack");
  });

  it("refuses an address that is none", () => {
    expect(() => opened({ url: "localhost" })).toThrow(/address of a Qdrant server.*localhost/);
  });

  it("names the key's variable when the server refuses the key", async () => {
    const server = await started({ apiKey: "secret" });
    const store = opened(server, { apiKey: "wrong" });
    await expect(store.list()).rejects.toMatchObject({
      code: "STORE_DENIED",
      kind: "operator",
      message: expect.stringContaining("apiKeyEnv"),
    });
  });

  it("writes many tools in few requests, each waited for", async () => {
    const server = await started();
    const store = opened(server);
    await store.put(sampleTool({ name: "first" }));
    server.requests.splice(0);
    const tools = Array.from({ length: 200 }, (_, i) => sampleTool({ name: `tool_${i}` }));
    await Promise.all(tools.map((tool) => store.put(tool)));
    const upserts = server.requests.filter(
      ({ method, path }) => method === "PUT" && path.endsWith("/points"),
    );
    expect(upserts).toHaveLength(Math.ceil(200 / 128));
    expect(await store.list()).toHaveLength(201);
  });

  it("pages through more tools than one answer holds", async () => {
    const server = await started();
    const store = opened(server);
    const tools = Array.from({ length: 600 }, (_, i) => sampleTool({ name: `tool_${i}` }));
    await Promise.all(tools.map((tool) => store.put(tool)));
    expect(new Set((await store.list()).map(({ name }) => name)).size).toBe(600);
  });

  it("gives points UUIDs of version 5 and terms numbers of 32 bits", () => {
    expect(pointId("pack", 1)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(pointId("pack", 1)).not.toBe(pointId("pack", 2));
    // Test vectors of FNV-1a, 32 bits (Fowler, Noll, Vo).
    expect(termNumber("a")).toBe(0xe40c292c);
    expect(termNumber("foobar")).toBe(0xbf9cf968);
  });
});

describe("toolstore: qdrant, several writers", () => {
  it("lets exactly one of two machines win a version, and tells the other", async () => {
    const server = await started();
    const left = opened(server);
    const right = opened(server);
    await left.put(sampleTool({ name: "pack", body: "1" }));
    const outcomes = await Promise.allSettled([
      left.put(sampleTool({ name: "pack", version: 2, body: "left" })),
      right.put(sampleTool({ name: "pack", version: 2, body: "right" })),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "VERSION_CONFLICT" },
    });
    expect(await right.history("pack")).toHaveLength(2);
  });

  it("loses no count between two machines", async () => {
    const server = await started();
    const both = [opened(server), opened(server)];
    await both[0]?.put(sampleTool({ name: "pack" }));
    await Promise.all(
      both.flatMap((store) =>
        Array.from({ length: 10 }, () =>
          store.recordUse("pack", 1, { succeeded: true, wallMs: 1 }),
        ),
      ),
    );
    expect((await both[1]?.get("pack"))?.usage.calls).toBe(20);
  });

  it("makes another machine find what this one has stored, replaced and used", async () => {
    const server = await started();
    const left = opened(server);
    const right = opened(server);
    await left.put(sampleTool({ name: "pack", description: "packs items into bins" }));
    expect((await right.search({ text: "pack items", limit: 1 }))[0]?.tool.name).toBe("pack");
    await left.put(sampleTool({ name: "pack", version: 2, body: "2", description: "stows cargo" }));
    await left.recordUse("pack", 2, { succeeded: true, wallMs: 1, query: "lorry dock" });
    const [best] = await right.search({ text: "lorry dock", limit: 1 });
    expect(best?.tool.version).toBe(2);
  });
});

describe("toolstore: qdrant, troubles", () => {
  it("waits as long as the server asks, by the whole of the header", async () => {
    expect(retryAfterMs("30", 0)).toBe(30_000);
    expect(retryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", 4_000)).toBe(6_000);
    expect(retryAfterMs("soon", 0)).toBeUndefined();
    const server = await started();
    const store = opened(server);
    await store.put(sampleTool({ name: "pack" }));
    // A date says whole seconds, so two from now are at least one. Unasked it would wait 100 ms.
    const twoSeconds = (): string => new Date(Date.now() + 2_000).toUTCString();
    for (const header of [() => "1", twoSeconds]) {
      const start = performance.now();
      server.trouble({ status: 429, headers: { "retry-after": header() } });
      await store.get("pack");
      expect(performance.now() - start).toBeGreaterThan(950);
    }
  });

  it("asks again after 503", async () => {
    const server = await started();
    const store = opened(server);
    await store.put(sampleTool({ name: "pack" }));
    server.trouble({ status: 503, times: 2 });
    expect((await store.get("pack")).name).toBe("pack");
  });

  it.each([
    [{ status: 429, times: 9 }, "STORE_BUSY"],
    [{ status: 408, times: 9 }, "STORE_UNAVAILABLE"],
    [{ status: 503, times: 9 }, "STORE_UNAVAILABLE"],
    [{ status: 507, times: 9 }, "STORE_FULL"],
    [{ status: 400, times: 9, error: "Wrong input: no" }, "STORE_REJECTED"],
    [{ status: 422, times: 9, error: "Validation error" }, "STORE_REJECTED"],
  ])("tells %o as %s", async (trouble, code) => {
    const server = await started();
    const store = opened(server, { whenOut: "error" });
    await store.put(sampleTool({ name: "pack" }));
    server.trouble(trouble);
    await expect(store.get("pack")).rejects.toMatchObject({ code, kind: "store" });
  });

  it("gives up on a server that does not answer in time", async () => {
    const server = await started();
    const store = opened(server, { whenOut: "error", timeoutMs: 150 });
    await store.put(sampleTool({ name: "pack" }));
    server.trouble({ status: 200, delayMs: 2_000 });
    await expect(store.get("pack")).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("Timeout"),
    });
  });

  it.each(["acknowledged", "wait_timeout"])(
    "takes %s for not done, and does it once",
    async (status) => {
      const server = await started();
      const store = opened(server, { whenOut: "error" });
      await store.put(sampleTool({ name: "pack" }));
      server.updateStatus = status;
      const use = store.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
      await expect(use).rejects.toMatchObject({ facts: { postponed: true } });
      server.updateStatus = "completed";
      expect((await store.get("pack")).usage.calls).toBe(1);
      expect((await store.health?.())?.pendingWrites).toBe(0);
    },
  );

  it("does a write once whose answer was lost", async () => {
    const server = await started();
    const store = opened(server);
    await store.put(sampleTool({ name: "pack" }));
    server.trouble({ status: 504, on: "/points", afterwards: true });
    await store.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
    expect((await store.get("pack")).usage.calls).toBe(1);
  });

  it("refuses a collection of somebody else's and one of a later release", async () => {
    for (const [metadata, code] of [
      [{}, "NOT_A_TOOL_STORE"],
      [{ schema: 99, embedder: "none" }, "STORE_TOO_NEW"],
      [{ schema: 0, embedder: "none" }, "STORE_TOO_OLD"],
    ] as const) {
      const server = await started();
      const { collectionOf } = await import("../../support/qdrant-points.ts");
      server.collections.set("toolwright", collectionOf({ metadata }));
      await expect(opened(server).list()).rejects.toMatchObject({ code });
      expect(server.collections.get("toolwright")?.rows.size).toBe(0);
    }
  });

  it("names a point that it can not read", async () => {
    const server = await started();
    const store = opened(server);
    await store.put(sampleTool({ name: "pack" }));
    const rows = server.collections.get("toolwright-1")?.rows;
    for (const [id, row] of rows ?? [])
      rows?.set(id, { ...row, payload: { ...row.payload, record: "{}" } });
    await expect(store.get("pack")).rejects.toMatchObject({ code: "CORRUPT_RECORD" });
  });
});

describe("toolstore: qdrant, while the server is out", () => {
  it("finds by words what this home has met, and says so", async () => {
    const server = await started();
    const store = opened(server);
    await store.put(sampleTool({ name: "pack", description: "packs items into bins" }));
    await server.stop();
    const found = await store.search({ text: "pack items", limit: 1 });
    expect(found[0]?.tool.name).toBe("pack");
    expect(found.degraded).toMatch(/by words only among 1 copied tools.*does not answer/);
    expect(await store.list()).toHaveLength(1);
    expect((await store.health?.())?.ok).toBe(false);
    await server.start();
    expect((await store.search({ text: "pack items", limit: 1 })).degraded).toBeUndefined();
  });

  it("keeps writes over the end of the process and sends them in order when it is back", async () => {
    const server = await started();
    const localFile = newFile();
    const first = qdrantToolStore({ url: server.url, localFile, restMs: 0 });
    await first.put(sampleTool({ name: "pack", body: "1" }));
    await server.stop();
    await first.put(sampleTool({ name: "pack", version: 2, body: "2" }));
    await first.recordUse("pack", 2, { succeeded: true, wallMs: 3, query: "pack it" });
    await first.setStatus("pack", 1, "deprecated");
    await first.put(sampleTool({ name: "sort" }));
    expect((await first.get("pack")).version).toBe(2);
    const late = sampleTool({ name: "pack", version: 2, body: "3" });
    await expect(first.put(late)).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
    await first.close();

    await server.start();
    const second = opened(server, { localFile });
    const other = opened(server);
    expect((await second.health?.())?.pendingWrites).toBe(0);
    const history = await other.history("pack");
    expect(history.map(({ version, status }) => [version, status])).toEqual([
      [1, "deprecated"],
      [2, "active"],
    ]);
    expect(history[1]?.usage).toMatchObject({ calls: 1, queries: ["pack it"] });
    expect((await other.get("sort")).name).toBe("sort");
  });

  it("keeps a tool whose version somebody else has taken meanwhile, as a candidate", async () => {
    const server = await started();
    const store = opened(server);
    const port = server.url;
    await store.put(sampleTool({ name: "pack", body: "1" }));
    await server.stop();
    await store.put(sampleTool({ name: "pack", version: 2, body: "mine" }));
    await server.start();
    expect(server.url).toBe(port);
    await opened(server).put(sampleTool({ name: "pack", version: 2, body: "theirs" }));
    const history = await store.history("pack");
    expect(history.map(({ source, status }) => [/mine|theirs/.exec(source)?.[0], status])).toEqual([
      [undefined, "active"],
      ["theirs", "active"],
      ["mine", "candidate"],
    ]);
  });

  it("throws from reads where errors are asked for, and keeps the writes all the same", async () => {
    const server = await started();
    const store = opened(server, { whenOut: "error" });
    await store.put(sampleTool({ name: "pack" }));
    await server.stop();
    await expect(store.search({ text: "pack", limit: 1 })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      retryable: true,
    });
    await expect(store.put(sampleTool({ name: "sort" }))).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      facts: { postponed: true },
    });
    await server.start();
    expect((await store.get("sort")).name).toBe("sort");
  });

  it("leaves the server alone for a while after a failure", async () => {
    const server = await started();
    const store = opened(server, { restMs: 60_000 });
    await store.put(sampleTool({ name: "pack" }));
    await server.stop();
    await store.get("pack");
    await server.start();
    server.requests.splice(0);
    await store.get("pack");
    expect(server.requests).toEqual([]);
  });
});

describe("toolstore: qdrant, another embedder", () => {
  it("is an error until the store is indexed anew, which swaps the collection in one step", async () => {
    const server = await started();
    const plain = opened(server);
    for (const name of ["pack", "sort"]) await plain.put(sampleTool({ name }));
    await plain.recordUse("pack", 1, { succeeded: true, wallMs: 1, query: "fill the lorry" });
    const before = await plain.history("pack");

    const embedding = opened(server, { embedder: hashEmbedder(16) });
    await expect(embedding.search({ text: "pack", limit: 1 })).rejects.toMatchObject({
      code: "EMBEDDER_MISMATCH",
      message: expect.stringContaining("tools reindex"),
    });
    const figures = await embedding.reindex?.(new AbortController().signal);
    expect(figures).toEqual({ tools: 2, embedded: 2 });
    expect(server.aliases.get("toolwright")).toBe("toolwright-2");
    expect(await embedding.history("pack")).toEqual(before);
    expect((await embedding.search({ text: "lorry", limit: 1 }))[0]?.tool.name).toBe("pack");
    for (const { vector } of server.collections.get("toolwright-2")?.rows.values() ?? []) {
      expect(vector.dense).toHaveLength(16);
    }
  });
});
