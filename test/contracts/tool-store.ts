/**
 * What every tool store keeps, whatever it is made of. `open` gives a fresh, empty store.
 */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Evidence } from "../../src/core/evidence.ts";
import type { ToolFilter, ToolStore } from "../../src/core/ports.ts";
import { sampleTool } from "../toolstore/sample.ts";

const SURE: Evidence = {
  status: "trusted",
  bits: 12,
  searched: 3,
  heldOut: { passed: 2, total: 2 },
  unsureOn: [],
};

export function toolStoreContract(open: () => Promise<ToolStore>): void {
  const opened: ToolStore[] = [];
  const fresh = async () => {
    const store = await open();
    opened.push(store);
    return store;
  };
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  describe("versions", () => {
    it("gives back what was put, field for field", async () => {
      const store = await fresh();
      const tool = sampleTool({
        name: "pack",
        cases: [{ args: [[1, 2], "a"], expected: { b: null } }],
      });
      await store.put(tool);
      expect(await store.get("pack")).toEqual(tool);
      expect(await store.get("pack", 1)).toEqual(tool);
      expect(await store.history("pack")).toEqual([tool]);
    });

    it("keeps every version, oldest first, and gives the highest active one as current", async () => {
      const store = await fresh();
      const first = sampleTool({ name: "pack", body: "1" });
      const second = sampleTool({ name: "pack", version: 2, body: "2" });
      const third = sampleTool({ name: "pack", version: 3, body: "3", status: "candidate" });
      for (const tool of [first, second, third]) await store.put(tool);
      expect(await store.history("pack")).toEqual([first, second, third]);
      expect(await store.get("pack")).toEqual(second);
      expect(await store.get("pack", 1)).toEqual(first);
      expect(await store.list()).toEqual([second]);
    });

    it("gives the highest version where none is active", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack", body: "1", status: "deprecated" }));
      await store.put(sampleTool({ name: "pack", version: 2, body: "2", status: "candidate" }));
      expect((await store.get("pack")).version).toBe(2);
    });

    it("takes the same digest again for no new version", async () => {
      const store = await fresh();
      const tool = sampleTool({ name: "pack" });
      await store.put(tool);
      await store.put(tool);
      await store.put({ ...tool, version: 2 });
      expect(await store.history("pack")).toEqual([tool]);
    });

    it.each([0, 1, 3, 7])(
      "refuses version %i after version 1 and writes nothing",
      async (version) => {
        const store = await fresh();
        await store.put(sampleTool({ name: "pack", body: "1" }));
        const late = sampleTool({ name: "pack", version, body: "2" });
        await expect(store.put(late)).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
        expect((await store.history("pack")).length).toBe(1);
      },
    );

    it("refuses a first version other than 1", async () => {
      const store = await fresh();
      const tool = sampleTool({ name: "pack", version: 2 });
      await expect(store.put(tool)).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
      await expect(store.get("pack")).rejects.toMatchObject({ code: "TOOL_NOT_FOUND" });
      expect(await store.list()).toEqual([]);
    });

    it("refuses a digest that is not the content's", async () => {
      const store = await fresh();
      const tool = { ...sampleTool({ name: "pack" }), digest: "0".repeat(64) };
      await expect(store.put(tool)).rejects.toMatchObject({ code: "BAD_DIGEST", kind: "caller" });
      expect(await store.list()).toEqual([]);
    });

    it("lets exactly one of many concurrent puts of the same version win", async () => {
      const store = await fresh();
      const rivals = Array.from({ length: 8 }, (_, i) =>
        sampleTool({ name: "pack", body: `${i}` }),
      );
      const outcomes = await Promise.allSettled(rivals.map((tool) => store.put(tool)));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await store.history("pack")).toHaveLength(1);
    });

    it("keeps histories gapless under any interleaving of puts", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({ name: fc.constantFrom("a", "b"), version: fc.integer({ min: 1, max: 4 }) }),
            { maxLength: 24 },
          ),
          async (attempts) => {
            const store = await open();
            try {
              const tools = attempts.map((attempt, i) => sampleTool({ ...attempt, body: `${i}` }));
              const outcomes = await Promise.allSettled(tools.map((tool) => store.put(tool)));
              for (const name of ["a", "b"]) {
                const won = tools.filter(
                  (tool, i) => tool.name === name && outcomes[i]?.status === "fulfilled",
                );
                const history = won.length === 0 ? [] : await store.history(name);
                expect(history.map(({ version }) => version)).toEqual(won.map((_, i) => i + 1));
                expect(history).toEqual(won);
              }
            } finally {
              await store.close();
            }
          },
        ),
        { numRuns: 25, seed: 7 },
      );
    });

    it("holds copies: what the caller changes later is not stored", async () => {
      const store = await fresh();
      const cases = [{ args: [1], expected: 1 }];
      await store.put({ ...sampleTool({ name: "pack" }), cases });
      cases.push({ args: [2], expected: 2 });
      expect((await store.get("pack")).cases).toHaveLength(1);
    });
  });

  describe("what is not there", () => {
    it("names the tools that are, when a name is unknown", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack" }));
      for (const attempt of [
        () => store.get("unpack"),
        () => store.history("unpack"),
        () => store.setStatus("unpack", 1, "active"),
        () => store.setEvidence("unpack", 1, { evidence: SURE, description: "", cases: [] }),
        () => store.recordUse("unpack", 1, { succeeded: true, wallMs: 1 }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({
          code: "TOOL_NOT_FOUND",
          message: expect.stringContaining("pack"),
        });
      }
    });

    it("says so for a version that does not exist", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack" }));
      for (const attempt of [
        () => store.get("pack", 2),
        () => store.get("pack", 0),
        () => store.setStatus("pack", 2, "active"),
        () => store.recordUse("pack", 2, { succeeded: true, wallMs: 1 }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: "TOOL_NOT_FOUND" });
      }
    });
  });

  describe("new evidence", () => {
    it("replaces that of its version, adds cases with other arguments, and keeps the code", async () => {
      const store = await fresh();
      const before = sampleTool({ name: "pack" });
      await store.put({ ...before, cases: [{ args: [1], expected: 1 }] });
      await store.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
      const cases = [
        { args: [1], expected: 9 },
        { args: [2], expected: 2 },
      ];
      await store.setEvidence("pack", 1, { evidence: SURE, description: "packs", cases });
      const after = await store.get("pack");
      expect(after).toMatchObject({ version: 1, digest: before.digest, usage: { calls: 1 } });
      expect(after).toMatchObject({ evidence: SURE, description: "packs" });
      expect(after.cases).toEqual([
        { args: [1], expected: 1 },
        { args: [2], expected: 2 },
      ]);
      expect(await store.history("pack")).toEqual([after]);
    });
  });

  describe("a reported result", () => {
    it("stays with its version, the latest for its arguments, and calls after it keep it", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack" }));
      const wrong = { succeeded: false, wallMs: 0 };
      for (const [args, expected] of [
        [[1], 2],
        [[3], 4],
        [[1], 5],
      ] as const) {
        await store.recordUse("pack", 1, { ...wrong, reported: { args: [...args], expected } });
      }
      await store.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
      expect((await store.get("pack")).usage.reported).toEqual([
        { args: [3], expected: 4 },
        { args: [1], expected: 5 },
      ]);
    });
  });

  describe("a call that is told twice", () => {
    it("counts once by its id; calls without one always count", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack" }));
      const use = { succeeded: true, wallMs: 2 };
      for (const id of ["a", "a", "b", "a"]) await store.recordUse("pack", 1, { ...use, id });
      for (let n = 0; n < 2; n++) await store.recordUse("pack", 1, use);
      expect((await store.get("pack", 1)).usage).toMatchObject({ calls: 4, totalMs: 8 });
    });
  });

  describe("status", () => {
    it("lists current versions by name, all or those of a status", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "c" }));
      await store.put(sampleTool({ name: "a", status: "candidate" }));
      await store.put(sampleTool({ name: "b" }));
      const names = async (statuses?: ("active" | "candidate" | "deprecated")[]) =>
        (await store.list(statuses === undefined ? {} : { statuses })).map(({ name }) => name);
      expect(await names()).toEqual(["a", "b", "c"]);
      expect(await names(["active"])).toEqual(["b", "c"]);
      expect(await names(["candidate"])).toEqual(["a"]);
      expect(await names(["deprecated"])).toEqual([]);
    });

    it("falls back to the version before when the current one is deprecated", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack", body: "1" }));
      await store.put(sampleTool({ name: "pack", version: 2, body: "2" }));
      await store.setStatus("pack", 2, "deprecated");
      expect((await store.get("pack")).version).toBe(1);
      expect((await store.get("pack", 2)).status).toBe("deprecated");
      expect(await store.history("pack")).toHaveLength(2);
      await store.setStatus("pack", 2, "active");
      expect((await store.get("pack")).version).toBe(2);
    });

    it("counts on from the highest version, deprecated or not", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack", body: "1" }));
      await store.put(sampleTool({ name: "pack", version: 2, body: "2" }));
      await store.setStatus("pack", 2, "deprecated");
      const again = sampleTool({ name: "pack", version: 2, body: "3" });
      await expect(store.put(again)).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
      await store.put({ ...again, version: 3 });
      expect((await store.get("pack")).version).toBe(3);
    });
  });

  describe("usage", () => {
    it("adds up calls, successes, time and cost", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack" }));
      await store.recordUse("pack", 1, {
        succeeded: true,
        wallMs: 5,
        costUsd: 0.25,
        query: "pack it",
      });
      await store.recordUse("pack", 1, {
        succeeded: false,
        wallMs: 7,
        error: "threw: no",
        query: "bad",
      });
      expect((await store.get("pack")).usage).toEqual({
        calls: 2,
        successes: 1,
        totalMs: 12,
        costUsd: 0.25,
        lastErrors: ["threw: no"],
        queries: ["pack it"],
        latencies: [5, 7],
      });
    });

    it("loses no count among concurrent calls", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack" }));
      await Promise.all(
        Array.from({ length: 40 }, () =>
          store.recordUse("pack", 1, { succeeded: true, wallMs: 1 }),
        ),
      );
      expect((await store.get("pack")).usage).toMatchObject({
        calls: 40,
        successes: 40,
        totalMs: 40,
      });
    });

    it("keeps the five newest errors and the thirty newest distinct queries", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack" }));
      for (let i = 0; i < 40; i++) {
        await store.recordUse("pack", 1, { succeeded: true, wallMs: 1, query: `query ${i}` });
        await store.recordUse("pack", 1, { succeeded: false, wallMs: 1, error: `error ${i}` });
      }
      await store.recordUse("pack", 1, { succeeded: true, wallMs: 1, query: "query 20" });
      const { usage } = await store.get("pack");
      expect(usage.lastErrors).toEqual([
        "error 35",
        "error 36",
        "error 37",
        "error 38",
        "error 39",
      ]);
      expect(usage.queries).toHaveLength(30);
      expect(usage.queries.at(-1)).toBe("query 20");
      expect(usage.queries.at(-2)).toBe("query 39");
      expect(new Set(usage.queries).size).toBe(30);
    });

    it("counts per version", async () => {
      const store = await fresh();
      await store.put(sampleTool({ name: "pack", body: "1" }));
      await store.put(sampleTool({ name: "pack", version: 2, body: "2" }));
      await store.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
      expect((await store.get("pack", 1)).usage.calls).toBe(1);
      expect((await store.get("pack", 2)).usage.calls).toBe(0);
    });
  });

  describe("search", () => {
    const packing = sampleTool({
      name: "pack_items_online",
      description:
        "Packs items that arrive one at a time into bins of equal capacity, using few bins.",
    });
    const dates = sampleTool({
      name: "formatDate",
      description: "Writes a calendar date in ISO 8601 format.",
    });

    it("puts the tool that fits first, with scores in [0, 1], best first", async () => {
      const store = await fresh();
      await store.put(packing);
      await store.put(dates);
      const matches = await store.search({ text: "put arriving items into bins", limit: 10 });
      expect(matches[0]?.tool.name).toBe("pack_items_online");
      const scores = matches.map(({ score }) => score);
      expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
      expect(scores).toEqual([...scores].sort((a, z) => z - a));
    });

    it("finds by a hypothesis what the request does not name", async () => {
      const store = await fresh();
      await store.put(packing);
      await store.put(dates);
      const matches = await store.search({
        text: "when did it happen",
        hypotheses: ["formatDate(date: string): string", "writes a date as ISO 8601"],
        limit: 1,
      });
      expect(matches.map(({ tool }) => tool.name)).toEqual(["formatDate"]);
    });

    it("finds active tools alone unless asked, and a deprecated one only by name", async () => {
      const store = await fresh();
      await store.put(packing);
      await store.setStatus("pack_items_online", 1, "deprecated");
      await store.put({ ...dates, status: "candidate" });
      expect(await store.search({ text: "pack items, format dates", limit: 5 })).toEqual([]);
      const candidates = await store.search({
        text: "pack items, format dates",
        limit: 5,
        statuses: ["candidate", "active"],
      });
      expect(candidates.map(({ tool }) => tool.name)).toEqual(["formatDate"]);
      expect((await store.get("pack_items_online")).status).toBe("deprecated");
    });

    it("finds one version of a name, the highest of the statuses asked for", async () => {
      const store = await fresh();
      await store.put(packing);
      await store.put(
        sampleTool({
          name: "pack_items_online",
          description: packing.description,
          version: 2,
          body: "2",
          status: "candidate",
        }),
      );
      const found = async (statuses: ("active" | "candidate")[]) =>
        (await store.search({ text: "pack items", limit: 5, statuses })).map(
          ({ tool }) => tool.version,
        );
      expect(await found(["active"])).toEqual([1]);
      expect(await found(["active", "candidate"])).toEqual([2]);
    });

    it("finds what a filter admits: language, needs, origin, version", async () => {
      const store = await fresh();
      const like = { description: "packs items into bins" };
      await store.put(sampleTool({ name: "plain", ...like }));
      await store.put(sampleTool({ name: "snake", language: "python", ...like }));
      const capabilities = { network: ["host"], files: true, model: false };
      await store.put(sampleTool({ name: "needy", capabilities, ...like }));
      await store.put(sampleTool({ name: "foreign", origin: "mcp:shop", ...like }));
      await store.put(sampleTool({ name: "old", ...like }));
      await store.put(sampleTool({ name: "old", version: 2, body: "2", ...like }));
      const found = async (filter: ToolFilter) =>
        (await store.search({ text: "pack items", limit: 9, filter }))
          .map(({ tool }) => tool.name)
          .sort();
      expect(await found({})).toEqual(["foreign", "needy", "old", "plain", "snake"]);
      expect(await found({ languages: ["python"] })).toEqual(["snake"]);
      expect(await found({ needs: [] })).toEqual(["foreign", "old", "plain", "snake"]);
      expect(await found({ needs: ["files"] })).not.toContain("needy");
      expect(await found({ needs: ["files", "network"] })).toContain("needy");
      expect(await found({ origins: ["mcp:shop"] })).toEqual(["foreign"]);
      expect(await found({ origins: [""], needs: [], languages: ["javascript"] })).toEqual([
        "old",
        "plain",
      ]);
      expect(await found({ minVersion: 2 })).toEqual(["old"]);
      expect(await found({ maxVersion: 1 })).not.toContain("old");
    });

    it("finds a tool by words of requests that it has served", async () => {
      const store = await fresh();
      await store.put(packing);
      await store.put(dates);
      expect(await store.search({ text: "lorry dock", limit: 1 })).toEqual([]);
      await store.recordUse("pack_items_online", 1, {
        succeeded: true,
        wallMs: 1,
        query: "fill the lorry at the dock",
      });
      const [best] = await store.search({ text: "lorry dock", limit: 1 });
      expect(best?.tool.name).toBe("pack_items_online");
    });

    it("gives at most `limit`, and nothing for words that nobody has", async () => {
      const store = await fresh();
      for (let i = 0; i < 5; i++)
        await store.put(sampleTool({ name: `pack_${i}`, description: "packs items" }));
      expect(await store.search({ text: "pack items", limit: 3 })).toHaveLength(3);
      expect(await store.search({ text: "zzyzx", limit: 3 })).toEqual([]);
      expect(await store.search({ text: "", limit: 3 })).toEqual([]);
      expect(await store.search({ text: "the of and", limit: 3 })).toEqual([]);
    });
  });
}
