/** What finished steps found out, and whether a text gives another figure than they do. */
import { describe, expect, it, test } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { draftOf, findings, givesAnotherFigure, numberOf } from "../../src/request/results.ts";
import type { DoneStep } from "../../src/work/outcome.ts";
import { Step } from "../../src/work/step.ts";

const did = (step: object, result: Json): DoneStep => ({
  step: Step.parse(step),
  version: 1,
  outcome: { status: "done", result },
});
const call = (id: string, given: object = {}) => ({
  id,
  kind: "call-tool",
  tool: "t",
  arguments: given,
});

describe("findings", () => {
  it("are the results that no later step has used", () => {
    const done = [
      did(call("a"), 1),
      did(call("b", { n: { $from: "a" } }), 2),
      did(call("c"), 3),
      did({ id: "d", kind: "program", code: "return input.c + 1;" }, 4),
    ];
    expect(findings(done)).toEqual([
      { id: "b", result: 2 },
      { id: "d", result: 4 },
    ]);
  });

  it("are no replies of a person, no new tools and no failures", () => {
    const done: DoneStep[] = [
      did({ id: "q", kind: "ask", question: "Which?" }, "21"),
      did({ id: "m", kind: "create-tool", name: "t", description: "d" }, { name: "t" }),
      { ...did(call("a"), 1), outcome: { status: "failed", reason: "odd" } },
    ];
    expect(findings(done)).toEqual([]);
    expect(draftOf([])).toBeUndefined();
  });

  it("are an answer without a model: one as it is, several by their steps", () => {
    expect(draftOf([{ id: "a", result: "plain" }])).toEqual({ text: "plain", value: "plain" });
    expect(
      draftOf([
        { id: "a", result: 1 },
        { id: "b", result: [2] },
      ]),
    ).toEqual({ text: "a: 1\nb: [2]", value: { a: 1, b: [2] } });
  });
});

describe("a figure", () => {
  test.each([
    ["17 * 23 + 5 is 400.", 396],
    ["It is 1,235.", 1234],
    ["-3", 3],
    ["About 0.34", 0.3333],
    ["41 %", 0.395],
  ])("in %j is another one than %d", (text, number) => {
    expect(givesAnotherFigure(text, number)).toBe(true);
  });

  test.each([
    ["17 * 23 + 5 is 396.", 396],
    ["It is three hundred and ninety-six.", 396],
    ["1,234,567.5 or 1.234.567,5", 1_234_567.5],
    ["It is 1,234.", 1234],
    ["It is 1,234.", 1.234],
    ["−3 degrees", -3],
    ["About 0.33", 1 / 3],
    ["33 %", 0.33],
    ["12 345", 12_345],
  ])("in %j is the number %d, as people write it", (text, number) => {
    expect(givesAnotherFigure(text, number)).toBe(false);
  });

  it("is compared with a single number alone", () => {
    expect([7, "7", { sum: 7 }].map(numberOf)).toEqual([7, 7, 7]);
    expect([[7], { a: 7, b: 8 }, "7 apples", null, true, {}].map(numberOf)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
    expect(givesAnotherFigure("8", undefined)).toBe(false);
  });
});
