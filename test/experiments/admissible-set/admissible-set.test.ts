import { describe, expect, test } from "vitest";
import {
  pairSeparated,
  sizeOf,
  vectorsOf,
  verifyAdmissible,
  type Word,
  wordsOf,
} from "../../../experiments/admissible-set/admissible-set.ts";
import { tasks } from "../../../experiments/admissible-set/task.ts";
import type { Harness, Task } from "../../../src/index.ts";
import { load, runner } from "../in-process.ts";

function setOf(task: Task, source: string): Word[] {
  const execution = runner(task.harness as Harness, source, "score").run([]);
  if (execution.status !== "returned") throw new Error(JSON.stringify(execution));
  return execution.output as unknown as Word[];
}

/** The definition, word for word: any three vectors, some coordinate. */
function admissible(vectors: readonly (readonly number[])[]): boolean {
  const telling = new Set(["0,0,1", "0,0,2", "0,1,2"]);
  return vectors.every((x, i) =>
    vectors
      .slice(0, i)
      .every((y, j) =>
        vectors
          .slice(0, j)
          .every((z) => x.some((digit, at) => telling.has([digit, y[at], z[at]].sort().join()))),
      ),
  );
}

const [small, large] = tasks as readonly [Task, Task];

describe("admissible sets", () => {
  test("a constant priority gives the size that FunSearch's own notebook starts from", () => {
    // admissible_set.ipynb: the trivial priority reaches 1842 for I(15, 10).
    const words = setOf(large, large.kernel.seeds[0] ?? "");
    expect(verifyAdmissible(words as never, 15, 10)).toMatchObject({ status: "valid", size: 1842 });
  });

  test("what the check calls valid is admissible by the definition", () => {
    const words = setOf(small, small.kernel.seeds[0] ?? "").slice(0, 7);
    const vectors = words.flatMap(vectorsOf);
    expect(vectors).toHaveLength(words.reduce((sum, word) => sum + sizeOf(word), 0));
    expect(vectors.every((vector) => vector.filter((digit) => digit > 0).length === 7)).toBe(true);
    expect(new Set(vectors.map((vector) => vector.map(Boolean).join())).size).toBe(vectors.length);
    expect(admissible(vectors)).toBe(true);
  });

  test("what it refuses is not, pair by pair", () => {
    const words = wordsOf(6, 3);
    for (const [index, u] of words.entries()) {
      for (const v of words.slice(0, index)) {
        const vectors = [...vectorsOf(u), ...vectorsOf(v)];
        const supports = new Set(vectors.map((vector) => vector.map(Boolean).join()));
        const own = [vectorsOf(u), vectorsOf(v)].every(admissible);
        const truth = admissible(vectors) && supports.size === vectors.length;
        const verdict = verifyAdmissible([u, v], 6, 3).status === "valid";
        expect(verdict).toBe(truth && own);
        if (admissible(vectors)) expect(pairSeparated(u, v) && pairSeparated(v, u)).toBe(true);
      }
    }
  });

  test("what is no list of words of the right weight is refused", () => {
    for (const output of [null, [[0, 0, 0, 0]], [[1, 1, 1]], [[9, 1, 1, 1]], ["x"]]) {
      expect(verifyAdmissible(output as never, 12, 7).status).toBe("invalid");
    }
  });

  test("the registered tool gives the vectors themselves", () => {
    const source = small.kernel.seeds[1] ?? "";
    const tool = small.tool(source);
    const vectors = load(tool.source, tool.entry)() as number[][];
    const verdict = verifyAdmissible(setOf(small, source) as never, 12, 7);
    expect(verdict).toMatchObject({ status: "valid", size: vectors.length });
    expect(vectors.every((vector) => vector.length === 12)).toBe(true);
  });

  test("no starting program reaches a full set", () => {
    for (const source of small.kernel.seeds) {
      const verdict = verifyAdmissible(setOf(small, source) as never, 12, 7);
      expect(verdict.status === "valid" && verdict.size).toBeLessThan(792);
    }
  });
});
