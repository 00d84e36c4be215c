import { describe, expect, test } from "vitest";
import { adjustableLimiter, limiter, mapLimited } from "../../src/core/limiter.ts";

/** Pieces of work that end when the test says so. */
function pieces() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name);
      const end = Promise.withResolvers<string>();
      ends.set(name, end);
      return end.promise;
    },
    end: (name: string) => ends.get(name)?.resolve(name),
    fail: (name: string, error: Error) => ends.get(name)?.reject(error),
  };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a limiter", () => {
  test("begins so many at a time, in the order in which they came", async () => {
    const { begun, work, end } = pieces();
    const limit = limiter(2);
    const all = ["a", "b", "c", "d"].map((name) => limit(work(name)));
    await soon();
    expect(begun).toEqual(["a", "b"]);
    end("b");
    await soon();
    expect(begun).toEqual(["a", "b", "c"]);
    for (const name of ["a", "c"]) end(name);
    await soon();
    end("d");
    expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
  });

  test("gives the place of a failed piece to the next one", async () => {
    const { begun, work, end, fail } = pieces();
    const limit = limiter(1);
    const first = limit(work("a"));
    const second = limit(work("b"));
    await soon();
    fail("a", new Error("broken"));
    await expect(first).rejects.toThrow("broken");
    await soon();
    expect(begun).toEqual(["a", "b"]);
    end("b");
    expect(await second).toBe("b");
  });

  test("lets one go that is aborted while it waits, at once and without taking a place", async () => {
    const { begun, work, end } = pieces();
    const limit = limiter(1);
    const leaving = new AbortController();
    const first = limit(work("a"));
    const second = limit(work("b"), leaving.signal);
    const third = limit(work("c"));
    await soon();
    leaving.abort(new Error("no longer wanted"));
    await expect(second).rejects.toThrow("no longer wanted");
    end("a");
    await first;
    await soon();
    expect(begun).toEqual(["a", "c"]);
    end("c");
    await third;
  });

  test("leaves a piece that has begun to its own signal", async () => {
    const { work, end } = pieces();
    const leaving = new AbortController();
    const only = limiter(1)(work("a"), leaving.signal);
    await soon();
    leaving.abort(new Error("no longer wanted"));
    end("a");
    expect(await only).toBe("a");
  });

  test("begins nothing for a signal that is aborted already", async () => {
    const { begun, work } = pieces();
    const refused = limiter(1)(work("a"), AbortSignal.abort(new Error("too late")));
    await expect(refused).rejects.toThrow("too late");
    await soon();
    expect(begun).toEqual([]);
  });
});

describe("an adjustable limiter", () => {
  test("begins waiting pieces when it grows, and ends none when it shrinks", async () => {
    const { begun, work, end } = pieces();
    const limit = adjustableLimiter(1);
    const all = ["a", "b", "c", "d"].map((name) => limit.run(work(name)));
    await soon();
    expect([limit.active, limit.waiting]).toEqual([1, 3]);
    limit.resize(3);
    await soon();
    expect(begun).toEqual(["a", "b", "c"]);
    limit.resize(1);
    end("a");
    end("b");
    await soon();
    expect([limit.active, limit.waiting]).toEqual([1, 1]);
    end("c");
    await soon();
    end("d");
    expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("a limited map", () => {
  test("gives results in the order of the items, whatever ends first", async () => {
    const { work, end } = pieces();
    const all = mapLimited(["a", "b"], 2, (name) => work(name)());
    await soon();
    end("b");
    await soon();
    end("a");
    expect(await all).toEqual(["a", "b"]);
  });

  test("begins nothing after a failure, and rejects when what is at work has ended", async () => {
    const { begun, work, end, fail } = pieces();
    let settled = false;
    const all = mapLimited(["a", "b", "c"], 2, (name) => work(name)()).finally(() => {
      settled = true;
    });
    all.catch(() => undefined);
    await soon();
    fail("a", new Error("first"));
    await soon();
    expect({ begun, settled }).toEqual({ begun: ["a", "b"], settled: false });
    end("b");
    await expect(all).rejects.toThrow("first");
    expect(begun).toEqual(["a", "b"]);
  });

  test("throws the failure that came first, not the one of the first item", async () => {
    const { work, fail } = pieces();
    const all = mapLimited(["a", "b"], 2, (name) => work(name)());
    all.catch(() => undefined);
    await soon();
    fail("b", new Error("earlier"));
    await soon();
    fail("a", new Error("later"));
    await expect(all).rejects.toThrow("earlier");
  });
});
