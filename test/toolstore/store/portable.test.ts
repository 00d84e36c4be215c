import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exportTools, importTools, toolDiff, toolStats } from "../../../toolstore/index.ts";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { usageFigures } from "../../../toolstore/store/stats.ts";
import { sampleTool } from "../sample.ts";

async function library() {
  const store = memoryToolStore();
  await store.put(sampleTool({ name: "pack", body: "1" }));
  await store.put(sampleTool({ name: "pack", version: 2, body: "2" }));
  await store.put(sampleTool({ name: "sort" }));
  await store.setStatus("pack", 1, "deprecated");
  await store.recordUse("pack", 2, { succeeded: true, wallMs: 4, costUsd: 0.5, query: "pack it" });
  return store;
}

describe("exported tools", () => {
  it("come back whole in another store, through JSON text", async () => {
    const from = await library();
    const file = await exportTools(from);
    const to = memoryToolStore();
    expect(await importTools(to, JSON.parse(JSON.stringify(file)))).toEqual({
      added: 3,
      unchanged: 0,
      waiting: [],
    });
    expect(await exportTools(to)).toEqual(file);
    expect(await importTools(to, file)).toEqual({ added: 0, unchanged: 3, waiting: [] });
    expect((await exportTools(from, ["sort"])).tools.map(({ name }) => name)).toEqual(["sort"]);
  });

  it("bring only what is new", async () => {
    const file = await exportTools(await library());
    const to = memoryToolStore();
    await to.put(sampleTool({ name: "pack", body: "1" }));
    expect(await importTools(to, file)).toEqual({ added: 2, unchanged: 1, waiting: [] });
  });

  it("are refused whole where the store holds other code under that version", async () => {
    const file = await exportTools(await library());
    const to = memoryToolStore();
    await to.put(sampleTool({ name: "sort", body: "other" }));
    await expect(importTools(to, file)).rejects.toMatchObject({ code: "IMPORT_CONFLICT" });
    expect((await to.list()).map(({ name }) => name)).toEqual(["sort"]);
  });

  it("are refused, with the place, when changed by hand", async () => {
    const file = await exportTools(await library());
    const to = memoryToolStore();
    const [first, second] = file.tools;
    const changed = {
      ...file,
      tools: [{ ...first, source: "function pack() { return 'evil'; }" }],
    };
    await expect(importTools(to, changed, "tools.json")).rejects.toThrow(
      /tools.json.*digest of pack@1/,
    );
    await expect(importTools(to, { ...file, tools: [second] })).rejects.toThrow(
      /expected pack@1, got @2/,
    );
    await expect(importTools(to, { ...file, tools: [{ ...first, version: "x" }] })).rejects.toThrow(
      /tools\[0\]\.version/,
    );
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (junk) => {
        await expect(importTools(to, junk)).rejects.toMatchObject({ code: "BAD_TOOLS_FILE" });
      }),
      { numRuns: 30 },
    );
    expect(await to.list()).toEqual([]);
  });
});

