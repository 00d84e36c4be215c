/** Attempts at requests: who may write, what ends them, what wakes them. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { Json } from "../../src/core/json.ts";
import type { EventStore } from "../../src/core/ports.ts";
import type { Steps } from "../../src/core/steps.ts";
import { type AttemptEnd, CANCEL, runAttempt } from "../../src/journal/durable.ts";
import { emptyJournal, readJournal, readStored } from "../../src/journal/journal.ts";
import { sendSignal } from "../../src/journal/send.ts";
import { work } from "../../src/journal/worker.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { sqliteEventStore } from "../../src/trace/store/sqlite.ts";
import { all } from "../contracts/event-store.ts";
import { foreignEvent } from "../support/events.ts";
import { live, portsOf } from "./request.ts";

const home = mkdtempSync(join(tmpdir(), "durable-"));
let files = 0;
afterAll(() => rmSync(home, { recursive: true, force: true }));
const sqlite = () => sqliteEventStore(join(home, `${files++}`, "trace.db"));

async function begun(store: EventStore, id = "r"): Promise<EventStore> {
  await store.begin({ id, kind: "request", title: "" });
  return store;
}

async function statuses(store: EventStore, id = "r"): Promise<readonly string[]> {
  const events = (await all(store, id)).filter(({ type }) => type === "request-status");
  return events.map(({ data }) => {
    const { from, to, actor } = data as Record<string, string>;
    return `${from}>${to} ${actor}`;
  });
}

function waitsOf(end: AttemptEnd): readonly { readonly name: string }[] {
  return end.kind === "waiting" ? end.waits : [];
}

const ask = async (steps: Steps): Promise<Json> =>
  (await steps.waitFor("go", { question: "may I?" }))?.payload ?? null;

/** Of a process that does nothing more, not even renew its lease. */
const asleep = (store: EventStore): EventStore => ({
  ...store,
  renew: () => new Promise(() => undefined),
});

/** Until a step of "r" has begun, and a lease of 1 ms is over. */
async function untilStarted(store: EventStore): Promise<void> {
  const started = async (): Promise<boolean> =>
    (await all(store, "r")).some(({ type }) => type === "step-started");
  while (!(await started())) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("an attempt", () => {
  it("ends at a wait, holding nothing, and each change of status has its cause and actor", async () => {
    const store = await begun(sqlite());
    const first = await live(portsOf(store), "r", ask);
    expect(first.end).toMatchObject({ kind: "waiting", status: "WAITING_FEEDBACK" });
    expect(first.end).toMatchObject({ waits: [{ name: "go", question: "may I?" }] });
    expect((await store.run("r")).status).toBe("waiting");
    await sendSignal(store, "r", { id: "1", name: "go", payload: "yes" });
    const second = await live(portsOf(store), "r", ask);
    expect(second).toMatchObject({ end: { kind: "ended", status: "SUCCEEDED" }, value: "yes" });
    expect(await statuses(store)).toEqual([
      "NOT_STARTED>IN_PROGRESS engine",
      "IN_PROGRESS>WAITING_FEEDBACK engine",
      "WAITING_FEEDBACK>IN_PROGRESS user",
      "IN_PROGRESS>SUCCEEDED engine",
    ]);
    await store.close();
  });

  it("is the only one of its request at a time", async () => {
    const store = await begun(sqlite());
    const attempts = await Promise.all(
      Array.from({ length: 4 }, () =>
        live(portsOf(store), "r", (steps) =>
          steps.step("slow", async () => {
            await new Promise((resolve) => setTimeout(resolve, 50));
            return 1;
          }),
        ),
      ),
    );
    expect(attempts.map(({ end }) => end.kind).sort()).toEqual(["ended", "held", "held", "held"]);
    await store.close();
  });

  it("that was taken for dead changes nothing when it wakes up", async () => {
    const store = await begun(memoryEventStore());
    const hang = Promise.withResolvers<Json>();
    const ran: string[] = [];
    const workflow = (who: string) => async (steps: Steps) => {
      const value = await steps.step("a", async () => {
        ran.push(who);
        return who === "zombie" ? hang.promise : who;
      });
      return steps.step("b", async () => {
        ran.push(`${who}-b`);
        return value;
      });
    };
    // A lease of nothing that is not renewed: it is over before anybody looks.
    const zombie = live(portsOf(asleep(store)), "r", workflow("zombie"), { leaseMs: 1 });
    const refused = expect(zombie).rejects.toMatchObject({ code: "FENCED" });
    await untilStarted(store);
    const heir = await live(portsOf(store), "r", workflow("heir"));
    hang.resolve("late");
    await refused;
    expect(heir).toMatchObject({ end: { status: "SUCCEEDED" }, value: "heir" });
    expect(ran).toEqual(["zombie", "heir", "heir-b"]);
    const done = (await all(store, "r")).filter(({ type }) => type === "step-done");
    expect(done).toHaveLength(2);
  });

  it("that fails ends the request with what went wrong, and its caller hears it", async () => {
    const store = await begun(memoryEventStore());
    const failing = live(portsOf(store), "r", (steps) =>
      steps.step("a", () => Promise.reject(new Error("no such luck"))),
    );
    await expect(failing).rejects.toThrow("no such luck");
    expect((await store.run("r")).status).toBe("failed");
    const last = (await all(store, "r")).at(-1);
    expect(last).toMatchObject({ data: { to: "FAILED", cause: "UNEXPECTED: no such luck" } });
  });

  it("leaves a request as it was when the journal can not be written, for a later one", async () => {
    let laterMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + laterMs };
    const store = await begun(memoryEventStore({ clock }));
    let full = false;
    const broken: EventStore = {
      ...store,
      append: (...args) =>
        full
          ? Promise.reject(Object.assign(new Error("no room"), { code: "TRACE_FULL" }))
          : store.append(...args),
    };
    const workflow = async (steps: Steps): Promise<Json> => {
      await steps.step("a", async () => 1);
      full = true;
      return steps.step("b", async () => 2);
    };
    await expect(live(portsOf(broken), "r", workflow)).rejects.toThrow("no room");
    laterMs = 60_000; // The lease is over.
    expect(await statuses(store)).toEqual(["NOT_STARTED>IN_PROGRESS engine"]);
    const ran: string[] = [];
    // Its lease of 1 ms has to be over.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const later = await live(portsOf(store), "r", async (steps) => {
      await steps.step("a", async () => ran.push("a"));
      return steps.step("b", async () => ran.push("b"));
    });
    expect(later.end).toMatchObject({ status: "SUCCEEDED" });
    expect(ran).toEqual(["b"]);
  });

  it("on a read-only home says so and what to do", async ({ skip }) => {
    if (process.getuid?.() === 0) skip("root may write anywhere");
    const folder = mkdtempSync(join(home, "read-only-"));
    chmodSync(folder, 0o500);
    expect(() => sqliteEventStore(join(folder, "trace.db"))).toThrow(/write permission/);
  });
});

