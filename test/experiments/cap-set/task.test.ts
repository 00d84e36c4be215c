import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { vectorOf, verifyCapSet } from "../../../experiments/cap-set/cap-set.ts";
import { features } from "../../../experiments/cap-set/features.ts";
import { tasks as all } from "../../../experiments/cap-set/task.ts";
import { checkGrammar } from "../../../sandbox/grammar/grammar.ts";
import type { Harness, Task } from "../../../src/index.ts";
import { load, runner } from "../in-process.ts";

const tasks = all.filter(({ name }) => name.startsWith("cap-set-"));

function taskOf(n: number): Task {
  const task = tasks.find(({ name }) => name === `cap-set-${n}`);
  if (task === undefined) throw new Error(`no task for n = ${n}`);
  return task;
}

function kernel(n: number, body: string): string {
  return `function score(${features(n).map(({ name }) => name)}) { return ${body}; }`;
}

function size(task: Task, source: string, form: string): number {
  const harness = task.forms?.find(({ entry }) => entry === form)?.harness as Harness;
  const execution = runner(harness, source, form).run([]);
  if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
  const verdict = task.score(execution, { input: [] });
  if (verdict.status === "invalid") throw new Error(verdict.reason);
  return verdict.score;
}

describe("cap-set tasks", () => {
  test("cover n = 3 to 8, with the largest sets known as their targets", () => {
    // Nature 625 (2024): 9, 20, 45, 112, 236 and FunSearch's 512.
    expect(tasks.map(({ target }) => target)).toEqual([9, 20, 45, 112, 236, 512]);
  });

  test.each([3, 4, 5, 6, 7, 8])("n = %i: a constant priority takes 2^n vectors", (n) => {
    const task = taskOf(n);
    expect(size(task, task.kernel.seeds[0] ?? "", "score")).toBe(2 ** n);
    expect(size(task, "function priority(el, n) { return 0; }", "priority")).toBe(2 ** n);
  });

  test("no seed of a kernel reaches its target", () => {
    for (const task of tasks) {
      for (const seed of task.kernel.seeds) {
        expect(size(task, seed, "score")).toBeLessThan(task.target ?? 0);
      }
    }
  });

  test("every seed is of the total grammar: the fast lane runs it", () => {
    for (const { kernel } of all) {
      for (const seed of kernel.seeds) expect(checkGrammar(seed, kernel.entry).ok).toBe(true);
    }
  });

  test("n = 6: the rule that a search found gives 112 in every form", () => {
    const task = taskOf(6);
    const source = kernel(6, "a3 <= e3 ? c2 : Math.min(e3, e5 % rf)");
    expect(size(task, source, "score")).toBe(112);
    expect(size(task, task.publish(source).source, "priority")).toBe(112);
    const tool = task.tool(source);
    const set = load(tool.source, tool.entry)() as number[][];
    expect(verifyCapSet(set, 6)).toEqual({ status: "valid", size: 112 });
  });

  test("features are what their names say", () => {
    const el = [2, 0, 1, 1, 2];
    const names = features(5).map(({ name }) => name);
    const values = features(5).map(({ source }) =>
      Number(load(`const f = (el) => ${source}`, "f")(el)),
    );
    expect(Object.fromEntries(names.map((name, i) => [name, values[i]]))).toEqual({
      ...{ e0: 2, e1: 0, e2: 1, e3: 1, e4: 2, c0: 1, c1: 2, c2: 2 },
      // 1*2 + 2*0 + 3*1 + 4*1 + 5*2; 2 mirrors 2, 0 does not mirror 1; 1 stands in places 2 and 3.
      ...{ w: 19, rf: 1, rs: 1 },
      // Products and equals one place apart, then two, around the end.
      ...{ q1: 0 + 0 + 1 + 2 + 4, q2: 2 + 0 + 2 + 2 + 0, a1: 2, a2: 0 },
    });
  });

  test("the greedy is the plain one: best free vector first, the earlier of equals", () => {
    const n = 3;
    const task = taskOf(n);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 27, maxLength: 27 }),
        (table) => {
          const source = `const table = ${JSON.stringify(table)};
          function priority(el) { return table[el.reduce((index, digit) => 3 * index + digit, 0)]; }`;
          const harness = task.forms?.[0]?.harness as Harness;
          const execution = runner(harness, source, "priority").run([]);
          expect(execution).toMatchObject({ status: "returned", output: plainGreedy(table, n) });
        },
      ),
    );
  });

  test("a tool extends the set that it is given, and refuses what is none", () => {
    const tool = taskOf(4).tool(kernel(4, "w"));
    const extend = load(tool.source, tool.entry);
    const start = [
      [1, 1, 1, 1],
      [2, 0, 1, 2],
    ];
    const set = extend(start) as number[][];
    expect(set.slice(0, 2)).toEqual(start);
    expect(verifyCapSet(set, 4).status).toBe("valid");
    // Nothing more can be added.
    for (let index = 0; index < 81; index++) {
      expect(verifyCapSet([...set, vectorOf(index, 4)], 4).status).toBe("invalid");
    }
    expect(() =>
      extend([
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [2, 2, 2, 2],
      ]),
    ).toThrow("three on a line");
    expect(() => extend([[0, 0, 0]])).toThrow("vector 0 must have 4 digits");
  });

  test.each(["'first'", "true", "undefined"])("a priority of %s is bad output", (value) => {
    const harness = taskOf(3).harness as Harness;
    expect(runner(harness, kernel(3, value), "score").run([]).status).toBe("bad-output");
  });

  test("a priority that is not a number comes last", () => {
    expect(size(taskOf(3), kernel(3, "e0 === 0 ? 0 / 0 : 0"), "score")).toBe(
      size(taskOf(3), kernel(3, "e0 === 0 ? -1 : 0"), "score"),
    );
  });
});

function plainGreedy(priorities: readonly number[], n: number): number[] {
  const taken: number[] = [];
  for (;;) {
    let best = -1;
    for (let index = 0; index < 3 ** n; index++) {
      if (verifyCapSet([...taken, index], n).status === "invalid") continue;
      if (best < 0 || (priorities[index] ?? 0) > (priorities[best] ?? 0)) best = index;
    }
    if (best < 0) return taken;
    taken.push(best);
  }
}
