import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { EventStore } from "../../src/core/ports.ts";
import { exportTraces } from "../../src/export/export.ts";
import { FORMATS, RULES } from "../../src/export/formats.ts";
import { resolved } from "../../src/export/options.ts";
import { finishedRows } from "../../src/export/pipeline.ts";
import { examplesOf } from "../../src/export/recipes.ts";
import { createSpill } from "../../src/export/spill.ts";
import { tokenCounter } from "../../src/export/tokens.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import {
  awkwardStore,
  evolutionRun,
  modelRun,
  requestWithCreation,
  requestWithFailedCall,
  requestWithParallelCalls,
  requestWithPeople,
  stillClock,
} from "../trace/runs.ts";
import { faults } from "../trace/validator.ts";

const home = mkdtempSync(join(tmpdir(), "trace-export-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Few rows of every kind: what a person can read through. */
async function smallStore(): Promise<EventStore> {
  const store = memoryEventStore({ clock: stillClock });
  await requestWithCreation(store, "req-creation");
  await requestWithParallelCalls(store, "req-parallel");
  await requestWithFailedCall(store, "req-failed-call");
  await requestWithPeople(store, "req-people");
  await modelRun(store, "req-models");
  await evolutionRun(store, "evo-packing", { count: 7 });
  await evolutionRun(store, "evo-routing", {
    task: "routing",
    count: 4,
    model: "open-weights:mit",
  });
  return store;
}

describe.each(FORMATS)("export: %s", (format) => {
  it("writes awkward traces as its readers take them", async () => {
    const store = await awkwardStore();
    const out = join(home, "awkward");
    const { folder, files } = await exportTraces(store, { format, out, validation: 0.3 });
    expect(files.length).toBeGreaterThan(0);
    for (const { name, rows } of files) {
      const bytes = readFileSync(join(folder, name));
      expect(faults(format, bytes)).toEqual([]);
      expect(bytes.toString().split("\n")).toHaveLength(rows + 1);
    }
  });

  it("keeps its form", async () => {
    const store = await smallStore();
    const options = resolved({ format, out: home, validation: 0 });
    const examples = [];
    for (const { id } of (await store.runs()).toReversed()) {
      const made = await examplesOf(store, id, RULES[format].kind, options);
      examples.push(...made.examples);
    }
    const spill = createSpill();
    const measures = { tokens: await tokenCounter("bytes"), sealed: [], spill };
    const rows = await finishedRows(examples, options, measures, () => {});
    const text = rows.map(({ line }) => `${line()}\n`).join("");
    spill.close();
    expect(faults(format, Buffer.from(text))).toEqual([]);
    await expect(text).toMatchFileSnapshot(`./golden/${format}.jsonl`);
  });
});