describe("cancel", () => {
  const never = new AbortController().signal;
  afterEach(() => vi.useRealTimers());

  it("stops a running request within half a second, even one that does not listen", async () => {
    // Time moves by hand here: a look every 100 ms and 400 ms of grace, on any machine.
    vi.useFakeTimers();
    for (const listens of [true, false]) {
      const store = await begun(memoryEventStore());
      const run = live(portsOf(store), "r", (steps) =>
        steps.step("a", ({ signal }) => {
          if (!listens) return new Promise(() => undefined);
          return new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          });
        }),
      );
      let end: AttemptEnd | undefined;
      const ended = run.then((lived) => {
        end = lived.end;
      });
      await vi.advanceTimersByTimeAsync(1_000);
      expect(end).toBeUndefined();
      await sendSignal(store, "r", { id: "c", name: CANCEL, payload: { reason: "enough" } });
      await vi.advanceTimersByTimeAsync(listens ? 100 : 500);
      await ended;
      expect(end).toMatchObject({ kind: "ended", status: "CANCELED", cause: "enough" });
      expect((await statuses(store)).at(-1)).toBe("IN_PROGRESS>CANCELED user");
      expect((await all(store, "r")).map(({ type }) => type)).not.toContain("step-failed");
    }
  });

  it("ends a queued and a waiting request without doing anything of it", async () => {
    for (const waits of [true, false]) {
      const store = await begun(memoryEventStore());
      if (waits) await live(portsOf(store), "r", ask);
      await sendSignal(store, "r", { id: "c", name: CANCEL, payload: null });
      let ran = false;
      const end = await runAttempt(
        portsOf(store),
        "r",
        async () => {
          ran = true;
          return { status: "SUCCEEDED", cause: "" };
        },
        { cancel: never },
      );
      expect(end).toMatchObject({ status: "CANCELED" });
      expect(ran).toBe(false);
      expect((await store.run("r")).status).toBe("canceled");
    }
  });
});

