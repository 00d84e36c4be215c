import { describe, expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import {
  caseQuestion,
  casesAnswered,
  exampleAnswer,
  inputLines,
} from "../../src/work/case-question.ts";

const one = caseQuestion("size", [{ args: [[1, 2]], results: [[2], [3]] }]);
const three = caseQuestion("label", [
  { args: [50], results: [50, 55] },
  { args: [0], results: ["a", "b"] },
  { args: [-1], results: [true, false] },
]);
const args = three.inputs.map((input) => input.args);

describe("an answer about cases", () => {
  it.each<[Json, readonly (Json | undefined)[]]>([
    ["a b a", [50, "b", true]],
    ["B, A, B", [55, "a", false]],
    ["55 - b", [55, undefined, false]],
    ['60 "a" null', [60, "a", null]],
    [
      '{"x": [1, 2], "y": "p, q"} "it is \\"so\\", yes" -',
      [{ x: [1, 2], y: "p, q" }, 'it is "so", yes', undefined],
    ],
    ['["a", "a", "-"]', [50, "a", undefined]],
    [
      ["a", 7, false],
      [50, 7, false],
    ],
    ["- - -", [undefined, undefined, undefined]],
    [[{ args: [0], expected: "z" }], [undefined, "z", undefined]],
  ])("%j gives the cases of the inputs whose result it knows", (answer, expected) => {
    const cases = expected.flatMap((value, at) =>
      value === undefined ? [] : [{ args: args[at], expected: value }],
    );
    expect(casesAnswered(three, answer)).toEqual(cases);
  });

  it("to a single input may be any JSON, also a list", () => {
    expect(casesAnswered(one, "b")).toEqual([{ args: [[1, 2]], expected: [3] }]);
    expect(casesAnswered(one, "[4, 5]")).toEqual([{ args: [[1, 2]], expected: [4, 5] }]);
  });

  it.each<Json>(["a b", "a b a b", "a b hello", "a b c", "", 5, [{ args: [9], expected: 1 }], {}])(
    "%j is refused with what is asked",
    (answer) => {
      expect(() => casesAnswered(three, answer)).toThrow(
        expect.objectContaining({
          code: "BAD_ANSWER",
          message: expect.stringContaining("label(50)   a) 50   b) 55"),
        }),
      );
    },
  );

  it("with a secret is refused, since the journal would change it", () => {
    const secret = `"sk-proj-${"a1B2".repeat(12)}"`;
    expect(() => casesAnswered(one, secret)).toThrow(
      expect.objectContaining({ code: "SECRET_ARGUMENTS" }),
    );
  });

  it("can be given as the example that is shown", () => {
    expect(inputLines(three)).toHaveLength(3);
    expect(casesAnswered(three, exampleAnswer(three)).map(({ expected }) => expected)).toEqual([
      50,
      "a",
      true,
    ]);
  });
});
