import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { benchTrace } from "../../../src/bench/trace.ts";
import { EngineError } from "../../../src/core/errors.ts";
import type { EventStore } from "../../../src/core/ports.ts";
import { verifyRun } from "../../../src/trace/store/chain.ts";
import { sqliteEventStore } from "../../../src/trace/store/sqlite.ts";
import { all, codeOf, eventStoreContract, step } from "../../contracts/event-store.ts";
import { foreignEvent } from "../../support/events.ts";

const home = mkdtempSync(join(tmpdir(), "event-store-"));
let files = 0;
const newPath = () => join(home, `${files++}`, "events.sqlite");
const storeModule = new URL("../../../src/trace/store/sqlite.ts", import.meta.url).href;

/** Programs of the system, where it has them. */
const [MOUNT, UNMOUNT] = ["mount", "umount"] as const;

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("event store: sqlite", () => {
  eventStoreContract(async () => sqliteEventStore(newPath()));

  it("keeps everything across a reopening", async () => {
    const path = newPath();
    const store = sqliteEventStore(path);
    await store.begin({ id: "a", kind: "request", title: "t" });
    await store.append("a", [step(1), foreignEvent("note", "x".repeat(9_000))]);
    await store.end("a", "succeeded");
    const before = await all(store, "a");
    await store.close();
    await store.close();
    expect(await codeOf(store.append("a", [step(1)]))).toBe("STORE_CLOSED");

    const again = sqliteEventStore(path);
    expect(await all(again, "a")).toEqual(before);
    expect((await again.run("a")).status).toBe("succeeded");
    await again.close();
  });

  it("stores a long string once, however often it comes", async () => {
    const path = newPath();
    const store = sqliteEventStore(path);
    await store.begin({ id: "a", kind: "request", title: "" });
    const body = "long text ".repeat(1_000);
    await store.append(
      "a",
      Array.from({ length: 200 }, () => foreignEvent("note", { body })),
    );
    await store.close();
    // 200 x 10 kB would be 2 MB.
    expect(statSync(path).size).toBeLessThan(200_000);
    const again = sqliteEventStore(path);
    expect(
      (await all(again, "a")).every(({ data }) => (data as { body: string }).body === body),
    ).toBe(true);
    await again.close();
  });

  it("serves several processes on one file, each run gapless", async () => {
    const path = newPath();
    const program = `
      const { sqliteEventStore } = await import(${JSON.stringify(storeModule)});
      const store = sqliteEventStore(${JSON.stringify(path)});
      const id = "run-" + process.argv[1];
      await store.begin({ id, kind: "evolution", title: id });
      for (let n = 0; n < 60; n++) await store.append(id, [{ type: "step-end", data: { n } }]);
      for (let n = 0; n < 20; n++) await store.append("shared", [{ type: "step-end", data: { n } }]);
      await store.end(id, "succeeded");
      await store.close();`;
    const own = sqliteEventStore(path);
    await own.begin({ id: "shared", kind: "evolution", title: "" });
    const run = promisify(execFile);
    await Promise.all(
      ["1", "2", "3"].map((name) =>
        run(process.execPath, ["--input-type=module", "-e", program, name]),
      ),
    );
    for (const id of ["run-1", "run-2", "run-3"]) {
      expect((await all(own, id)).map(({ data }) => (data as { n: number }).n)).toEqual(
        Array.from({ length: 60 }, (_, n) => n),
      );
    }
    expect(await verifyRun(own, "shared")).toMatchObject({ events: 60, problems: [] });
    await own.close();
  });

  it("lists a run whose process died as interrupted and lets another process take it over", async () => {
    const path = newPath();
    const child = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `const { sqliteEventStore } = await import(${JSON.stringify(storeModule)});
       const store = sqliteEventStore(${JSON.stringify(path)});
       await store.begin({ id: "a", kind: "evolution", title: "" });
       await store.append("a", [{ type: "step-end", data: { n: 0 } }]);
       console.log("ready");
       setInterval(() => {}, 1000);`,
    ]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const store = sqliteEventStore(path);
    expect((await store.run("a")).status).toBe("running");
    expect(await codeOf(store.begin({ id: "a", kind: "evolution", title: "" }))).toBe("RUN_EXISTS");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    expect((await store.run("a")).status).toBe("interrupted");
    expect((await store.runs())[0]?.status).toBe("interrupted");

    await store.begin({ id: "a", kind: "evolution", title: "" });
    expect((await store.run("a")).status).toBe("running");
    await store.append("a", [step(1)]);
    expect((await all(store, "a")).map(({ data }) => data)).toEqual([{ n: 0 }, { n: 1 }]);
    await store.end("a", "succeeded");
    expect((await store.run("a")).status).toBe("succeeded");
    await store.close();
  });

  it("goes on with a file from before requests could be carried on", async () => {
    const path = newPath();
    const first = sqliteEventStore(path);
    await first.begin({ id: "a", kind: "request", title: "t" });
    await first.append("a", [step(1)]);
    await first.close();
    // What format 1 did not have.
    const file = new DatabaseSync(path);
    file.exec("DROP INDEX runs_due; DROP TABLE once");
    for (const column of ["owner_place", "epoch", "due_at", "woken"]) {
      file.exec(`ALTER TABLE runs DROP COLUMN ${column}`);
    }
    file.exec("PRAGMA user_version = 1");
    file.close();

    const again = sqliteEventStore(path);
    expect(await verifyRun(again, "a")).toMatchObject({ events: 1, ok: true });
    expect(await again.claim("a", { leaseMs: 60_000 })).toEqual({ epoch: 1 });
    expect(await again.append("a", [step(2)], { epoch: 1, once: "k" })).toBe("appended");
    await again.close();
  });

  it("shares one commit among concurrent appends", async () => {
    const path = newPath();
    const store = sqliteEventStore(path);
    await store.begin({ id: "a", kind: "evolution", title: "" });
    await Promise.all(Array.from({ length: 500 }, (_, n) => store.append("a", [step(n)])));
    // A commit writes at least the page that changed and a 24-byte frame header, 4,120 bytes; 500
    // commits of two pages or more would be over 4 MB.
    expect(statSync(`${path}-wal`).size).toBeLessThan(1_000_000);
    await store.close();
  });
});

