import { describe, expect, test } from "vitest";
import { targets } from "../../../experiments/regression/expressions.ts";
import {
  fitPolynomial,
  polynomialSource,
  powersUpTo,
} from "../../../experiments/regression/polynomials.ts";
import { tasks } from "../../../experiments/regression/task.ts";
import type { Harness, Split, Task } from "../../../src/index.ts";
import { load, runner } from "../in-process.ts";

function taskOf(name: string): Task {
  const task = tasks.find((each) => each.name === `regression/${name}`);
  if (task === undefined) throw new Error(`no task ${name}`);
  return task;
}

function score(task: Task, source: string, split: Split = "train"): number {
  const [instance] = task.instances(split, 1);
  if (instance === undefined) throw new Error("no instance");
  const execution = runner(task.harness as Harness, source, "f").run(instance.input);
  if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
  const verdict = task.score(execution, instance);
  if (verdict.status === "invalid") throw new Error(verdict.reason);
  return verdict.score;
}

describe("regression tasks", () => {
  test("the function itself is exact on every split, the mean is worth one half", () => {
    const task = taskOf("nguyen-5");
    const truth = "function f(x) { return Math.sin(x ** 2) * Math.cos(x) - 1; }";
    for (const split of ["train", "validation", "sealed"] as const) {
      expect(score(task, truth, split)).toBeGreaterThanOrEqual(task.target ?? 1);
    }
    const expected = task.instances("train", 1)[0]?.expected as number[];
    const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
    expect(score(task, `function f(x) { return ${mean}; }`)).toBeCloseTo(0.5, 10);
  });

  test("no starting program is the answer, on any task", () => {
    for (const task of tasks) {
      if (task.name === "regression/feynman-i-6-20a") continue;
      for (const source of task.kernel.seeds) {
        expect(score(task, source)).toBeLessThan(task.target ?? 0);
      }
    }
  });

  test("splits hold different points; some benchmarks seal a wider range", () => {
    const points = (name: string, split: Split) =>
      ((taskOf(name).instances(split, 1)[0]?.input[0] ?? []) as number[][]).map(([x = 0]) => x);
    const seen = new Set(points("nguyen-1", "train"));
    expect(points("nguyen-1", "sealed").some((x) => seen.has(x))).toBe(false);
    expect(points("nguyen-1", "train")).toHaveLength(20);
    expect(Math.max(...points("keijzer-6", "train"))).toBe(50);
    expect(Math.max(...points("keijzer-6", "sealed"))).toBe(120);
    expect(points("keijzer-4", "train")).toHaveLength(201);
    expect(taskOf("nguyen-1").instances("train", 1)).toBe(taskOf("nguyen-1").instances("train", 1));
    expect(taskOf("nguyen-1").instances("train", 2)).not.toEqual(
      taskOf("nguyen-1").instances("train", 1),
    );
  });

  test("keijzer-6 are the harmonic numbers", () => {
    const value = targets.find(({ name }) => name === "keijzer-6")?.value;
    expect(value?.([4])).toBeCloseTo(25 / 12, 12);
  });

  test("a value that is not finite is invalid, not a number", () => {
    const task = taskOf("nguyen-1");
    expect(() => score(task, "function f(x) { return x / 0; }")).toThrow(/not finite/);
    const nothing = runner(task.harness as Harness, "function f() { return 'x'; }", "f");
    expect(nothing.run(task.instances("train", 1)[0]?.input ?? [])).toMatchObject({
      status: "bad-output",
    });
  });

  test("the registered tool is called with the variables", () => {
    const tool = taskOf("keijzer-11").tool("function f(x, y) { return x * 10 + y; }");
    expect(load(tool.source, tool.entry)(3, 4)).toBe(34);
  });
});

describe("polynomials by least squares", () => {
  test("find the coefficients of a polynomial of their degree", () => {
    const powers = powersUpTo(2, 2);
    expect(powers).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [2, 0],
    ]);
    const points = Array.from({ length: 12 }, (_, i) => [i % 4, Math.floor(i / 3) - 1.5]);
    const values = points.map(([x = 0, y = 0]) => 3 - y + 2 * x * y + 0.5 * x * x);
    const found = fitPolynomial(points, values, powers) ?? [];
    [3, -1, 0, 0, 2, 0.5].forEach((value, index) => {
      expect(found[index]).toBeCloseTo(value, 9);
    });
    const f = load(polynomialSource(["x", "y"], powers, found), "f");
    expect(f(2, 5)).toBeCloseTo(3 - 5 + 20 + 2, 8);
  });

  test("give nothing where the points do not tell the coefficients apart", () => {
    expect(fitPolynomial([[1], [1], [1]], [1, 2, 3], powersUpTo(1, 1))).toBeUndefined();
    expect(fitPolynomial([[1]], [1], powersUpTo(1, 1))).toBeUndefined();
  });
});