describe("signals", () => {
  it("that come while a request is being given back are not missed", {
    timeout: 60_000,
  }, async () => {
    const store = memoryEventStore();
    let inTheMiddle = 0;
    for (let n = 0; n < 200; n++) {
      const id = `r${n}`;
      await begun(store, id);
      // Between the last look and the write that gives it back.
      const between: EventStore = {
        ...store,
        async suspend(...args) {
          inTheMiddle++;
          await sendSignal(store, id, { id: "1", name: "go", payload: n });
          return store.suspend(...args);
        },
      };
      const { end, value } = await live(portsOf(between), id, ask);
      expect(end.kind).toBe("ended");
      expect(value).toBe(n);
    }
    expect(inTheMiddle).toBe(200);
  });

  it("replay: the journal read from the events is what the attempt had", async () => {
    const store = await begun(memoryEventStore());
    await live(portsOf(store), "r", async (steps) => {
      await Promise.all([steps.step("a", async () => 1), steps.step("b", async () => 2)]);
      return ask(steps);
    });
    await sendSignal(store, "r", { id: "1", name: "go", payload: 1 });
    const read = await readJournal(store, "r");
    const stepwise = emptyJournal();
    for (const event of await all(store, "r")) {
      readStored(stepwise, event);
    }
    expect(stepwise).toEqual(read);
    expect([...read.done.keys()].sort()).toEqual(["a#1", "b#1"]);
  });

  it("passes over what another version wrote, and names what it can not read of its own", async () => {
    const store = await begun(memoryEventStore());
    await store.append("r", [foreignEvent("step-postponed", { key: "b#1" })]);
    const { end } = await live(portsOf(store), "r", async (steps) =>
      steps.step("a", async () => 1),
    );
    expect(end).toMatchObject({ status: "SUCCEEDED" });

    const damaged = await begun(memoryEventStore());
    await damaged.append("r", [foreignEvent("step-done", { key: "a#1" })]);
    await expect(readJournal(damaged, "r")).rejects.toMatchObject({
      code: "CORRUPT_RECORD",
      message: expect.stringContaining("step-done: volatile: "),
    });
  });
});

describe("sleepers", () => {
  it("a thousand wake once, in the order of their times, and hold no attempt meanwhile", {
    timeout: 60_000,
  }, async () => {
    let now = Date.parse("2030-01-01T00:00:00Z");
    const clock = { now: () => now, monotonicMs: () => performance.now() };
    const store = memoryEventStore({ clock });
    const ports = portsOf(store, clock);
    const woke: number[] = [];
    const sleeper = (n: number) => async (steps: Steps) => {
      const until = new Date(now + (1_000 - n) * 60_000).toISOString();
      await steps.sleepUntil("nap", until);
      woke.push(n);
      return n;
    };
    await Promise.all(
      Array.from({ length: 1_000 }, async (_, n) => {
        await begun(store, `r${n}`);
        const { end } = await live(ports, `r${n}`, sleeper(n));
        expect(end).toMatchObject({ kind: "waiting", status: "IN_PROGRESS" });
      }),
    );
    expect(await store.due()).toEqual([]);
    now += 1_001 * 60_000;
    const due = await store.due();
    expect(due).toEqual(Array.from({ length: 1_000 }, (_, index) => `r${999 - index}`));
    await work(
      store,
      async (id) => void (await live(ports, id, sleeper(Number(id.slice(1))))),
      { concurrency: 1, everyMs: 1, untilIdle: true },
      new AbortController().signal,
    );
    expect(woke).toEqual(Array.from({ length: 1_000 }, (_, index) => 999 - index));
  });
});

describe("a step whose outcome is not known", () => {
  const pay = (paid: string[]) => (steps: Steps) =>
    steps.step(
      "pay",
      async ({ attempt }) => {
        paid.push(`attempt ${attempt}`);
        return "paid";
      },
      { onUncertain: "ask", input: { usd: 5 } },
    );

  /** As a process leaves it that dies inside the body. */
  async function cutOff(): Promise<EventStore> {
    const store = await begun(memoryEventStore());
    const dying = live(
      portsOf(asleep(store)),
      "r",
      (steps) => steps.step("pay", () => new Promise(() => undefined), { onUncertain: "ask" }),
      { leaseMs: 1 },
    );
    dying.catch(() => undefined);
    await untilStarted(store);
    return store;
  }

  it.each([
    [{ decision: "retry" }, "paid", ["attempt 2"]],
    [{ decision: "skip", result: "was paid" }, "was paid", []],
  ])("is asked about, and %j is done", async (payload, value, expected) => {
    const store = await cutOff();
    const paid: string[] = [];
    const asked = await live(portsOf(store), "r", pay(paid));
    expect(asked.end).toMatchObject({
      status: "WAITING_FEEDBACK",
      waits: [{ question: { kind: "uncertain-step", step: "pay#1" } }],
    });
    const { name } = waitsOf(asked.end)[0] ?? { name: "" };
    await sendSignal(store, "r", { id: "1", name, payload });
    expect((await live(portsOf(store), "r", pay(paid))).value).toBe(value);
    expect(paid).toEqual(expected);
  });

  it("can end the request", async () => {
    const store = await cutOff();
    const asked = await live(portsOf(store), "r", pay([]));
    const { name } = waitsOf(asked.end)[0] ?? { name: "" };
    await sendSignal(store, "r", {
      id: "1",
      name,
      payload: { decision: "fail", reason: "ask bank" },
    });
    await expect(live(portsOf(store), "r", pay([]))).rejects.toMatchObject({
      code: "STEP_UNCERTAIN",
    });
    expect((await store.run("r")).status).toBe("failed");
  });
});
