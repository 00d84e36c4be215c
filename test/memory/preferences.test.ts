/** Preferences: the newest explicit one holds, and nobody sees another's. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError, StoreError } from "../../src/core/errors.ts";
import { type Memory, openMemory } from "../../src/memory/index.ts";
import type { NewPreference } from "../../src/memory/preferences.ts";
import { memoryEventStore } from "../../src/trace/index.ts";

let folder: string;
let memory: Memory;
let count = 0;
const open = (): Memory =>
  openMemory(join(folder, "memory.db"), memoryEventStore(), {
    newId: () => `pref-${++count}`,
    now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, ++count)).toISOString(),
  });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "toolwright-memory-"));
  memory = open();
});
afterEach(() => {
  memory.close();
  rmSync(folder, { recursive: true, force: true });
});

function wish(text: string, more: Partial<NewPreference> = {}): NewPreference {
  return {
    user: "ann",
    scope: "all",
    topic: "language",
    text,
    kind: "explicit",
    confidence: 1,
    source: "said by ann",
    ...more,
  };
}
const inForce = (user = "ann") => memory.preferences.inForce(user).map(({ text }) => text);

describe("preferences", () => {
  it("hold across processes", () => {
    memory.preferences.add(wish("German"));
    memory.close();
    memory = open();
    expect(inForce()).toEqual(["German"]);
  });

  it("of one topic and scope: the newest explicit one holds", () => {
    memory.preferences.add(wish("German"));
    memory.preferences.add(wish("French"));
    memory.preferences.add(wish("Latin", { kind: "inferred", confidence: 0.99 }));
    memory.preferences.add(wish("Metric units", { topic: "units" }));
    memory.preferences.add(wish("English in mails", { scope: "mail" }));
    expect(inForce().sort()).toEqual(["English in mails", "French", "Metric units"]);
    expect(memory.preferences.list("ann")).toHaveLength(5);
  });

  it("that are inferred alone: the surest one holds", () => {
    memory.preferences.add(wish("German", { kind: "inferred", confidence: 0.9 }));
    memory.preferences.add(wish("French", { kind: "inferred", confidence: 0.4 }));
    expect(inForce()).toEqual(["German"]);
  });

  it("become explicit when the person edits them, and are gone when removed", () => {
    const { id } = memory.preferences.add(wish("Germn", { kind: "inferred", confidence: 0.5 }));
    expect(memory.preferences.edit("ann", id, { text: "German" })).toMatchObject({
      text: "German",
      kind: "explicit",
      confidence: 1,
    });
    memory.preferences.remove("ann", id);
    expect(memory.preferences.list("ann")).toEqual([]);
  });

  it("can be neither seen, edited nor removed by another person", () => {
    const { id } = memory.preferences.add(wish("German"));
    expect(memory.preferences.list("bob")).toEqual([]);
    expect(memory.preferences.find("bob", ["German"], 5)).toEqual([]);
    expect(() => memory.preferences.edit("bob", id, { text: "Latin" })).toThrow(InputError);
    expect(() => memory.preferences.remove("bob", id)).toThrow(InputError);
    expect(inForce()).toEqual(["German"]);
  });

  it("are found by what they bear on; those for all requests always", () => {
    memory.preferences.add(wish("Answer in German."));
    memory.preferences.add(wish("Sort tables by date.", { scope: "tables", topic: null }));
    const texts = (query: string) =>
      memory.preferences.find("ann", [query], 5).map(({ text }) => text);
    expect(texts("a table of sales")).toEqual(["Answer in German.", "Sort tables by date."]);
    expect(texts("the weather")).toEqual(["Answer in German."]);
  });

  it("stay where they are when the file is another program's", () => {
    const other = join(folder, "other.db");
    const database = new DatabaseSync(other);
    database.exec("PRAGMA application_id = 7; CREATE TABLE t (x)");
    database.close();
    const ports = { newId: () => "x", now: () => "" };
    expect(() => openMemory(other, memoryEventStore(), ports)).toThrow(StoreError);
    writeFileSync(
      join(folder, "text.db"),
      "no database at all, only a long enough text".repeat(50),
    );
    expect(() => openMemory(join(folder, "text.db"), memoryEventStore(), ports)).toThrow(
      StoreError,
    );
  });
});
