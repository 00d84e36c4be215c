import { describe, expect, it } from "vitest";
import { readRun } from "../../../src/trace/read/read.ts";
import { memoryEventStore } from "../../../src/trace/store/memory.ts";
import { EVENTS, eventOf, foreignEvent } from "../../support/events.ts";
import {
  evolutionRun,
  modelRun,
  requestWithCreation,
  requestWithParallelCalls,
  write,
} from "../runs.ts";

describe("reading a run", () => {
  it("gives the candidates of an evolution, its best program and held-out results", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 10 });
    const record = await readRun(store, "evo");
    expect(record.candidates).toHaveLength(10);
    expect(record.candidates[3]).toMatchObject({
      index: 3,
      operator: "jitter-constant",
      parents: ["packing-0"],
      island: 0,
      status: "scored",
      fitness: 0.5,
      seq: 5,
    });
    expect(record.candidates[4]).toMatchObject({ status: "failed", reason: "threw: boom" });
    expect(record.best).toBe("packing-2");
    expect(record.heldOut.get("packing-9")?.score).toBe(1.5);
    expect(record.start?.spec?.signature).toContain("score(");
    expect(record.unread).toEqual([]);
  });

  it("pairs model calls with their replies, and tells a failure from a reply", async () => {
    const store = memoryEventStore();
    await modelRun(store, "plain");
    const { modelCalls } = await readRun(store, "plain");
    expect(modelCalls.map(({ reply }) => reply?.content ?? "none")).toEqual([
      "<think>They ask twice.\n</think>\n\nLook it up.",
      "",
      "",
      "The capital of Peru is Lima.",
      "Once upon a",
      "It is <|im_end|>.",
      "none",
    ]);

    await write(store, { id: "crossed", kind: "evolution", title: "" }, [
      eventOf("model-call", { id: "g/0" }),
      eventOf("model-call", { id: "g/1" }),
      eventOf("model-call", { id: "g/2" }),
      eventOf("model-reply", { id: "g/1", content: "sample 1" }),
      eventOf("model-reply", { id: "g/0", content: "sample 0" }),
      {
        type: "model-reply",
        data: { id: "g/2", error: { code: "MODEL_TIMEOUT", message: "late", retryable: true } },
      },
      eventOf("model-reply", { id: "g/7", content: "sample 7" }),
    ]);
    const crossed = await readRun(store, "crossed");
    expect(crossed.modelCalls.map(({ reply }) => reply?.content)).toEqual([
      "sample 0",
      "sample 1",
      undefined,
    ]);
    expect(crossed.modelCalls[2]?.failure).toMatchObject({ code: "MODEL_TIMEOUT" });
    expect(crossed.unread).toEqual([{ seq: 7, reason: "a model's reply without its call" }]);
  });

  it("gives the steps of a request with their outcomes", async () => {
    const store = memoryEventStore();
    await requestWithCreation(store, "made");
    const made = await readRun(store, "made");
    expect(made.requestStatus).toBe("SUCCEEDED");
    expect(made.steps.map(({ kind }) => kind)).toEqual([
      "afford",
      "plan",
      "create",
      "create",
      "call",
      "call",
      "answer",
    ]);
    expect(made.steps[1]).toMatchObject({ event: { reason: "No stored tool fits." } });
    expect(made.steps[2]).toMatchObject({ refused: { reasons: ["held-out 0.5, expected 1"] } });
    expect(made.steps[2]).not.toHaveProperty("registered");
    expect(made.steps[3]).toMatchObject({ registered: { version: 1 } });

    await requestWithParallelCalls(store, "parallel");
    const { steps } = await readRun(store, "parallel");
    const results = steps.flatMap((step) => (step.kind === "call" ? [step.result] : []));
    expect(results).toMatchObject([
      { output: { sky: "sun" } },
      { output: { sky: "snow <|eot_id|>" } },
      undefined,
    ]);
  });

  it("leaves out what it does not know or cannot read, and counts it", async () => {
    const store = memoryEventStore();
    await write(store, { id: "odd", kind: "evolution", title: "" }, [
      foreignEvent("from-the-future", { anything: true }),
      foreignEvent("candidate-result", { ...EVENTS["candidate-result"].data, extra: [1] }),
      foreignEvent("candidate-result", { index: "one", status: "scored" }),
      eventOf("tool-result", { id: "lost" }),
      foreignEvent("run-start", 7),
    ]);
    const record = await readRun(store, "odd");
    expect(record.candidates).toMatchObject([{ digest: "d", parents: [] }]);
    expect(record.candidates[0]).not.toHaveProperty("extra");
    expect(record.unread.map(({ seq }) => seq)).toEqual([1, 3, 4, 5]);
    expect(record.unread[0]?.reason).toBe("from-the-future: unknown type");
    expect(record.unread[1]?.reason).toContain("candidate-result: data.index");
  });
});
