/**
 * The suite that every EventStore driver passes: `make` gives an empty store, which the test closes.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineError } from "../../src/core/errors.ts";
import type { NewEvent, TraceEvent } from "../../src/core/event.ts";
import type { Json } from "../../src/core/json.ts";
import type { EventStore, RunPage } from "../../src/core/ports.ts";
import { FIRST_SUM, verifyRun } from "../../src/trace/store/chain.ts";
import { foreignEvent } from "../support/events.ts";

export function eventStoreContract(make: () => Promise<EventStore>): void {
  const withStore = (work: (store: EventStore) => Promise<void>) => async () => {
    const store = await make();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  describe("runs", () => {
    it(
      "begin as running, end once, and are listed newest first",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "first" });
        await store.begin({ id: "b", kind: "evolution", title: "second", parent: "a" });
        await store.end("a", "succeeded");
        const [newest, oldest] = await store.runs();
        expect(newest).toMatchObject({ id: "b", kind: "evolution", status: "running", events: 0 });
        expect(newest?.parent).toBe("a");
        expect(newest?.sum).toBe(FIRST_SUM);
        expect(newest).not.toHaveProperty("endedAt");
        expect(oldest).toMatchObject({ id: "a", title: "first", status: "succeeded" });
        expect(Date.parse(oldest?.endedAt ?? "")).not.toBeNaN();
        expect(await codeOf(store.end("a", "failed"))).toBe("RUN_ENDED");
      }),
    );

    it(
      "are listed in pages, by kind, between two of them",
      withStore(async (store) => {
        for (const id of ["a", "b", "c", "d", "e"]) {
          await store.begin({ id, kind: id === "c" ? "calls" : "request", title: "" });
        }
        const page = async (asked: RunPage) => (await store.runs(asked)).map(({ id }) => id);
        expect(await page({ limit: 2 })).toEqual(["e", "d"]);
        expect(await page({ kind: "request", limit: 2, before: "e" })).toEqual(["d", "b"]);
        expect(await page({ kind: "request", limit: 2, after: "a" })).toEqual(["d", "b"]);
        expect(await page({ limit: 1, before: "e", after: "a" })).toEqual(["d"]);
        expect(await page({ before: "a" })).toEqual([]);
        expect(await page({ limit: 0 })).toEqual([]);
        expect(await codeOf(store.runs({ before: "x" }))).toBe("RUN_NOT_FOUND");
      }),
    );

    it(
      "are unknown until they begin and closed once they end",
      withStore(async (store) => {
        expect(await codeOf(store.run("none"))).toBe("RUN_NOT_FOUND");
        expect(await codeOf(store.append("none", [step(1)]))).toBe("RUN_NOT_FOUND");
        expect(await codeOf(store.end("none", "failed"))).toBe("RUN_NOT_FOUND");
        expect(await codeOf(all(store, "none"))).toBe("RUN_NOT_FOUND");
        await store.begin({ id: "a", kind: "request", title: "" });
        expect(await codeOf(store.begin({ id: "a", kind: "request", title: "" }))).toBe(
          "RUN_EXISTS",
        );
        await store.end("a", "canceled");
        expect(await codeOf(store.begin({ id: "a", kind: "request", title: "" }))).toBe(
          "RUN_EXISTS",
        );
        expect(await codeOf(store.append("a", [step(1)]))).toBe("RUN_ENDED");
        expect(await all(store, "a")).toEqual([]);
      }),
    );
  });

  describe("events", () => {
    it(
      "are read by type, with the numbers that they have",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "" });
        await store.append("a", [step(1), foreignEvent("other", 2), step(3), step(4)]);
        const { type } = step(1);
        const read = async (options: { after?: number; types: readonly string[] }) =>
          (await Array.fromAsync(store.events("a", options))).map(({ seq }) => seq);
        expect(await read({ types: [type] })).toEqual([1, 3, 4]);
        expect(await read({ types: ["other", type], after: 1 })).toEqual([2, 3, 4]);
        expect(await read({ types: [] })).toEqual([]);
      }),
    );

    it(
      "come back as they were appended, numbered from 1 without a gap",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "" });
        await store.append("a", [
          step(1),
          foreignEvent("step-end", { n: 2 }, { volatile: { wallMs: 3 }, link: "child" }),
        ]);
        await store.append("a", []);
        await store.append("a", [step(3)]);
        const events = await all(store, "a");
        expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
        expect(events.map(({ data }) => data)).toEqual([step(1), step(2), step(3)].map(dataOf));
        expect(events[1]).toMatchObject({ volatile: { wallMs: 3 }, link: "child", run: "a" });
        expect(events[0]).not.toHaveProperty("volatile");
        expect(events[0]).not.toHaveProperty("link");
        expect(await store.run("a")).toMatchObject({ events: 3, sum: events[2]?.sum });
      }),
    );

    it(
      "are read after a number",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "" });
        await store.append(
          "a",
          Array.from({ length: 600 }, (_, index) => step(index)),
        );
        const read = async (after: number) => (await all(store, "a", after)).map(({ seq }) => seq);
        expect(await read(598)).toEqual([599, 600]);
        expect(await read(600)).toEqual([]);
        expect(await read(0)).toHaveLength(600);
      }),
    );

    it(
      "of concurrent appends stay whole and in order of their calls",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "evolution", title: "" });
        await store.begin({ id: "b", kind: "evolution", title: "" });
        await Promise.all(
          Array.from({ length: 40 }, (_, index) =>
            store.append(index % 2 === 0 ? "a" : "b", [step(index), step(index)]),
          ),
        );
        for (const [run, first] of [
          ["a", 0],
          ["b", 1],
        ] as const) {
          const numbers = (await all(store, run)).map(({ data }) => (data as { n: number }).n);
          const calls = Array.from({ length: 20 }, (_, index) => first + 2 * index);
          expect(numbers).toEqual(calls.flatMap((n) => [n, n]));
          expect((await verifyRun(store, run)).problems).toEqual([]);
        }
      }),
    );

    it(
      "of one refused call leave no trace and harm no neighbour",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "evolution", title: "" });
        const results = await Promise.allSettled([
          store.append("a", [step(1)]),
          store.append("a", [step(2), foreignEvent("Not A Type", null)]),
          store.append("missing", [step(3)]),
          store.append("a", [step(4)]),
        ]);
        expect(results.map(({ status }) => status)).toEqual([
          "fulfilled",
          "rejected",
          "rejected",
          "fulfilled",
        ]);
        expect((await all(store, "a")).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 4 }]);
      }),
    );

    it(
      "are what they were at the call, whatever becomes of the objects",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "evolution", title: "" });
        const data = { list: [1] };
        const appended = store.append("a", [foreignEvent("note", data)]);
        data.list.push(2);
        await appended;
        const [event] = await all(store, "a");
        expect(event?.data).toEqual({ list: [1] });
        if (event !== undefined) (event.data as { list: number[] }).list.push(3);
        expect((await all(store, "a"))[0]?.data).toEqual({ list: [1] });
      }),
    );

    it(
      "keep any JSON, long strings and strange keys among it",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "evolution", title: "" });
        const long = fc.constantFrom("a\u0000é", "\ud800", "𝒳\n").map((part) => part.repeat(3_000));
        const value = fc.letrec<{ node: Json }>((tie) => ({
          node: fc.oneof(
            { maxDepth: 4 },
            fc.constantFrom(null, true, false, 0, 1e300, -1.5, "", "\u0000", "\u2028", "\ud800"),
            fc.string({ unit: "binary" }),
            long,
            fc.array(tie("node"), { maxLength: 4 }),
            fc.dictionary(
              fc.constantFrom("", "a", "__proto__", "constructor", "0", "𝒳", "$num"),
              tie("node"),
            ),
          ),
        })).node;
        let seq = 0;
        await fc.assert(
          fc.asyncProperty(value, async (data) => {
            await store.append("a", [foreignEvent("note", data)]);
            const [event] = await all(store, "a", seq++);
            expect(JSON.stringify(sorted(event?.data))).toBe(JSON.stringify(sorted(data)));
          }),
          { numRuns: 40 },
        );
        expect((await verifyRun(store, "a")).problems).toEqual([]);
      }),
    );

    it(
      "mark what JSON cannot say instead of losing it",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "evolution", title: "" });
        const cycle: Record<string, unknown> = {};
        cycle.self = cycle;
        const odd = {
          nan: Number.NaN,
          infinite: -Infinity,
          big: 10n ** 20n,
          gone: undefined,
          list: [undefined, () => 1],
          error: new RangeError("too far"),
          map: new Map([["k", 1]]),
          set: new Set([2]),
          bytes: new Uint8Array([255, 0]),
          date: new Date(0),
          cycle,
        };
        await store.append("a", [foreignEvent("note", odd as unknown as Json)]);
        const [event] = await all(store, "a");
        expect(event?.data).toMatchObject({
          nan: { $num: "NaN" },
          infinite: { $num: "-Infinity" },
          big: { $bigint: "100000000000000000000" },
          list: [null, { $type: "function" }],
          error: { $error: "RangeError: too far" },
          map: { $map: [["k", 1]] },
          set: { $set: [2] },
          bytes: { $bytes: "/wA=" },
          date: "1970-01-01T00:00:00.000Z",
        });
        expect(event?.data).not.toHaveProperty("gone");
        expect(JSON.stringify(event?.data)).toContain('"$cut"');
        expect((await verifyRun(store, "a")).problems).toEqual([]);
      }),
    );
  });

  describe("events from several writers", () => {
    it(
      "are stored once by their key, within one run",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "" });
        await store.begin({ id: "b", kind: "request", title: "" });
        const signals = Array.from({ length: 10 }, () =>
          store.append("a", [step(1)], { once: "k" }),
        );
        const answers = await Promise.all(signals);
        expect(answers.filter((answer) => answer === "appended")).toHaveLength(1);
        expect(await store.append("b", [step(1)], { once: "k" })).toBe("appended");
        expect(await store.append("a", [step(2)], { once: "other" })).toBe("appended");
        expect((await all(store, "a")).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
      }),
    );
  });

  describe("claims", () => {
    it(
      "are given to one of many, and again when they are given back",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "" });
        const claims = await Promise.all(
          Array.from({ length: 5 }, () => store.claim("a", { leaseMs: 60_000 })),
        );
        expect(claims.filter((claim) => claim !== undefined)).toEqual([{ epoch: 1 }]);
        expect((await store.run("a")).status).toBe("running");
        expect(await store.suspend("a", 1, { seen: 0, events: [step(1)] })).toBe(true);
        expect(await store.run("a")).toMatchObject({ status: "waiting", events: 1 });
        expect(await store.claim("a", { leaseMs: 60_000 })).toEqual({ epoch: 2 });
        await store.end("a", "succeeded", { epoch: 2 });
        expect(await codeOf(store.claim("a", { leaseMs: 1 }))).toBe("RUN_ENDED");
        expect(await codeOf(store.claim("none", { leaseMs: 1 }))).toBe("RUN_NOT_FOUND");
      }),
    );

    it(
      "that ran out refuse every write of their holder and leave no trace of it",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "" });
        expect(await store.claim("a", { leaseMs: 0 })).toEqual({ epoch: 1 });
        expect(await store.due()).toEqual(["a"]);
        expect(await store.claim("a", { leaseMs: 60_000 })).toEqual({ epoch: 2 });
        const late = { epoch: 1 };
        expect(await codeOf(store.append("a", [step(1)], late))).toBe("FENCED");
        expect(await codeOf(store.append("a", [step(1)], { ...late, once: "k" }))).toBe("FENCED");
        expect(await codeOf(store.end("a", "failed", late))).toBe("FENCED");
        expect(await codeOf(store.renew("a", 1, { leaseMs: 1 }))).toBe("FENCED");
        expect(await codeOf(store.suspend("a", 1, { seen: 0 }))).toBe("FENCED");
        // A refused write uses up no key.
        expect(await store.append("a", [step(2)], { epoch: 2, once: "k" })).toBe("appended");
        expect((await all(store, "a")).map(({ data }) => data)).toEqual([{ n: 2 }]);
        await store.renew("a", 2, { leaseMs: 60_000 });
        expect(await store.due()).toEqual([]);
        await store.end("a", "succeeded", { epoch: 2 });
        expect(await codeOf(store.append("a", [step(1)], late))).toBe("FENCED");
        expect(await codeOf(store.append("a", [step(1)], { epoch: 2 }))).toBe("RUN_ENDED");
      }),
    );

    it(
      "do not keep others from sending, and are not suspended over news",
      withStore(async (store) => {
        await store.begin({ id: "a", kind: "request", title: "" });
        await store.claim("a", { leaseMs: 60_000 });
        expect(await store.wakes("a")).toBe(0);
        await store.append("a", [step(1)], { epoch: 1 });
        await store.append("a", [step(2)], { wakes: true });
        expect(await store.wakes("a")).toBe(2);
        expect(await store.suspend("a", 1, { seen: 0, events: [step(3)] })).toBe(false);
        expect(await store.run("a")).toMatchObject({ status: "running", events: 2 });
        expect(await store.suspend("a", 1, { seen: 2, events: [step(3)] })).toBe(true);
        expect(await store.run("a")).toMatchObject({ status: "waiting", events: 3 });
        // What is given back is no longer written to by who had it.
        expect(await codeOf(store.append("a", [step(4)], { epoch: 1 }))).toBe("FENCED");
      }),
    );

    it(
      "fall due at their time, at an event that wakes, and not before",
      withStore(async (store) => {
        const hour = 3_600_000;
        const waits: Record<string, number | undefined> = {
          past: -2,
          older: -3,
          later: 1,
          never: undefined,
        };
        const now = Date.now();
        const inHours = (hours: number): string => new Date(now + hours * hour).toISOString();
        for (const [id, hours] of Object.entries(waits)) {
          await store.begin({ id, kind: "request", title: "" });
          await store.claim(id, { leaseMs: 60_000 });
          const dueAt = hours === undefined ? {} : { dueAt: inHours(hours) };
          await store.suspend(id, 1, { seen: 0, ...dueAt });
        }
        await store.begin({ id: "plain", kind: "evolution", title: "" });
        expect(await store.due()).toEqual(["older", "past"]);
        expect((await store.run("later")).dueAt).toBe(inHours(1));
        await store.append("never", [step(1)]);
        expect(await store.due()).toEqual(["older", "past"]);
        await store.append("never", [step(2)], { wakes: true });
        await store.append("later", [step(2)], { wakes: true });
        expect(new Set(await store.due())).toEqual(new Set(["older", "past", "never", "later"]));
        await store.end("never", "canceled");
        expect(await store.due()).not.toContain("never");
      }),
    );
  });

  describe("sums", () => {
    it(
      "are equal for equal traces, whatever their times, volatile facts and grouping",
      withStore(async (store) => {
        const steps = Array.from({ length: 10 }, (_, index) => step(index));
        await store.begin({ id: "a", kind: "evolution", title: "one" });
        await store.begin({ id: "b", kind: "evolution", title: "two" });
        await store.append("a", steps);
        for (const [at, { type, data }] of steps.entries()) {
          await store.append("b", [foreignEvent(type, data, { volatile: at })]);
        }
        const [a, b] = await Promise.all([store.run("a"), store.run("b")]);
        expect(a.sum).toBe(b.sum);
        await store.append("b", [step(99)]);
        expect((await store.run("b")).sum).not.toBe(a.sum);
      }),
    );

    it(
      "tell two orders and two types apart",
      withStore(async (store) => {
        const sumOf = async (id: string, events: readonly NewEvent[]) => {
          await store.begin({ id, kind: "evolution", title: "" });
          await store.append(id, events);
          return (await store.run(id)).sum;
        };
        const sums = [
          await sumOf("a", [step(1), step(2)]),
          await sumOf("b", [step(2), step(1)]),
          await sumOf("c", [step(1), foreignEvent("other", { n: 2 })]),
        ];
        expect(new Set(sums).size).toBe(3);
      }),
    );
  });
}

export function step(n: number): NewEvent {
  return foreignEvent("step-end", { n });
}

function dataOf(event: NewEvent): Json {
  return event.data;
}

export async function all(
  store: EventStore,
  runId: string,
  after?: number,
): Promise<readonly TraceEvent[]> {
  return await Array.fromAsync(store.events(runId, after === undefined ? {} : { after }));
}

export async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return await work.then(
    () => undefined,
    (error: EngineError) => error.code,
  );
}

/** The value with the keys of its objects in code-unit order, as lists of pairs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return Object.is(value, -0) ? 0 : value;
  return Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
