/** The index in the file: written as the store grows, read by whoever comes next, never trusted blindly. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { ToolStore } from "../../../src/core/ports.ts";
import { embeddedToolStore } from "../../../toolstore/store/embedded.ts";
import { chainOf, type SegmentHead } from "../../../toolstore/store/embedded-index.ts";
import { hashEmbedder } from "../hash-embedder.ts";
import { sampleTool } from "../sample.ts";

const folder = mkdtempSync(join(tmpdir(), "tool-index-"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
let files = 0;
const newPath = () => join(folder, `${++files}.db`);

const described = (i: number) =>
  sampleTool({ name: `tool_${i}`, description: `handles case ${i} of ${i % 7} cargo loads` });

async function fill(store: ToolStore, from: number, to: number): Promise<void> {
  await Promise.all(Array.from({ length: to - from }, (_, i) => store.put(described(from + i))));
}

function chain(path: string): readonly SegmentHead[] {
  const database = new DatabaseSync(path);
  try {
    return chainOf(database);
  } finally {
    database.close();
  }
}

const TEXTS = ["cargo loads", "tool 17", "case 1100"];
const ask = (store: ToolStore) =>
  Promise.all(TEXTS.map((text) => store.search({ text, limit: 10 })));

/** Starts a script that keeps writing. @returns It, once it has printed so many lines, and those. */
async function killed(
  args: readonly string[],
  enough: number,
  afterMs: number,
): Promise<readonly string[]> {
  const script = fileURLToPath(new URL("./index-writer.ts", import.meta.url));
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const printed: string[] = [];
  const gone = once(child, "exit");
  const reached = Promise.withResolvers<void>();
  const ended = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      if (printed.push(line) === enough) reached.resolve();
    }
  })();
  await Promise.race([reached.promise, gone]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill("SIGKILL");
  expect((await gone)[1]).toBe("SIGKILL");
  await ended;
  return printed;
}

