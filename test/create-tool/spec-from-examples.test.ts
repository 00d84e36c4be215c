import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import type { Json } from "../../src/core/json.ts";
import { specFromExamples } from "../../src/create-tool/spec-from-examples.ts";

describe("a spec out of examples", () => {
  it.each<[Json[], string]>([
    [[1, 2], "number"],
    [[1, null], "null | number"],
    [[["a"], []], "string[]"],
    [[[1, "a"]], "(number | string)[]"],
    [[[[1], []], [[2]]], "number[][]"],
    [[[true], [null]], "(boolean | null)[]"],
    [[[]], "unknown[]"],
    [[[1], null], "unknown"],
    [[{ a: 1 }, { b: 2 }], "Record<string, unknown>"],
    [[{ a: 1 }, 1], "unknown"],
  ])("finds the type that holds all values: %j", (values, type) => {
    const examples = values.map((value) => ({ args: [value], expected: 1 }));
    expect(specFromExamples("find it", examples).signature).toMatch(/^function find\(\w+: /);
    expect(specFromExamples("find it", examples).signature.replace(/\(\w+: /, "(a: ")).toBe(
      `function find(a: ${type}): number`,
    );
  });

  it("holds values of any depth", () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 1_000; depth++) deep = [deep];
    const examples = [{ args: [deep], expected: deep }];
    expect(specTask(specFromExamples("turn it", examples)).kernel.result).toBe("unknown");
  });

  it("gives a signature that is read, and that every example fits", () => {
    const values = fc.array(fc.tuple(fc.jsonValue(), fc.jsonValue()), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(values, (pairs) => {
        // The number keeps examples of equal values from contradicting each other.
        const examples = pairs.map(([value, expected], index) => ({
          args: [index, value as Json],
          expected: expected as Json,
        }));
        const task = specTask(specFromExamples("turn one value into another", examples));
        expect(task.kernel.parameters).toHaveLength(2);
      }),
    );
  });
});
