import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeSource, radiiSource } from "../../../experiments/circle-packing/harness.js.ts";
import { verifyCircles } from "../../../experiments/circle-packing/packing.ts";
import { tasks } from "../../../experiments/circle-packing/task.ts";
import type { Json, Task } from "../../../src/index.ts";
import { load, runner } from "../in-process.ts";

const task = tasks[0] as Task;

function sumOf(source: string, form = "score", of: Task = task): number {
  const harness = of.forms?.find(({ entry }) => entry === form)?.harness ?? of.harness;
  if (harness === undefined) throw new Error("no harness");
  const execution = runner(harness, source, form).run([]);
  if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
  const verdict = of.score(execution, { input: [] });
  if (verdict.status === "invalid") throw new Error(verdict.reason);
  return verdict.score;
}

describe("the check of a packing", () => {
  const quarter = 0.25;
  const four: Json = [
    [quarter, quarter, quarter],
    [0.75, quarter, quarter],
    [quarter, 0.75, quarter],
    [0.75, 0.75, quarter],
  ];

  test("takes circles that touch each other and the border exactly", () => {
    expect(verifyCircles(four, 4)).toMatchObject({ status: "valid", sum: 1 });
    expect(verifyCircles((four as Json[]).flat() as Json, 4)).toMatchObject({ status: "valid" });
  });

  test("has no tolerance: the next larger double is refused", () => {
    const larger = 0.25 + 2 ** -54;
    const grown = (four as number[][]).map((circle, i) =>
      i === 0 ? [0.25, 0.25, larger] : circle,
    );
    expect(verifyCircles(grown, 4)).toMatchObject({ status: "invalid" });
    // Far from the border, so that the overlap alone decides; 0.1 + 0.2 is a classic of rounding.
    const pair = (gap: number): Json => [
      [0.3, 0.5, 0.1],
      [0.3 + gap, 0.5, 0.2],
    ];
    expect(verifyCircles(pair(0.3001), 2)).toMatchObject({ status: "valid" });
    expect(verifyCircles(pair(0.3 - 2 ** -53), 2)).toMatchObject({
      reason: "circles 0 and 1 overlap",
    });
  });

  test("refuses what is no packing", () => {
    for (const output of [
      null,
      [],
      [[0.5, 0.5]],
      [[0.5, 0.5, -0.1]],
      [[0.5, 0.5, 0.6]],
      [[2, 0.5, 0.1]],
    ]) {
      expect(verifyCircles(output as Json, 1).status).toBe("invalid");
    }
  });

  test("agrees with plain arithmetic where rounding can not decide", () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(unit, unit, unit), fc.tuple(unit, unit, unit), (one, other) => {
        const [ax, ay, ar] = one;
        const [bx, by, br] = other;
        const margin = Math.min(
          Math.hypot(ax - bx, ay - by) - ar - br,
          ...[ax, ay, 1 - ax, 1 - ay].map((room) => room - ar),
          ...[bx, by, 1 - bx, 1 - by].map((room) => room - br),
        );
        fc.pre(Math.abs(margin) > 1e-9);
        expect(verifyCircles([one, other], 2).status).toBe(margin > 0 ? "valid" : "invalid");
      }),
    );
  });
});

describe("circle-packing tasks", () => {
  test("aim at what AlphaEvolve published, for 26 and 32 circles", () => {
    expect(tasks.map(({ name, target }) => [name, target])).toEqual([
      ["circle-packing-26", 2.6358627564136983],
      ["circle-packing-32", 2.937944526205518],
    ]);
  });

  test("give each circle the best radius: a 5 x 5 grid and a point between give 2.5414", () => {
    // Twenty-five of radius 0.1, and (sqrt 2 - 1) / 10 in the gap of four.
    const at = (axis: 0 | 1) =>
      Array.from({ length: 26 }, (_, i) =>
        i === 25 ? 0.2 : 0.1 + 0.2 * (axis === 0 ? i % 5 : Math.floor(i / 5)),
      );
    const radiiOf = load(radiiSource, "radiiOf") as (xs: number[], ys: number[]) => number[];
    const sum = radiiOf(at(0), at(1)).reduce((total, radius) => total + radius, 0);
    expect(sum).toBeCloseTo(2.5 + (Math.SQRT2 - 1) / 10, 9);
  });

  test("relax one circle to the middle and two to a diagonal, whose sum is 2 - sqrt 2", () => {
    const place = load(placeSource, "place") as (
      score: (i: number, axis: number) => number,
      n: number,
    ) => number[];
    const one = verifyCircles(
      place((_, axis) => [0.1, 0.8][axis] ?? 0, 1),
      1,
    );
    expect(one).toMatchObject({ status: "valid", sum: expect.closeTo(0.5, 7) });
    const two = verifyCircles(
      place((i, axis) => 0.3 + 0.1 * i + 0.05 * axis, 2),
      2,
    );
    expect(two).toMatchObject({ status: "valid", sum: expect.closeTo(2 - Math.SQRT2, 7) });
  });

  test("every beginning gives a packing that holds, and none passes the best known", () => {
    const best = Math.max(...(task.published ?? []).map(({ value }) => value));
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.5, max: 1.5, noNaN: true }), { minLength: 52, maxLength: 52 }),
        (at) => {
          const sum = sumOf(
            `function score(i, axis) { return ${JSON.stringify(at)}[2 * i + axis]; }`,
          );
          expect(sum).toBeGreaterThan(1);
          expect(sum).toBeLessThan(best + 1e-6);
        },
      ),
      { numRuns: 30 },
    );
    for (const same of ["0.5", "0", "NaN", "Infinity"]) {
      expect(sumOf(`function score() { return ${same}; }`)).toBeGreaterThanOrEqual(0);
    }
  });

  test("no starting program reaches the target; a rule of rows does for 32, not for 26 circles", () => {
    const reached = tasks.map((each) => {
      const { target = 0, kernel, parametric } = each;
      for (const source of kernel.seeds) {
        expect(sumOf(source, "score", each)).toBeLessThan(target - 0.01);
      }
      const rows = parametric?.programs(1) ?? [];
      return Math.max(...rows.map((source) => sumOf(source, "score", each))) >= target;
    });
    expect(reached).toEqual([false, true]);
  });

  test("say in their notes that a rule relaxes every candidate", () => {
    expect(task.notes?.join(" ")).toMatch(/relaxed by the same procedure, in at most 640 steps/);
  });

  test("a published program packs the same circles; one that says radii itself is not mended", () => {
    const source = task.kernel.seeds[1] ?? "";
    const published = task.publish(source);
    expect(sumOf(published.source, published.entry)).toBe(sumOf(source));
    const tool = task.tool(source);
    expect((load(tool.source, tool.entry)() as number[]).length).toBe(3 * 26);
    const greedy = "function pack(n) { return Array.from({ length: 3 * n }, () => 0.4); }";
    expect(() => sumOf(greedy, "pack")).toThrow(/overlap/);
  });
});
