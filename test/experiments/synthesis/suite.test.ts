import { describe, expect, test } from "vitest";
import { tasks } from "../../../experiments/synthesis/task.ts";
import { streams } from "../../../experiments/tool-reuse/stream.ts";
import { canonicalJson, specTask } from "../../../src/index.ts";

const kinds = Map.groupBy(tasks, ({ name }) => name.split("/")[1]?.split("-")[0] ?? "");

describe("the synthesis suite", () => {
  test("has at least sixty tasks of five kinds, each under a name of its own", () => {
    expect(tasks.length).toBeGreaterThanOrEqual(60);
    expect([...kinds.keys()].sort()).toEqual(["arrays", "dates", "numbers", "objects", "strings"]);
    for (const list of kinds.values()) expect(list.length).toBeGreaterThanOrEqual(12);
    expect(new Set(tasks.map(({ name }) => name)).size).toBe(tasks.length);
    expect(new Set(tasks.map(({ spec }) => spec.name)).size).toBe(tasks.length);
  });

  test("seals cases that no search sees", () => {
    for (const task of tasks) {
      const seen = new Set(task.instances("train", 1).map(({ input }) => canonicalJson(input)));
      const sealed = task.instances("sealed", 1);
      expect(sealed.length).toBeGreaterThanOrEqual(2);
      const leaked = sealed.filter(({ input }) => seen.has(canonicalJson(input)));
      expect({ task: task.name, leaked: leaked.length }).toEqual({ task: task.name, leaked: 0 });
    }
  });

  test("no task is answered by one value alone", () => {
    for (const task of tasks) {
      const answers = task
        .instances("train", 1)
        .map(({ expected }) => canonicalJson(expected ?? null));
      expect(new Set(answers).size).toBeGreaterThan(1);
    }
  });

  test("expects what people would: a few by hand", () => {
    const expected = (name: string, ...args: never[]) => {
      const task = tasks.find((each) => each.name === `synthesis/${name}`);
      const all = [...(task?.instances("train", 1) ?? []), ...(task?.instances("sealed", 1) ?? [])];
      return all.find(({ input }) => canonicalJson(input) === canonicalJson(args))?.expected;
    };
    const asked = (...args: unknown[]) => args as never[];
    expect(expected("strings-roman", ...asked("MCMXCIV"))).toBe(1994);
    expect(expected("dates-days-between", ...asked("2024-02-28", "2024-03-01"))).toBe(2);
    expect(expected("dates-leap-february", ...asked(1900))).toBe(28);
    expect(expected("dates-weekday", ...asked("2000-01-01"))).toBe(6);
    expect(expected("numbers-collatz-steps", ...asked(27))).toBe(111);
    expect(expected("numbers-progressive-tax", ...asked(50_000))).toBe(6_000);
    expect(expected("arrays-median", ...asked([4, 1, 3, 2]))).toBe(2.5);
  });
});

describe("streams", () => {
  test("repeat a function under other words, names and examples", () => {
    for (const { steps } of streams) {
      for (const [index, { repeats, signature, cases }] of steps.entries()) {
        if (repeats === undefined) continue;
        const first = steps[repeats];
        expect(repeats).toBeLessThan(index);
        expect(signature).not.toBe(first?.signature);
        expect(cases).not.toEqual(first?.cases);
      }
    }
  });

  test("are specs that hold, with checks that no example gives away", () => {
    for (const { steps } of streams) {
      for (const { signature, objective, cases, checks } of steps) {
        const name = signature.slice(0, signature.indexOf("("));
        const description = objective;
        specTask({ name, description, signature, cases: [...cases], heldOut: [...checks] });
        expect(checks.length).toBeGreaterThanOrEqual(3);
      }
    }
  });
});
