import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateExecutions } from "../../evaluators/evaluate.ts";
import { createEvaluator } from "../../evaluators/index.ts";
import { InvariantError } from "../../src/core/errors.ts";
import type { Execution } from "../../src/core/execution.ts";
import type { Task } from "../../src/core/task.ts";

const task: Pick<Task, "name" | "score" | "reduce"> = {
  name: "numbers",
  score: ({ output }) =>
    typeof output === "number"
      ? { status: "scored", score: output }
      : { status: "invalid", reason: "no number" },
};

const returned = (output: number | string): Execution => ({
  status: "returned",
  output,
  wallMs: 0,
});
const instances = (count: number) => Array.from({ length: count }, () => ({ input: [] }));

const FAILURES: readonly Exclude<Execution, { status: "returned" }>[] = [
  { status: "threw", message: "boom", wallMs: 1 },
  { status: "timed-out", limitMs: 10 },
  { status: "out-of-memory", limitMiB: 8 },
  { status: "bad-output", reason: "a function" },
  { status: "refused", reason: "imports fs" },
  { status: "crashed", reason: "signal" },
];

describe("evaluation", () => {
  test("scores each instance in order and takes the mean, or the task's own reduction", () => {
    const executions = [1, 2, 6].map(returned);
    expect(evaluateExecutions(task, instances(3), executions)).toEqual({
      status: "scored",
      scores: [1, 2, 6],
      fitness: 3,
    });
    const least = { ...task, reduce: (scores: readonly number[]) => Math.min(...scores) };
    expect(evaluateExecutions(least, instances(3), executions)).toMatchObject({ fitness: 1 });
  });

  test("one failure among successes is a failure, of its own kind, at its own place", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FAILURES), fc.nat(5), fc.nat(5), (failure, before, after) => {
        const executions = [
          ...Array.from({ length: before }, () => returned(1e9)),
          failure,
          ...Array.from({ length: after }, () => returned(1e9)),
        ];
        expect(evaluateExecutions(task, instances(executions.length), executions)).toEqual({
          status: "failed",
          kind: failure.status,
          reason: expect.any(String),
          at: before,
        });
      }),
    );
  });

  test("an artefact that does not hold is invalid", () => {
    expect(evaluateExecutions(task, instances(2), [returned(1), returned("1")])).toEqual({
      status: "failed",
      kind: "invalid",
      reason: "no number",
      at: 1,
    });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "a score or fitness of %d never becomes a number",
    (value) => {
      const wild = { ...task, score: () => ({ status: "scored", score: value }) as const };
      expect(evaluateExecutions(wild, instances(1), [returned(1)])).toMatchObject({
        kind: "invalid",
      });
      const reduced = { ...task, reduce: () => value };
      expect(evaluateExecutions(reduced, instances(1), [returned(1)])).toMatchObject({
        kind: "invalid",
      });
    },
  );

  test("missing executions are our own fault", () => {
    expect(() => evaluateExecutions(task, instances(2), [returned(1)])).toThrow(InvariantError);
    expect(() => evaluateExecutions(task, [], [])).toThrow(InvariantError);
  });
});

describe("feedback", () => {
  const { feedback } = createEvaluator();
  const cases = {
    kernel: { entry: "add" },
    score: (execution, { expected }) => ({
      status: "scored",
      score: execution.output === expected ? 1 : 0.5,
    }),
  } as Task;
  const sums = [
    { input: [1, 2], expected: 3 },
    { input: [2, 2], expected: 4 },
    { input: ["a", 1], expected: "a1" },
  ];

  test("tells input, expected and what came, for failed cases alone", () => {
    const executions = [returned(3), returned(5), FAILURES[0] as Execution];
    expect(feedback(cases, sums, executions)).toEqual([
      "add(2, 2): expected 4, got 5",
      'add("a", 1): expected "a1", threw: boom',
    ]);
    expect(feedback(cases, sums, [returned(3), returned(4), returned("a1")])).toEqual([]);
  });

  test("without expected values, tells what failed or is invalid", () => {
    const packing = { ...task, kernel: { entry: "score" } } as Task;
    const executions = [returned(1), returned("x"), FAILURES[1] as Execution];
    expect(feedback(packing, [{ input: [1] }, { input: [2] }, { input: [3] }], executions)).toEqual(
      ["score(2): invalid: no number", "score(3): timed out after 10 ms"],
    );
  });

  test("stays within lines and characters, and counts what it leaves out", () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ input: [i], expected: -1 }));
    const executions = many.map((_, i) => returned(i));
    const lines = feedback(cases, many, executions, { maxLines: 4 });
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe("and 47 more");
    fc.assert(
      fc.property(fc.nat(60), fc.nat(3_000), (maxLines, maxChars) => {
        const capped = feedback(cases, many, executions, { maxLines, maxChars });
        expect(capped.length).toBeLessThanOrEqual(maxLines);
        expect(capped.join("").length).toBeLessThanOrEqual(maxChars);
      }),
    );
    const long = [{ input: ["x".repeat(100_000)], expected: "y".repeat(100_000) }];
    expect(feedback(cases, long, [returned("z".repeat(100_000))])[0]?.length).toBeLessThan(700);
  });
});