describe("toolstore: the index in the file", { timeout: 60_000 }, () => {
  it("reads its index back from the file, and takes in what came after", {
    timeout: 60_000,
  }, async () => {
    const path = newPath();
    const first = embeddedToolStore(path);
    const tools = Array.from({ length: 1_200 }, (_, i) =>
      sampleTool({ name: `tool_${i}`, description: `handles case ${i} of ${i % 7} cargo loads` }),
    );
    await Promise.all(tools.map((tool) => first.put(tool)));
    const texts = ["cargo loads", "tool 17", "case 1100"];
    const ask = (store: ToolStore) =>
      Promise.all(texts.map((text) => store.search({ text, limit: 10 })));
    const before = await ask(first);
    await first.close();

    const database = new DatabaseSync(path);
    const parts = database.prepare("SELECT count(*) AS n FROM saved_index").get();
    expect(parts?.n).toBeGreaterThan(10);
    // An index that was made of the records would notice: these can not be read any more.
    database.exec("CREATE TABLE kept AS SELECT name, record FROM tools");
    database.exec("UPDATE tools SET record = '{}' WHERE name NOT IN ('tool_17')");
    const second = embeddedToolStore(path);
    const [best] = await second.search({ text: "tool 17", limit: 1 });
    expect(best?.tool.name).toBe("tool_17");
    database.exec(
      "UPDATE tools SET record = (SELECT record FROM kept WHERE kept.name = tools.name)",
    );
    database.exec("DROP TABLE kept");
    database.close();
    expect(await ask(second)).toEqual(before);
    await second.put(sampleTool({ name: "late", description: "zebra crossing" }));
    expect((await second.search({ text: "zebra", limit: 1 }))[0]?.tool.name).toBe("late");
    await second.close();
  });

  it("makes its index anew where the saved one is not readable", { timeout: 60_000 }, async () => {
    const path = newPath();
    const first = embeddedToolStore(path);
    await Promise.all(
      Array.from({ length: 1_100 }, (_, i) => first.put(sampleTool({ name: `tool_${i}` }))),
    );
    await first.close();
    const database = new DatabaseSync(path);
    database.exec(`UPDATE saved_index SET bytes = '{"format": 99}' WHERE part = '0 head'`);
    database.close();
    const second = embeddedToolStore(path);
    expect((await second.search({ text: "tool 17", limit: 1 }))[0]?.tool.name).toBe("tool_17");
    await second.close();
  });

  it("writes only what is new, and all anew when that has outgrown the rest", async () => {
    const path = newPath();
    const store = embeddedToolStore(path);
    const seen: (readonly SegmentHead[])[] = [];
    for (let count = 0; count < 6_000; count += 600) {
      await fill(store, count, count + 600);
      seen.push(chain(path));
    }
    await store.setStatus("tool_17", 1, "deprecated");
    await fill(store, 6_000, 6_200);
    await store.close();
    seen.push(chain(path));
    let appended = 0;
    for (const [i, segments] of seen.entries()) {
      segments.forEach(({ from }, n) => {
        expect(from).toBe(n === 0 ? 0 : segments[n - 1]?.change);
      });
      const [base, ...later] = segments.map(({ names }) => names);
      expect(later.reduce((sum, names) => sum + names, 0)).toBeLessThanOrEqual(base ?? 0);
      if (later.length > 0 && base === seen[i - 1]?.[0]?.names) appended++;
    }
    expect(appended).toBeGreaterThan(0);
    const sizes = new Set(seen.map(([first]) => first?.names));
    // All anew each time that it has doubled, not each time that it has grown.
    expect(sizes.size).toBeLessThanOrEqual(5);
    expect(seen.at(-1)?.at(-1)?.change).toBe(6_201);
    // A later segment takes the place of what the first says of a name.
    const second = embeddedToolStore(path);
    const found = await second.search({ text: "tool 17 handles case 17", limit: 5 });
    expect(found.map(({ tool }) => tool.name)).not.toContain("tool_17");
    expect(found).toEqual(await fresh(path));
    await second.close();
  });

  /** What a store says that has made its index of the tools alone. */
  async function fresh(path: string) {
    const copy = newPath();
    const database = new DatabaseSync(path);
    database.exec(`VACUUM INTO '${copy}'`);
    database.close();
    const copied = new DatabaseSync(copy);
    copied.exec("DELETE FROM saved_index");
    copied.close();
    const store = embeddedToolStore(copy);
    const found = await store.search({ text: "tool 17 handles case 17", limit: 5 });
    await store.close();
    return found;
  }

  it("is read by an open store when another process has put many tools", async () => {
    const path = newPath();
    const embedder = hashEmbedder(16);
    const reader = embeddedToolStore(path, { embedder });
    await reader.put(described(9_999));
    expect(await reader.search({ text: "case 9999", limit: 1 })).toHaveLength(1);
    const writer = embeddedToolStore(path);
    await fill(writer, 0, 2_500);
    await writer.close();
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE kept AS SELECT name, record FROM tools");
    // Who reads the tools themselves would meet these.
    database.exec("UPDATE tools SET record = '{}' WHERE name NOT IN ('tool_1100', 'tool_9999')");
    const found = await reader.search({ text: "case 1100", limit: 1 });
    expect(found[0]?.tool.name).toBe("tool_1100");
    database.close();
    await reader.close();
  });

  it("goes on from the last whole segment where a later one is torn", async () => {
    const path = newPath();
    const store = embeddedToolStore(path);
    await fill(store, 0, 2_000);
    await fill(store, 2_000, 3_200);
    const before = await ask(store);
    await store.close();
    const database = new DatabaseSync(path);
    database.exec("UPDATE saved_index SET bytes = x'00ff' WHERE part = '1 active documents'");
    database.close();
    const second = embeddedToolStore(path);
    expect(await ask(second)).toEqual(before);
    await second.close();
  });

  it("stays as it was when its writer is killed in the middle", async () => {
    const path = newPath();
    const store = embeddedToolStore(path);
    await fill(store, 0, 2_000);
    const before = await ask(store);
    await store.close();
    const whole = chain(path);
    expect(await killed(["half", path], 1, 0)).toEqual(["half"]);
    expect(chain(path)).toEqual(whole);
    const second = embeddedToolStore(path);
    expect(await ask(second)).toEqual(before);
    await second.close();
  });

  it.each([0, 60, 150, 400])(
    "lets every acknowledged tool be found when a bulk insert is killed after %s ms",
    async (afterMs) => {
      const path = newPath();
      const printed = await killed(["fill", path], 2, afterMs);
      const store = embeddedToolStore(path);
      for (const count of printed) {
        const last = Number(count) - 1;
        const found = await store.search({ text: `tool ${last} handles case ${last}`, limit: 1 });
        expect(found[0]?.tool.name).toBe(`tool_${last}`);
      }
      await store.close();
    },
  );
});
