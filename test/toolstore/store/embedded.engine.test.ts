import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import type { Embedder } from "../../../src/core/ports.ts";
import { embeddedToolStore } from "../../../toolstore/store/embedded.ts";
import { toolStoreContract } from "../../contracts/tool-store.ts";
import { hashEmbedder } from "../hash-embedder.ts";
import { sampleTool } from "../sample.ts";

const folder = mkdtempSync(join(tmpdir(), "tool-store-"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
let files = 0;
const newPath = () => join(folder, `${++files}.db`);

function startWriter(path: string, name: string, count: number): ChildProcess {
  const script = fileURLToPath(new URL("./writer.ts", import.meta.url));
  const child = spawn(process.execPath, [script, path, name, `${count}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

/** Lines that the child has printed until `stop` says that it is enough, or it ends. */
async function lines(child: ChildProcess, stop: (count: number) => boolean): Promise<number[]> {
  const found: number[] = [];
  if (child.stdout === null) throw new Error("the child has no stdout");
  for await (const line of createInterface({ input: child.stdout })) {
    found.push(Number(line));
    if (stop(found.length)) break;
  }
  return found;
}

/** Airplanes and "zoomzoom" point one way, everything else the other. */
function rhymes(): Embedder {
  return {
    id: "rhymes",
    dims: 8,
    async embed(texts) {
      return texts.map((text) => {
        const vector = new Float32Array(8);
        vector[/airplane|zoom/.test(text) ? 0 : 1] = 1;
        return vector;
      });
    },
  };
}

describe("toolstore: embedded", () => {
  toolStoreContract(async () => embeddedToolStore(newPath()));

  it("gives back everything after it was closed and opened again", async () => {
    const path = join(folder, "made", "on", "demand.db");
    const first = embeddedToolStore(path);
    await first.put(sampleTool({ name: "pack", body: "1" }));
    await first.put(sampleTool({ name: "pack", version: 2, body: "2" }));
    await first.setStatus("pack", 1, "deprecated");
    await first.recordUse("pack", 2, { succeeded: true, wallMs: 3, query: "pack things" });
    const before = await first.history("pack");
    await first.close();
    const second = embeddedToolStore(path);
    expect(await second.history("pack")).toEqual(before);
    expect((await second.search({ text: "pack things", limit: 1 }))[0]?.tool.version).toBe(2);
    await second.close();
  });

  it("refuses work after close, and says to open it again", async () => {
    const store = embeddedToolStore(newPath());
    await store.close();
    await store.close();
    await expect(store.list()).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await expect(store.put(sampleTool({ name: "a" }))).rejects.toMatchObject({
      code: "STORE_CLOSED",
    });
  });

  it("shows two connections to one file each other's writes, in get, list and search", async () => {
    const path = newPath();
    const left = embeddedToolStore(path);
    const right = embeddedToolStore(path);
    await left.put(sampleTool({ name: "pack", description: "packs items into bins" }));
    expect((await right.search({ text: "pack items", limit: 1 }))[0]?.tool.name).toBe("pack");
    await right.put(sampleTool({ name: "pack", version: 2, body: "2" }));
    await right.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
    expect((await left.get("pack")).version).toBe(2);
    expect((await left.get("pack", 1)).usage.calls).toBe(1);
    const late = sampleTool({ name: "pack", version: 2, body: "3" });
    await expect(left.put(late)).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
    await left.close();
    await right.close();
  });

  it("lets two processes write one file without losing a version", async () => {
    const path = newPath();
    embeddedToolStore(path).close();
    const writers = ["left", "right"].map((name) => startWriter(path, name, 12));
    const store = embeddedToolStore(path);
    for (let version = 1; version <= 12; version++) {
      await store.put(sampleTool({ name: "middle", version, body: `${version}` }));
    }
    const printed = await Promise.all(writers.map((child) => lines(child, () => false)));
    const expected = Array.from({ length: 12 }, (_, i) => i + 1);
    expect(printed).toEqual([expected, expected]);
    for (const name of ["left", "middle", "right"]) {
      expect((await store.history(name)).map(({ version }) => version)).toEqual(expected);
    }
    await store.close();
  });

  it("loses no acknowledged version when its process is killed, wherever that hits", async () => {
    for (const kill of [1, 4, 9]) {
      const path = newPath();
      const child = startWriter(path, "pack", 100_000);
      const acknowledged = await lines(child, (count) => count >= kill);
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      const store = embeddedToolStore(path);
      const versions = (await store.history("pack")).map(({ version }) => version);
      expect(versions.length).toBeGreaterThanOrEqual(acknowledged.length);
      expect(versions).toEqual(versions.map((_, i) => i + 1));
      const next = versions.length + 1;
      await store.put(sampleTool({ name: "pack", version: next, body: "after" }));
      expect(await store.history("pack")).toHaveLength(next);
      await store.close();
    }
  });

  it("refuses files that are no tool store and leaves them as they are", () => {
    const text = newPath();
    writeFileSync(text, "these are notes, and long enough to be taken for a header. ".repeat(20));
    const before = readFileSync(text);
    expect(() => embeddedToolStore(text)).toThrow(ConfigError);
    expect(() => embeddedToolStore(text)).toThrow(/another kind of file.*choose another path/);
    expect(readFileSync(text)).toEqual(before);

    const foreign = newPath();
    const database = new DatabaseSync(foreign);
    database.exec("CREATE TABLE recipes (name TEXT)");
    database.close();
    expect(() => embeddedToolStore(foreign)).toThrow(/another kind of file/);
    const after = new DatabaseSync(foreign);
    expect(after.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "recipes" }]);
    after.close();
  });

  it("refuses a file of a later release", async () => {
    const path = newPath();
    await embeddedToolStore(path).close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => embeddedToolStore(path)).toThrow(/schema 99.*upgrade/);
  });

  it("says what to do about a place that it can not write", () => {
    const file = newPath();
    writeFileSync(file, "");
    for (const path of [join(file, "below.db"), folder]) {
      expect(() => embeddedToolStore(path)).toThrow(/a file it can write.*another folder/);
    }
  });

  // Root may write anywhere.
  it("says what to do about a folder without permission", ({ skip }) => {
    skip(process.getuid?.() === 0, "root may write anywhere");
    const locked = mkdtempSync(join(folder, "locked-"));
    chmodSync(locked, 0o500);
    expect(() => embeddedToolStore(join(locked, "tools.db"))).toThrow(/a file it can write/);
    expect(existsSync(join(locked, "tools.db"))).toBe(false);
  });

  it("takes over a file of the schema before", async () => {
    const path = newPath();
    const first = embeddedToolStore(path);
    await first.put(sampleTool({ name: "pack" }));
    await first.close();
    const database = new DatabaseSync(path);
    database.exec(
      "DROP INDEX tools_by_status; DROP TABLE vectors; DROP TABLE facts; DROP TABLE saved_index; PRAGMA user_version = 1",
    );
    database.close();
    const second = embeddedToolStore(path);
    expect((await second.search({ text: "pack", limit: 1 }))[0]?.tool.name).toBe("pack");
    await second.close();
  });

  describe("with an embedder", () => {
    it("finds by meaning what shares no word, after it was opened again too", async () => {
      const path = newPath();
      const embedder = rhymes();
      const first = embeddedToolStore(path, { embedder });
      await first.put(sampleTool({ name: "alpha", description: "airplane departures" }));
      await first.put(sampleTool({ name: "beta", description: "kitchen dishes" }));
      expect((await first.search({ text: "zoomzoom", limit: 1 }))[0]?.tool.name).toBe("alpha");
      await first.close();
      const second = embeddedToolStore(path, { embedder });
      expect((await second.search({ text: "zoomzoom", limit: 1 }))[0]?.tool.name).toBe("alpha");
      await second.close();
    });

    it("refuses vectors of another embedder until the store is indexed anew", async () => {
      const path = newPath();
      const first = embeddedToolStore(path, { embedder: hashEmbedder(16) });
      await first.put(sampleTool({ name: "pack" }));
      await first.close();
      const second = embeddedToolStore(path, { embedder: hashEmbedder(32) });
      await expect(second.search({ text: "pack", limit: 1 })).rejects.toMatchObject({
        code: "EMBEDDER_MISMATCH",
        kind: "operator",
      });
      expect((await second.get("pack")).name).toBe("pack");
      expect((await second.health?.())?.ok).toBe(false);
      expect(await second.reindex?.(new AbortController().signal)).toEqual({
        tools: 1,
        embedded: 1,
      });
      expect(await second.search({ text: "pack", limit: 1 })).toHaveLength(1);
      await second.close();
    });

    it("finds by words alone while the embedder fails, and says so", async () => {
      const embedder = {
        ...hashEmbedder(16),
        async embed(): Promise<Float32Array[]> {
          throw new Error("no route");
        },
      };
      const store = embeddedToolStore(newPath(), { embedder });
      await store.put(sampleTool({ name: "pack", description: "packs items" }));
      const found = await store.search({ text: "pack items", limit: 1 });
      expect(found[0]?.tool.name).toBe("pack");
      expect(found.degraded).toMatch(/words only.*no route/);
      await store.close();
    });
  });

  it("names the record that it can not read", async () => {
    const path = newPath();
    const store = embeddedToolStore(path);
    await store.put(sampleTool({ name: "pack" }));
    await store.close();
    const database = new DatabaseSync(path);
    database.exec("UPDATE tools SET record = '{\"name\": 7}'");
    database.close();
    const again = embeddedToolStore(path);
    await expect(again.get("pack")).rejects.toMatchObject({
      code: "CORRUPT_RECORD",
      message: expect.stringContaining("pack@1"),
    });
    await again.close();
  });
});
