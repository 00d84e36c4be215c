import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventStore } from "../../src/core/ports.ts";
import { runAttempt } from "../../src/journal/durable.ts";
import { sendSignal } from "../../src/journal/send.ts";
import { verifyRun } from "../../src/trace/store/chain.ts";
import { sqliteEventStore } from "../../src/trace/store/sqlite.ts";
import { all } from "../contracts/event-store.ts";
import { EVENTS } from "../support/events.ts";
import { EFFECTS, orderWorkflow, TOTAL } from "./order-workflow.ts";
import { portsOf } from "./request.ts";

const home = mkdtempSync(join(tmpdir(), "runtime-crash-"));
const path = join(home, "trace.db");
/** Some sixty processes start here: each finds compiled what the first one compiled. */
const cache = fileURLToPath(new URL("../../node_modules/.cache/toolwright", import.meta.url));
const worker = fileURLToPath(new URL("./crash-worker.ts", import.meta.url));
let store: EventStore;

beforeAll(() => {
  store = sqliteEventStore(path);
});
afterAll(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

/** One attempt in a process of its own. */
function fork(id: string, failpoint?: string): Promise<{ killed: boolean }> {
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: cache,
    ...(failpoint === undefined ? {} : { TOOLWRIGHT_FAILPOINT: failpoint }),
  };
  const args = ["--disable-warning=ExperimentalWarning", worker, path, id, effectsOf(id)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env }, (error, _out, errors) => {
      if (error === null) resolve({ killed: false });
      else if (error.signal === "SIGKILL") resolve({ killed: true });
      else reject(new Error(`the worker failed: ${errors}`));
    });
  });
}

/** An attempt in this process. */
function liveHere(id: string) {
  return runAttempt(
    portsOf(store),
    id,
    orderWorkflow((key) => writeFileSync(effectsOf(id), `${key}\n`, { flag: "a" })),
    { cancel: new AbortController().signal },
  );
}

const effectsOf = (id: string): string => join(home, `${id}.effects`);

async function begin(id: string): Promise<void> {
  writeFileSync(effectsOf(id), "");
  await store.begin({ id, kind: "request", title: "" });
  // Given back, so that another process may have it.
  await store.claim(id, { leaseMs: 1_000 });
  await store.suspend(id, 1, { seen: 0 });
}

/** To the end, by whoever comes: the answer arrives when it is asked for. */
async function finish(id: string): Promise<void> {
  for (let attempts = 0; attempts < 5; attempts++) {
    if ((await store.run(id)).endedAt !== undefined) return;
    const end = await liveHere(id);
    if (end.kind === "ended") return;
    expect(end.kind).toBe("waiting");
    await sendSignal(store, id, { id: "the-answer", name: "answer", payload: 5 });
  }
  throw new Error("the request does not end");
}

const isNoMoney = ([type]: readonly unknown[]) => !String(type).startsWith("budget-");

const transcript = async (id: string) =>
  (await all(store, id)).map(({ type, data }) => [type, data]);

describe("a request whose process is killed", () => {
  it("ends as if nothing had happened, whichever write it was killed at", {
    timeout: 600_000,
  }, async () => {
    await begin("whole");
    await finish("whole");
    const { sum } = await store.run("whole");
    const expected = await transcript("whole");

    // First the attempt up to the question, then the one after it, each cut at every write of it.
    for (const answered of [false, true]) {
      let cuts = 0;
      for (let write = 1; ; write++) {
        const ids = await Promise.all(
          (["before", "after"] as const).map(async (side) => {
            const id = `${answered ? "late" : "early"}-${side}-${write}`;
            await begin(id);
            if (answered) {
              expect((await liveHere(id)).kind).toBe("waiting");
              await sendSignal(store, id, { id: "the-answer", name: "answer", payload: 5 });
            }
            const { killed } = await fork(id, `${side}:${write}`);
            await finish(id);
            return { id, killed };
          }),
        );
        for (const { id, killed } of ids) {
          const effects = readFileSync(effectsOf(id), "utf8").trimEnd().split("\n");
          expect(new Set(effects).size, id).toBe(EFFECTS);
          // What was under way when it died may have happened twice, with the same key.
          expect(effects.length - EFFECTS, id).toBeLessThanOrEqual(killed ? 1 : 0);
          // What was put aside and maybe spent is put aside anew: money alone may differ.
          const told = await transcript(id);
          expect(told.filter(isNoMoney), id).toEqual(expected.filter(isNoMoney));
          const put = told.filter(([type]) => type === "budget-reserved").length;
          expect(put, id).toBeLessThanOrEqual(killed ? 2 : 1);
          const run = await store.run(id);
          expect(run.status).toBe("succeeded");
          if (put === 1) expect(run.sum, id).toBe(sum);
          expect((await verifyRun(store, id)).ok).toBe(true);
        }
        if (ids.every(({ killed }) => !killed)) break;
        cuts++;
      }
      // 4 steps, 1 outer with 2 inner and a note, 1 payment: 2 writes each, 2 of money, notes, waits.
      expect(cuts).toBeGreaterThanOrEqual(answered ? 10 : 20);
    }
    const answers = (await all(store, "whole")).filter(({ type }) => type === "answer-given");
    expect(answers.map(({ data }) => data)).toEqual([
      { ...EVENTS["answer-given"].data, answer: String(TOTAL) },
    ]);
  });
});
