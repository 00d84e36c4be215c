import { describe, expect, test } from "vitest";
import { indexOf, vectorOf, verifyCapSet } from "../../../experiments/cap-set/cap-set.ts";
import { features } from "../../../experiments/cap-set/features.ts";
import { SYMMETRIES } from "../../../experiments/cap-set/symmetric.js.ts";
import { tasks } from "../../../experiments/cap-set/task.ts";
import type { Harness, Task } from "../../../src/index.ts";
import { load, runner } from "../in-process.ts";

function taskOf(n: number): Task {
  const task = tasks.find(({ name }) => name === `symmetric-cap-set-${n}`);
  if (task === undefined) throw new Error(`no task for n = ${n}`);
  return task;
}

function kernel(n: number, body: string): string {
  return `function score(${features(n).map(({ name }) => name)}) { return ${body}; }`;
}

/** The set under each symmetry, by its name. */
function sets(task: Task, source: string, form = "score"): Map<string, number[]> {
  const { run } = runner(
    task.forms?.find(({ entry }) => entry === form)?.harness as Harness,
    source,
    form,
  );
  return new Map(
    task.instances("train", 1).map((instance) => {
      const execution = run(instance.input);
      if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
      expect(task.score(execution, instance).status).toBe("scored");
      return [String(instance.input[0]), execution.output as number[]];
    }),
  );
}

function fitness(task: Task, source: string, form?: string): number {
  const sizes = [...sets(task, source, form).values()].map((set) => set.length);
  return task.reduce?.(sizes, task.instances("train", 1)) ?? 0;
}

const n = 6;
const turned = (digits: number[]) => [...digits.slice(1), digits[0] as number];
const negated = (digits: number[]) => digits.map((digit) => (3 - digit) % 3);
const signed =
  (...at: number[]) =>
  (digits: number[]) =>
    digits.map((digit, i) => (at.includes(i) ? (3 - digit) % 3 : digit));
const each = (list: number[], signs: (i: number) => number[]) =>
  list.map((i) => signed(...signs(i)));

/** Generators written down a second time, from the words. */
const GENERATORS: Record<(typeof SYMMETRIES)[number], ((digits: number[]) => number[])[]> = {
  "rotations, negation": [turned, negated],
  "rotations by two, negation": [(digits) => turned(turned(digits)), negated],
  "rotations, mirror, negation": [turned, (digits) => digits.toReversed(), negated],
  "signs of neighbours": each([0, 2, 4], (i) => [i, i + 1]),
  "signs of neighbours, rotations by two": [
    ...each([0, 2, 4], (i) => [i, i + 1]),
    (digits) => turned(turned(digits)),
  ],
  "signs of opposites": each([0, 1, 2], (i) => [i, i + 3]),
  "signs of opposites, rotations": [...each([0, 1, 2], (i) => [i, i + 3]), turned],
  "signs of any two": each([1, 2, 3, 4, 5], (i) => [0, i]),
};

describe("symmetric cap-set tasks", () => {
  test("a rule that a search found gives 512 vectors in F_3^8, in every form", () => {
    const task = taskOf(8);
    const source = kernel(8, "q4 > 7.83 ? rf : c1 < c2 ? c0 : w");
    expect(fitness(task, source)).toBe(512);
    expect(fitness(task, task.publish(source).source, "priority")).toBe(512);
    const tool = task.tool(source);
    const set = load(tool.source, tool.entry)() as number[][];
    expect(verifyCapSet(set, 8)).toEqual({ status: "valid", size: 512 });
  });

  test("no seed of a kernel for n = 8 reaches the target", () => {
    const task = taskOf(8);
    for (const seed of task.kernel.seeds) expect(fitness(task, seed)).toBeLessThan(512);
  });

  test.each(SYMMETRIES)(
    "%s: the set is one of whole orbits and of vectors that came last",
    (symmetry) => {
      const set = sets(taskOf(n), kernel(n, "w")).get(symmetry) ?? [];
      const [members, whole] = [new Set(set), new Set<number>()];
      for (const index of set) {
        const orbit = [index];
        for (const at of orbit) {
          for (const generator of GENERATORS[symmetry]) {
            const image = indexOf(generator(vectorOf(at, n)));
            if (!orbit.includes(image)) orbit.push(image);
          }
        }
        if (orbit.every((other) => members.has(other))) whole.add(index);
      }
      // Once a vector of a broken orbit came, no whole orbit of more than itself follows.
      const firstBroken = set.findIndex((index) => !whole.has(index));
      expect(firstBroken === -1 ? set.length : firstBroken).toBe(whole.size);
      expect(whole.size).toBeGreaterThan(0);
      // Nothing can be added.
      for (let index = 0; index < 3 ** n; index++) {
        expect(verifyCapSet([...set, index], n).status).toBe("invalid");
      }
    },
  );

  test("orbits come by the priority of their first vectors", () => {
    const first = sets(taskOf(n), kernel(n, "c0 === 5 ? 1 : 0")).get("rotations, negation") ?? [];
    expect(
      first.slice(0, 12).every((index) => vectorOf(index, n).filter((d) => d === 0).length === 5),
    ).toBe(true);
  });

  test("a tool makes the set of one symmetry, or the largest, and refuses what is none", () => {
    const task = taskOf(4);
    const tool = task.tool(kernel(4, "c0"));
    const make = load(tool.source, tool.entry);
    const sizes = SYMMETRIES.map((symmetry) => (make(symmetry) as number[][]).length);
    expect(sizes).toEqual([...sets(task, kernel(4, "c0")).values()].map((set) => set.length));
    expect((make() as number[][]).length).toBe(Math.max(...sizes));
    expect(() => make("none")).toThrow("there is no symmetry none");
  });
});
