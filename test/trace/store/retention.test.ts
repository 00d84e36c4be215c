import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventStore } from "../../../src/core/ports.ts";
import { pruneTraces, sqliteEventStore, verifyRun } from "../../../src/trace/index.ts";
import { eventOf } from "../../support/events.ts";

const DAY = 86_400_000;
let home: string;
let path: string;
let now: number;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "retention-"));
  path = join(home, "trace.db");
  now = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = (): EventStore =>
  sqliteEventStore(path, { clock: { now: () => now, monotonicMs: () => now } });

async function run(
  store: EventStore,
  id: string,
  { parent, body = "x", end = true }: { parent?: string; body?: string; end?: boolean } = {},
): Promise<void> {
  const kind = parent === undefined ? "request" : "evolution";
  await store.begin({ id, kind, title: id, ...(parent === undefined ? {} : { parent }) });
  await store.append(id, [eventOf("answer-given", { answer: body })]);
  if (end) await store.end(id, "succeeded");
}

const ids = async (store: EventStore) => (await store.runs()).map(({ id }) => id).sort();

test("families that ended before the limit go, with what they started; younger ones stay whole", async () => {
  const store = open();
  await run(store, "old", { end: false });
  await run(store, "old-child", { parent: "old" });
  await store.end("old", "succeeded");
  await run(store, "long-old", { end: false });
  now += 40 * DAY;
  await run(store, "long-old-child", { parent: "long-old" });
  await store.end("long-old", "succeeded");
  await run(store, "young");
  await store.close();

  const planned = pruneTraces(path, { maxDays: 30 }, { now, dryRun: true });
  expect(planned.removed).toEqual(["old", "old-child"]);
  expect(planned.bytesAfter).toBe(planned.bytesBefore);
  expect(pruneTraces(path, { maxDays: 30 }, { now }).removed).toEqual(planned.removed);

  const left = open();
  expect(await ids(left)).toEqual(["long-old", "long-old-child", "young"]);
  for (const id of await ids(left)) expect((await verifyRun(left, id)).ok).toBe(true);
  await left.close();
});

test("a run that is running or waiting keeps its family, however old", async () => {
  const store = open();
  await run(store, "asks", { end: false });
  await run(store, "asks-child", { parent: "asks" });
  const claim = await store.claim("asks", { leaseMs: 1_000 });
  await store.suspend("asks", claim?.epoch ?? 0, { seen: 0 });
  await run(store, "runs", { end: false });
  now += 400 * DAY;
  const result = pruneTraces(path, { maxDays: 1, maxBytes: 1 }, { now });
  expect(result.removed).toEqual([]);
  await store.close();
});

test("the oldest go until the file is small enough, and the room is given back", async () => {
  const store = open();
  for (let n = 0; n < 20; n++) {
    // Each body differs, so that none is shared.
    await run(store, `run-${n}`, { body: `${n}`.padStart(2, "0").repeat(20_000) });
    now += 1_000;
  }
  await store.close();
  const maxBytes = Math.round(statSync(path).size / 2);
  const planned = pruneTraces(path, { maxBytes }, { now, dryRun: true });
  const result = pruneTraces(path, { maxBytes }, { now });
  expect(result.removed).toEqual(planned.removed);
  // The oldest, in order, and no more than were needed: one run takes a twentieth of the file.
  const count = result.removed.length;
  expect(result.removed).toEqual(Array.from({ length: count }, (_, n) => `run-${n}`));
  expect(count).toBeGreaterThanOrEqual(9);
  expect(count).toBeLessThanOrEqual(12);
  expect(statSync(path).size).toBeLessThanOrEqual(maxBytes);
  expect(result.bytesAfter).toBe(statSync(path).size);
});

test("a long text that a remaining run shares stays", async () => {
  const store = open();
  const body = "shared ".repeat(2_000);
  await run(store, "first", { body });
  now += 2 * DAY;
  await run(store, "second", { body });
  await store.close();
  pruneTraces(path, { maxDays: 1 }, { now });
  const left = open();
  const events = [];
  for await (const event of left.events("second")) events.push(event.data);
  expect(events).toMatchObject([{ answer: body }]);
  expect((await verifyRun(left, "second")).ok).toBe(true);
  await left.close();
});
