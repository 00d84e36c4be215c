/** Local models share memory: what is loaded, what is unloaded, who waits. */
import { describe, expect, it } from "vitest";
import { modelManager } from "../../../src/models/local/manager.ts";
import { type ScriptedRuntime, scriptedRuntime } from "../../support/local-runtime.ts";

const never = new AbortController().signal;
const file = (path: string) => ({ path, contextTokens: 100 });

/** Runs a call on a model and holds it until `end` is called. */
function holding(manager: ReturnType<typeof modelManager>, path: string) {
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const done = manager.use(
    file(path),
    async () => {
      started.resolve();
      await ended.promise;
    },
    never,
  );
  return { started: started.promise, done, end: () => ended.resolve() };
}

const GIB = 2 ** 30;
const machine = (free: number): ScriptedRuntime =>
  scriptedRuntime({
    free,
    sizes: { "small-a": GIB, "small-b": GIB, "small-c": GIB, big: 3 * GIB },
  });

describe("models that fit together", () => {
  it("are loaded once each and stay", async () => {
    const runtime = machine(4 * GIB);
    const manager = modelManager(runtime);
    for (const path of ["small-a", "small-b", "small-a", "small-b"]) {
      await manager.use(file(path), async () => {}, never);
    }
    expect(runtime.log).toEqual(["load small-a", "load small-b"]);
  });

  it("answer side by side, each one call at a time in order", async () => {
    const manager = modelManager(machine(4 * GIB));
    const order: string[] = [];
    const first = holding(manager, "small-a");
    await first.started;
    const second = manager.use(file("small-a"), async () => order.push("a2"), never);
    await manager.use(file("small-b"), async () => order.push("b"), never);
    expect(order).toEqual(["b"]);
    first.end();
    await Promise.all([first.done, second]);
    expect(order).toEqual(["b", "a2"]);
  });
});

describe("models that do not fit together", () => {
  it("are never loaded at the same time: the least recently used one goes first", async () => {
    const runtime = machine(2 * GIB);
    const manager = modelManager(runtime);
    for (const path of ["small-a", "small-b", "small-a", "small-c"]) {
      await manager.use(file(path), async () => {}, never);
    }
    expect(runtime.log).toEqual(["load small-a", "load small-b", "unload small-b", "load small-c"]);
    expect(runtime.most()).toBeLessThanOrEqual(2 * GIB);
  });

  it("wait until the ones in use are idle", async () => {
    const runtime = machine(3 * GIB);
    const manager = modelManager(runtime);
    const busy = holding(manager, "small-a");
    await busy.started;
    const waiting = manager.use(file("big"), async () => "done", never);
    await new Promise(setImmediate);
    expect(runtime.log).toEqual(["load small-a"]);
    busy.end();
    await expect(waiting).resolves.toBe("done");
    expect(runtime.log).toEqual(["load small-a", "unload small-a", "load big"]);
  });

  it("are not overtaken for ever: later calls of a loaded model queue behind", async () => {
    const runtime = machine(3 * GIB);
    const manager = modelManager(runtime);
    const busy = holding(manager, "small-a");
    await busy.started;
    const order: string[] = [];
    const big = manager.use(file("big"), async () => order.push("big"), never);
    const later = manager.use(file("small-a"), async () => order.push("small-a"), never);
    busy.end();
    await Promise.all([big, later]);
    expect(order).toEqual(["big", "small-a"]);
  });

  it("stop waiting when they are aborted, and others go on", async () => {
    const runtime = machine(3 * GIB);
    const manager = modelManager(runtime);
    const busy = holding(manager, "small-a");
    await busy.started;
    const canceled = new AbortController();
    const waiting = manager.use(file("big"), async () => "done", canceled.signal);
    canceled.abort(new Error("no longer wanted"));
    await expect(waiting).rejects.toThrow("no longer wanted");
    busy.end();
    await expect(manager.use(file("small-a"), async () => "on", never)).resolves.toBe("on");
    expect(runtime.log).toEqual(["load small-a"]);
  });
});

describe("a model that does not fit alone", () => {
  it("is refused with its size, the room and what to do, and nothing is loaded", async () => {
    const runtime = machine(2 * GIB);
    const manager = modelManager(runtime);
    await expect(manager.use(file("big"), async () => {}, never)).rejects.toMatchObject({
      code: "LOCAL_MODEL_TOO_LARGE",
      message: expect.stringMatching(/3072 MiB.*2048 MiB/),
    });
    expect(runtime.log).toEqual([]);
  });

  it("holds also where the bound is configured and the machine has more", async () => {
    const runtime = machine(64 * GIB);
    const manager = modelManager(runtime, { memoryBytes: 2 * GIB });
    await manager.use(file("small-a"), async () => {}, never);
    await expect(manager.use(file("big"), async () => {}, never)).rejects.toMatchObject({
      code: "LOCAL_MODEL_TOO_LARGE",
    });
  });
});

it("a call that fails gives its turn and its place back", async () => {
  const runtime = machine(2 * GIB);
  const manager = modelManager(runtime);
  const failing = manager.use(file("small-a"), () => Promise.reject(new Error("broke")), never);
  await expect(failing).rejects.toThrow("broke");
  await expect(manager.use(file("small-a"), async () => "on", never)).resolves.toBe("on");
  await manager.close();
  expect(runtime.log).toEqual(["load small-a", "unload small-a"]);
});
