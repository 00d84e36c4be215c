import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerBound } from "../../../experiments/bin-packing/packing.ts";
import { binPacking, binPackingWeibull, tasks } from "../../../experiments/bin-packing/task.ts";
import type { Execution, Harness, Task, TaskInstance } from "../../../src/index.ts";
import { load, runner } from "../in-process.ts";
import { missing, OR3, published } from "./data.ts";
import { BEST_FIT, FIRST_FIT } from "./heuristics.ts";

/** The rule that the notes on threshold heuristics name: 3.01 % on OR3. */
const THRESHOLD =
  "function score(item, room) { const rest = room - item; return rest > 22.5 ? -6.5 : -rest; }";

function scores(task: Task, source: string, instances: readonly TaskInstance[], form = "score") {
  const harness = task.forms?.find(({ entry }) => entry === form)?.harness as Harness;
  const { run } = runner(harness, source, form);
  return instances.map((instance) => {
    const verdict = task.score(returned(run(instance.input)), instance);
    if (verdict.status === "invalid") throw new Error(verdict.reason);
    return verdict.score;
  });
}

function returned(execution: Execution): Execution & { status: "returned" } {
  if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
  return execution;
}

function dataInstances(task: Task, file: string): readonly TaskInstance[] {
  return task.instancesFromData?.(JSON.stringify({ instances: published(file) }), file) ?? [];
}

describe.each(tasks.map((task) => [task.name, task] as const))("task %s", (_, task) => {
  test("splits share no stream, and equal seeds give the same array", () => {
    const splits = (["train", "validation", "sealed"] as const).map((s) => task.instances(s, 3));
    const streams = splits.flat().map(({ input }) => JSON.stringify(input));
    expect(new Set(streams).size).toBe(streams.length);
    expect(task.instances("train", 3)).toBe(splits[0]);
    expect(task.instances("train", 4)).not.toEqual(splits[0]);
  });

  test("every seed of the kernel packs all of the training streams, the first one as first fit", () => {
    const instances = task.instances("train", 1);
    const fitness = task.kernel.seeds.map((seed) =>
      task.reduce?.(scores(task, seed, instances), instances),
    );
    expect(fitness.every(Number.isFinite)).toBe(true);
    const figures = task.measures?.(scores(task, FIRST_FIT, instances), instances) ?? {};
    expect(fitness[0]).toBe(-(figures.firstFitPercent ?? 0));
    expect(fitness[1]).toBe(-(figures.bestFitPercent ?? 0));
  });

  test("a score is minus the excess of the bins over the bound, in percent", () => {
    const [instance] = task.instances("sealed", 1) as [TaskInstance];
    const [items, capacity] = instance.input as [number[], number];
    const own = items.map((_, index) => index);
    const verdict = task.score({ status: "returned", output: own, wallMs: 0 }, instance);
    const bound = lowerBound(items, capacity);
    const score = verdict.status === "scored" ? verdict.score : Number.NaN;
    expect(score).toBeCloseTo(-100 * (items.length / bound - 1), 3);
  });

  test.each([
    ["no packing", null],
    ["a claimed score", 0],
    ["an object", { bins: 1 }],
    ["all items in one bin", "one bin"],
    ["strings for bins", ["0", "1"]],
  ])("%s is invalid, whatever it claims", (_, forged) => {
    const [instance] = task.instances("train", 1) as [TaskInstance];
    const items = instance.input[0] as number[];
    const output = forged === "one bin" ? " ".repeat(items.length) : forged;
    expect(task.score({ status: "returned", output, wallMs: 0 }, instance).status).toBe("invalid");
  });
});

describe("bin packing, as published and as a tool", () => {
  test("OR3 read as a user's own data gives the published figures", ({ skip }) => {
    const absent = missing(OR3);
    skip(absent !== undefined, absent);
    const instances = dataInstances(binPacking, OR3);
    const figures = binPacking.measures?.(scores(binPacking, THRESHOLD, instances), instances);
    expect(figures?.l1Bound).toBe(201.2);
    expect(figures?.firstFitPercent).toBeCloseTo(5.74, 2);
    expect(figures?.bestFitPercent).toBeCloseTo(5.37, 2);
    expect(figures?.excessPercent).toBeCloseTo(3.01, 2);
  });

  test("the published form scores as the kernel does", () => {
    const instances = binPacking.instances("train", 2).slice(0, 4);
    const { source, entry, language } = binPacking.publish(THRESHOLD);
    expect([entry, language]).toEqual(["priority", "javascript"]);
    expect(scores(binPacking, source, instances, "priority")).toEqual(
      scores(binPacking, THRESHOLD, instances),
    );
  });

  test.each([binPacking, binPackingWeibull])(
    "the tool of $name packs as the kernel does",
    (task) => {
      for (const kernel of [FIRST_FIT, BEST_FIT, THRESHOLD]) {
        const tool = task.tool(kernel);
        const call = load(tool.source, tool.entry);
        for (const instance of task.instances("train", 2).slice(0, 3)) {
          const output = call(...instance.input) as number[];
          const verdict = task.score({ status: "returned", output, wallMs: 0 }, instance);
          expect(verdict).toEqual({ status: "scored", score: scores(task, kernel, [instance])[0] });
        }
      }
    },
  );

  test("the tool packs the same in any unit", () => {
    const { source, entry } = binPacking.tool(THRESHOLD);
    const call = load(source, entry);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 60 }), (items) => {
        // Powers of two scale without rounding.
        const scaled = call(
          items.map((item) => item / 4),
          150 / 4,
        );
        expect(scaled).toEqual(call(items, 150));
      }),
    );
  });

  test.each([
    [[1, 0], 10, "item 1 must be above 0 and at most 10, got 0"],
    [[11], 10, "item 0 must be above 0 and at most 10, got 11"],
    [[Number.NaN], 10, "got NaN"],
    [[1], 0, "capacity must be above 0"],
  ])("the tool refuses %j with capacity %j", (items, capacity, message) => {
    const { source, entry } = binPacking.tool(BEST_FIT);
    expect(() => load(source, entry)(items, capacity)).toThrow(message);
  });

  test("a kernel that uses the outer names itself keeps them to itself", () => {
    const kernel =
      "function priority(a) { return -a; }\nfunction score(item, room) { return priority(room - item); }";
    const instances = binPacking.instances("train", 2).slice(0, 2);
    const { source } = binPacking.publish(kernel);
    expect(scores(binPacking, source, instances, "priority")).toEqual(
      scores(binPacking, BEST_FIT, instances),
    );
  });

  test("a kernel with types is published as TypeScript", () => {
    const kernel = "function score(item: number, room: number): number { return item - room; }";
    expect(binPacking.publish(kernel).language).toBe("typescript");
    expect(binPacking.tool(kernel).language).toBe("typescript");
  });
});
