/** The answer: whose words and whose data it is, and what is checked before it is given. */
import { describe, expect, it } from "vitest";
import { Request } from "../../src/core/request.ts";
import { answerByModel } from "../../src/request/answer.ts";
import type { Goal } from "../../src/work/goal.ts";
import type { DoneStep } from "../../src/work/outcome.ts";
import { Step, type StepOf } from "../../src/work/step.ts";
import { stage } from "../support/stage.ts";
import { sampleTool } from "../toolstore/sample.ts";

const done: readonly DoneStep[] = [
  {
    step: Step.parse({ id: "a", kind: "call-tool", tool: "double", arguments: {} }),
    version: 1,
    outcome: { status: "done", result: [16, 28] },
  },
];
const met = (item: number) => ({ item, verdict: "met", reason: "It is." });

async function answered(
  step: object,
  replies: readonly object[],
  { asked = {}, steps = done }: { asked?: object; steps?: readonly DoneStep[] } = {},
) {
  const at = stage(replies);
  const request = Request.parse({ objective: "Double 8 and 14", ...asked });
  const goal: Goal = { request, words: "Double 8 and 14", context: [] };
  const parsed = Step.parse({ id: "end", kind: "answer", ...step }) as StepOf<"answer">;
  return { ...at, said: await answerByModel(at, goal, parsed, steps) };
}

describe("an answer", () => {
  it("that the plan says whole is taken at its word, and nobody is asked", async () => {
    const { said, asked } = await answered({ text: "16 and 28.", value: { $from: "a[1]" } }, []);
    expect(said).toMatchObject({ kind: "answered", answer: { text: "16 and 28.", value: 28 } });
    expect(asked()).toEqual([]);
  });

  it("that a model writes keeps the exact value that the plan points at", async () => {
    const { said, asked } = await answered({ value: { $from: "a" } }, [
      { text: "16 and 28.", value: [16, 29] },
    ]);
    expect(said).toMatchObject({ kind: "answered", answer: { value: [16, 28] } });
    expect(asked()[0]).toContain("is done: [16,28]");
  });

  it("out of a result that is not there is none, and says where it looked", async () => {
    const { said } = await answered({ text: "x", value: { $from: "a[2]" } }, []);
    expect(said).toEqual({
      kind: "replan",
      reason: expect.stringContaining("The result of a has no 2"),
    });
  });

  it("whose requirement is unmet says so, with the judge's reason", async () => {
    const { said, told } = await answered(
      { text: "16 and 28." },
      [{ verdicts: [met(0), { item: 1, verdict: "unmet", reason: "No sum is given." }] }],
      { asked: { requirements: ["Be kind.", "Give the sum."] } },
    );
    expect(said).toEqual({
      kind: "replan",
      reason: 'The answer does not meet: "Give the sum." (No sum is given.)',
    });
    expect(told("answer-checked")).toMatchObject([
      { checks: [{ verdict: "met" }, { verdict: "unmet", by: "judge" }] },
    ]);
  });

  it("is judged by nobody where a rule decides", async () => {
    const { said, asked } = await answered({ text: "One two three." }, [], {
      asked: { constraints: ["at most 2 words"] },
    });
    expect(said).toMatchObject({ kind: "replan", reason: expect.stringContaining("3 words") });
    expect(asked()).toEqual([]);
  });

  it("counts as unchecked where the judge passes over an item, and not as met", async () => {
    const { said } = await answered({ text: "Yes." }, [{ verdicts: [] }], {
      asked: { requirements: ["Be kind."] },
    });
    expect(said).toMatchObject({
      answer: { checks: [{ item: "Be kind.", by: "unchecked", verdict: "unclear" }] },
    });
  });

  const found = (result: number): readonly DoneStep[] => [
    {
      step: Step.parse({ id: "a", kind: "program", code: "return 17 * 23 + 5;" }),
      version: 1,
      outcome: { status: "done", result },
    },
  ];

  it("gives no other figure than the steps: neither the planner's nor the writer's", async () => {
    const { said, asked } = await answered(
      { text: "It is 400.", value: 400 },
      [
        { text: "It is 400.", value: 400 },
        { text: "It is 396.", value: 396 },
      ],
      { steps: found(396) },
    );
    expect(said).toMatchObject({ kind: "answered", answer: { text: "It is 396.", value: 396 } });
    expect(asked()).toHaveLength(2);
    expect(asked()[1]).toContain("the result is 396");
  });

  it.each([
    ["other figures", { text: "It is 400.", value: null }],
    ["nothing", { text: "```\n```", value: null }],
    ["an object of another shape", {}],
  ])("is the result itself where the writer keeps giving %s", async (_, reply) => {
    const { said } = await answered({}, [reply, reply, reply], { steps: found(396) });
    expect(said).toMatchObject({ kind: "answered", answer: { text: "396", value: 396 } });
  });

  it("is not made up where there is no result and nobody writes it", async () => {
    await expect(answered({}, [{}, {}, {}], { steps: [] })).rejects.toMatchObject({
      code: "MALFORMED_REPLY",
    });
  });

  it("is not judged where the judge gives no verdicts, and says so", async () => {
    const { said, told } = await answered({ text: "Yes." }, [{}, { verdict: "fine" }, []], {
      asked: { requirements: ["Be kind."], constraints: ["at most 2 words"] },
    });
    const reason = expect.stringMatching(/^Not judged/);
    expect(said).toMatchObject({
      answer: {
        checks: [
          { item: "Be kind.", by: "unchecked", verdict: "unclear", reason },
          { by: "property", verdict: "met" },
        ],
      },
    });
    expect(told("help-missing")).toMatchObject([
      { name: "judge", code: "MALFORMED_REPLY", instead: "not judged" },
    ]);
  });

  it("after failures alone is marked as unchecked, and after a result is not", async () => {
    const failed: DoneStep = {
      step: Step.parse({ id: "m", kind: "create-tool", name: "add", description: "Adds." }),
      version: 1,
      outcome: { status: "failed", reason: "CASES_UNCLEAR: too few" },
    };
    const [alone, beside, direct] = await Promise.all([
      answered({ text: "It is kind." }, [], { steps: [failed] }),
      answered({ text: "It is kind." }, [], { steps: [failed, ...done] }),
      answered({ text: "It is kind." }, [], { steps: [] }),
    ]);
    expect(alone.said).toMatchObject({ answer: { unchecked: expect.stringContaining("No step") } });
    for (const { said } of [beside, direct]) expect(said).not.toHaveProperty("answer.unchecked");
  });

  it("is shown by the cases of a tool only if that tool was made and called", async () => {
    const tool = sampleTool({ name: "double" });
    const made: DoneStep = {
      step: Step.parse({ id: "m", kind: "create-tool", name: "double", description: "Doubles." }),
      version: 1,
      outcome: { status: "done", result: null, made: { name: "double", tool } as never },
    };
    const verdict = { verdicts: [{ ...met(0), cases: "double" }] };
    const asked = { requirements: ["It doubles."] };
    const [used, unused] = await Promise.all([
      answered({ text: "Yes." }, [verdict], { asked, steps: [made, ...done] }),
      answered({ text: "Yes." }, [verdict], { asked, steps: [made] }),
    ]);
    expect(used.said).toMatchObject({ answer: { checks: [{ by: "case", verdict: "met" }] } });
    expect(used.said).toMatchObject({ answer: { tool: { name: "double", version: 1 } } });
    expect(unused.said).toMatchObject({ answer: { checks: [{ by: "judge" }] } });
  });
});
