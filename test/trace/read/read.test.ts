import { describe, expect, it } from "vitest";
import { findEvents, readRun } from "../../../src/trace/read/read.ts";
import { memoryEventStore } from "../../../src/trace/store/memory.ts";
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

  it("pairs model calls with their replies, in order or by sample", async () => {
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

    const call = (sampleIndex: number) => ({
      type: "model-call",
      data: { messages: [], promptGroup: "g", sampleIndex },
    });
    const reply = (sampleIndex: number) => ({
      type: "model-reply",
      data: { content: `sample ${sampleIndex}`, promptGroup: "g", sampleIndex },
    });
    await write(store, { id: "samples", kind: "evolution", title: "" }, [
      call(0),
      call(1),
      reply(1),
      reply(0),
      reply(7),
    ]);
    const samples = await readRun(store, "samples");
    expect(samples.modelCalls.map(({ reply }) => reply?.content)).toEqual(["sample 0", "sample 1"]);
    expect(samples.unread).toEqual([{ seq: 5, reason: "a model's reply without its call" }]);
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
      "answer",
    ]);
    expect(made.steps[1]).toMatchObject({ event: { reason: "No stored tool fits." } });
    expect(made.steps[2]).toMatchObject({ refused: { reasons: ["held-out 0.5, expected 1"] } });
    expect(made.steps[2]).not.toHaveProperty("registered");
    expect(made.steps[3]).toMatchObject({ registered: { version: 1 } });

    await requestWithParallelCalls(store, "parallel");
    const { steps } = await readRun(store, "parallel");
    expect(steps.flatMap((step) => (step.kind === "call" ? [step.result?.output] : []))).toEqual([
      { sky: "sun" },
      { sky: "snow <|eot_id|>" },
      undefined,
    ]);
  });

  it("passes over what it does not know and lists what it cannot read", async () => {
    const store = memoryEventStore();
    await write(store, { id: "odd", kind: "evolution", title: "" }, [
      { type: "from-the-future", data: { anything: true } },
      {
        type: "candidate-result",
        data: { index: 0, digest: "d", status: "scored", extra: [1], fitness: null },
      },
      { type: "candidate-result", data: { index: "one", status: "scored" } },
      { type: "tool-result", data: { id: "lost", status: "returned" } },
      { type: "run-start", data: 7 },
    ]);
    const record = await readRun(store, "odd");
    expect(record.candidates).toMatchObject([{ digest: "d", parents: [] }]);
    expect(record.candidates[0]?.fitness).toBeUndefined();
    expect(record.unread.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(record.unread[0]?.reason).toContain("candidate-result: index");
  });

  it("finds events by type", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo");
    const found = await Array.fromAsync(findEvents(store, "evo", ["best-change", "run-result"]));
    expect(found.map(({ type }) => type)).toEqual(["best-change", "run-result"]);
  });
});