describe("event store: sqlite: faults", () => {
  it("refuses a damaged file and another program's, and leaves them as they are", () => {
    const noise = newPath();
    mkdirSync(join(noise, ".."), { recursive: true });
    writeFileSync(noise, "SQLite format 3\u0000".padEnd(5_000, "noise"));
    const foreign = `${noise}-foreign`;
    const other = new DatabaseSync(foreign);
    other.exec("CREATE TABLE notes (text TEXT)");
    other.close();
    const text = `${noise}-text`;
    writeFileSync(text, "just a text file ".repeat(100));

    for (const path of [noise, foreign, text]) {
      const before = readFileSync(path);
      const error = thrown(() => sqliteEventStore(path));
      expect(error.code).toBe("CORRUPT_RECORD");
      expect(error.message).toContain("another path");
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  it("says what to do when the place cannot be written", () => {
    const file = newPath();
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, "");
    for (const path of [join(file, "below", "events.sqlite"), join(file, "..")]) {
      const error = thrown(() => sqliteEventStore(path));
      expect(error).toMatchObject({ kind: "operator", code: "TRACE_UNWRITABLE" });
      expect(error.message).toMatch(/permission|another/);
    }
  });

  it("names each damaged, missing or moved event when a run is verified", async () => {
    const damage: Record<string, string> = {
      "UPDATE events SET data = replace(data, '7', '8')": "does not match its content",
      "UPDATE events SET data = substr(data, 1, 4) WHERE id % 1024 = 8": "cannot be read",
      "DELETE FROM events WHERE id % 1024 = 8": "missing",
      "DELETE FROM events WHERE id % 1024 > 8": "has 20 events, read up to 8",
      "UPDATE events SET time = 'x' WHERE id % 1024 = 8": "damaged",
      "UPDATE bodies SET text = x'00'": "damaged",
      "DELETE FROM bodies": "missing",
    };
    for (const [statement, problem] of Object.entries(damage)) {
      const path = newPath();
      const store = sqliteEventStore(path);
      await store.begin({ id: "a", kind: "evolution", title: "" });
      for (let n = 1; n <= 20; n++) {
        await store.append("a", [
          foreignEvent("note", { n, body: n === 8 ? "long ".repeat(2_000) : "" }),
        ]);
      }
      expect((await verifyRun(store, "a")).problems).toEqual([]);
      await store.close();
      const file = new DatabaseSync(path);
      file.exec(statement);
      file.close();

      const again = sqliteEventStore(path);
      const { problems } = await verifyRun(again, "a");
      expect(problems[0]).toContain(problem);
      expect(problems[0]).toMatch(/^event [78]: /);
      await again.close();
    }
  });

  it("never takes a damaged file for a whole one, whichever byte is changed or cut off", async () => {
    const path = newPath();
    const store = sqliteEventStore(path);
    await store.begin({ id: "a", kind: "evolution", title: "" });
    for (let n = 0; n < 40; n++) {
      const data = { n, text: "text ".repeat(n === 7 ? 2_000 : 20) };
      await store.append("a", [foreignEvent("note", data, { volatile: { n }, link: "other" })]);
    }
    const whole = JSON.stringify(await all(store, "a"));
    await store.close();
    const bytes = readFileSync(path);

    const damages = [
      ...Array.from({ length: 120 }, (_, index) => {
        const damaged = Buffer.from(bytes);
        const at = Math.floor((index * bytes.length) / 120) + ((index * 37) % 97);
        damaged[at] = (damaged[at] ?? 0) ^ (1 + (index % 255));
        return damaged;
      }),
      ...Array.from({ length: 20 }, (_, index) =>
        bytes.subarray(0, Math.floor((bytes.length * (index + 0.5)) / 20)),
      ),
    ];
    let noticed = 0;
    for (const [index, damaged] of damages.entries()) {
      const copy = `${path}-${index}`;
      writeFileSync(copy, damaged);
      let again: EventStore | undefined;
      try {
        again = sqliteEventStore(copy);
        const { ok } = await verifyRun(again, "a");
        if (!ok) noticed++;
        // Bytes that nothing is kept in may change.
        else expect(JSON.stringify(await all(again, "a"))).toBe(whole);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        expect(error.code).toMatch(/^(CORRUPT_RECORD|RUN_NOT_FOUND)$/);
        noticed++;
      } finally {
        await again?.close();
      }
    }
    expect(noticed).toBeGreaterThan(60);
  });

  it("fails closed on a full disk, keeps what it had and goes on when there is room", async ({
    skip,
  }) => {
    const folder = join(home, "small-disk");
    mkdirSync(folder, { recursive: true });
    const mounted = spawnSync(MOUNT, ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder]);
    if (mounted.status !== 0) skip("this user may not mount a small file system");
    try {
      const filler = join(folder, "filler");
      writeFileSync(filler, "x".repeat(300_000));
      const store = sqliteEventStore(join(folder, "events.sqlite"));
      await store.begin({ id: "a", kind: "evolution", title: "" });
      let stored = 0;
      let error: unknown;
      while (stored < 2_000 && error === undefined) {
        const data = { n: stored, text: `${stored}`.padStart(1_000, "x") };
        error = await store.append("a", [foreignEvent("note", data)]).then(
          () => void stored++,
          (reason: unknown) => reason,
        );
      }
      expect(error).toMatchObject({ kind: "store", code: "TRACE_FULL", retryable: true });
      expect((error as Error).message).toContain("Free some space");
      expect(await all(store, "a")).toHaveLength(stored);
      rmSync(filler);
      await store.append("a", [step(1)]);
      expect(await verifyRun(store, "a")).toMatchObject({ events: stored + 1, ok: true });
      await store.close();
    } finally {
      spawnSync(UNMOUNT, [folder]);
    }
  });

  it("measures what recording costs", async () => {
    const rows = await benchTrace({ events: 64, folder: home });
    expect(rows.map(({ way, bytes, batch }) => `${way} ${bytes} ${batch}`)).toEqual(
      [400, 4_096].flatMap((bytes) =>
        [1, 64].flatMap((batch) => [`store ${bytes} ${batch}`, `insert loop ${bytes} ${batch}`]),
      ),
    );
    for (const row of rows) expect(row.eventsPerSecond).toBeGreaterThan(0);
  });
});

function thrown(work: () => unknown): EngineError {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