describe("exported tools that call others", () => {
  const helper = sampleTool({ name: "helper", body: "1" });
  const caller = sampleTool({ name: "caller", body: "helper()", uses: [{ name: "helper" }] });

  it("bring what they call, first, and are incomplete without it", async () => {
    const from = memoryToolStore();
    await from.put(helper);
    await from.put(caller);
    const file = await exportTools(from, ["caller"]);
    expect(file.tools.map(({ name }) => name)).toEqual(["caller", "helper"]);
    const order: string[] = [];
    const to = memoryToolStore();
    const spy = {
      ...to,
      put: async (tool: typeof helper) => {
        order.push(tool.name);
        await to.put(tool);
      },
    };
    await importTools(spy, JSON.parse(JSON.stringify(file)));
    expect(order).toEqual(["helper", "caller"]);

    const alone = { ...file, tools: [caller] };
    await expect(importTools(memoryToolStore(), alone)).rejects.toMatchObject({
      code: "IMPORT_INCOMPLETE",
    });
    expect(await importTools(to, alone)).toMatchObject({ unchanged: 1 });
  });

  it("that need something dangerous wait for a person of this place", async () => {
    const capabilities = { network: ["example.org"], files: false, model: false };
    const file = {
      format: "toolwright-tools",
      formatVersion: 1,
      tools: [sampleTool({ name: "net", capabilities })],
    };
    const to = memoryToolStore();
    expect(await importTools(to, file)).toMatchObject({ added: 1, waiting: ["net@1"] });
    expect((await to.get("net")).status).toBe("candidate");
  });

  it("are refused with a secret in them, or in a circle", async () => {
    const of = (...tools: unknown[]) => ({ format: "toolwright-tools", formatVersion: 1, tools });
    const secret = sampleTool({ name: "leaky", body: `"sk-${"a1b2c3d4e5".repeat(3)}"` });
    const to = memoryToolStore();
    const theirs = sampleTool({ name: "theirs", language: "mcp", origin: "mcp:elsewhere" });
    await expect(importTools(to, of(theirs))).rejects.toThrow(/theirs is a tool of an MCP server/);
    await expect(importTools(to, of(secret))).rejects.toMatchObject({ code: "IMPORT_SECRET" });
    const circle = [
      sampleTool({ name: "chicken", uses: [{ name: "egg" }] }),
      sampleTool({ name: "egg", uses: [{ name: "chicken" }] }),
    ];
    await expect(importTools(to, of(...circle))).rejects.toThrow(/chicken, egg.* in a cycle/);
    expect(await to.list()).toEqual([]);
  });
});

describe("tool diff", () => {
  it("names the fields and shows the lines that differ", () => {
    const before = sampleTool({ name: "f", source: "a\nb\nc" });
    const after = sampleTool({ name: "f", version: 2, source: "a\nx\nc\nd", description: "new" });
    expect(toolDiff(before, after)).toEqual({
      fields: ["description", "source"],
      lines: [" a", "-b", "+x", " c", "+d"],
    });
  });

  it("holds both texts, whatever they are", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, (old, now) => {
        const { lines } = toolDiff(
          sampleTool({ name: "f", source: old.join("\n") }),
          sampleTool({ name: "f", source: now.join("\n") }),
        );
        const side = (gone: string) =>
          lines.filter((l) => !l.startsWith(gone)).map((l) => l.slice(1));
        expect(side("+")).toEqual(old);
        expect(side("-")).toEqual(now);
      }),
    );
  });
});

describe("tool stats", () => {
  it("counts over all versions", async () => {
    const store = await library();
    await store.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
    await store.recordUse("pack", 2, { succeeded: false, wallMs: 1 });
    await store.recordUse("pack", 2, { succeeded: true, wallMs: 1 });
    expect(await toolStats(store)).toEqual({
      tools: 2,
      versions: 3,
      byStatus: { candidate: 0, active: 2, deprecated: 0 },
      calls: 4,
      successes: 3,
      costUsd: 0.5,
      neverUsed: 1,
    });
  });

  it("gives a tool's rates and latencies, the 95th percentile by nearest rank", async () => {
    const store = memoryToolStore();
    await store.put(sampleTool({ name: "timed" }));
    expect(usageFigures((await store.get("timed")).usage)).toMatchObject({
      calls: 0,
      successRate: undefined,
      p95Ms: undefined,
    });
    // 1, 2, ... 120 ms: the latest hundred are 21 ... 120, and the 95th of them is 115.
    for (let ms = 1; ms <= 120; ms++) {
      await store.recordUse("timed", 1, { succeeded: ms % 4 !== 0, wallMs: ms, costUsd: 0.25 });
    }
    expect(usageFigures((await store.get("timed")).usage)).toEqual({
      calls: 120,
      successRate: 0.75,
      meanMs: 60.5,
      p95Ms: 115,
      costUsd: 30,
    });
  });
});
