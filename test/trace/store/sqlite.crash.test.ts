import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { verifyRun } from "../../../src/trace/store/chain.ts";
import { sqliteEventStore } from "../../../src/trace/store/sqlite.ts";
import { all } from "../../contracts/event-store.ts";
import { foreignEvent } from "../../support/events.ts";

const ROUNDS = 15;
/** Of the moments of the kills. */
const SEED = 7;
const home = mkdtempSync(join(tmpdir(), "trace-crash-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Appends calls of 1 to 3 events, small and large, and says after each which number is on disk. */
const WRITER = `
  const [path, run] = process.argv.slice(1);
  const { sqliteEventStore } = await import(${JSON.stringify(new URL("../../../src/trace/store/sqlite.ts", import.meta.url).href)});
  const { writeSync } = await import("node:fs");
  const store = sqliteEventStore(path);
  await store.begin({ id: run, kind: "evolution", title: "" });
  writeSync(1, "ready\\n");
  for (let n = 0; ; ) {
    const events = Array.from({ length: 1 + (n % 3) }, () => {
      const text = (n % 7 === 0 ? "long text " : "x").repeat(1 + (n * 37) % 900);
      return { type: "note", data: { n: n++, text } };
    });
    await store.append(run, events);
    writeSync(1, n + "\\n");
  }`;

describe("a killed writer", () => {
  it(`loses nothing that was acknowledged and tears nothing, ${ROUNDS} times (seed ${SEED})`, {
    timeout: 120_000,
  }, async () => {
    const path = join(home, "events.sqlite");
    const random = seededRandom(SEED, "kills");
    let acknowledgedInAll = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const run = `run-${round}`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", WRITER, path, run]);
      let said = "";
      const started = new Promise<void>((resolve) => {
        child.stdout.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          resolve();
        });
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      await started;
      // Any moment between the first commit and some hundreds of them.
      await new Promise((resolve) => setTimeout(resolve, random.integer(120)));
      child.kill("SIGKILL");
      await ended;

      const lines = said.split("\n").slice(0, -1);
      const acknowledged = lines.length > 1 ? Number(lines.at(-1)) : 0;
      acknowledgedInAll += acknowledged;
      const store = sqliteEventStore(path);
      const events = await all(store, run);
      expect(events.length).toBeGreaterThanOrEqual(acknowledged);
      expect(events.map(({ data }) => (data as { n: number }).n)).toEqual(
        events.map((_, index) => index),
      );
      expect(await verifyRun(store, run)).toMatchObject({ ok: true, events: events.length });
      expect((await store.run(run)).status).toBe("interrupted");
      // The next append joins on.
      await store.append(run, [foreignEvent("note", { n: events.length })]);
      expect((await verifyRun(store, run)).ok).toBe(true);
      await store.end(run, "failed");
      await store.close();
    }
    expect(acknowledgedInAll).toBeGreaterThan(ROUNDS);
  });
});
