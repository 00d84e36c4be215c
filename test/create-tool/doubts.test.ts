import { describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import type { Evidence } from "../../src/core/evidence.ts";
import type { Json } from "../../src/core/json.ts";
import { questionOn, settledBy } from "../../src/create-tool/doubts.ts";
import type { Examination } from "../../src/create-tool/examine.ts";
import type { EvolveResult, Winner } from "../../src/evolve/loop/run.ts";

const evidence: Evidence = {
  status: "provisional",
  bits: 2,
  searched: 10,
  heldOut: { passed: 2, total: 2 },
  unsureOn: [],
};
const SOURCES = ["p0", "p1", "p2", "p3"];
const survivors = SOURCES.map((source) => ({ source, bits: 10 }));

/** Results of the programs on an input; undefined where one fails. */
function telling(arg: Json, cost: number, results: readonly (Json | undefined)[]) {
  const offers: { result: Json; by: number[] }[] = [];
  for (const [program, result] of results.entries()) {
    if (result === undefined) continue;
    const same = offers.find((offer) => offer.result === result);
    if (same === undefined) offers.push({ result, by: [program] });
    else same.by.push(program);
  }
  return { args: [arg], oddness: 0, cost, offers };
}

const examined = (list: Examination["telling"], own: Partial<Evidence> = {}): Examination =>
  ({ evidence: { ...evidence, ...own }, survivors, telling: list }) as unknown as Examination;

describe("what a person is asked", () => {
  const half = telling("half", 1, [1, 1, 2, 2]);
  const again = telling("again", 2, [5, 5, 6, 6]);
  const odd = telling("odd", 3, [1, 2, 1, 2]);

  it("is the cheapest inputs that each tell more programs apart", () => {
    const question = questionOn("f", examined([half, again, odd]), 3);
    expect(question?.inputs).toEqual([
      { args: ["half"], results: [1, 2] },
      { args: ["odd"], results: [1, 2] },
    ]);
    expect(questionOn("f", examined([half, again, odd]), 1)?.inputs).toHaveLength(1);
  });

  it("is nothing if no doubt is plausible, if all is asked, or if the winner is known to be wrong", () => {
    expect(questionOn("f", examined([telling("far", 7, [1, 2, 2, 2])]), 3)).toBeUndefined();
    expect(questionOn("f", examined([half]), 0)).toBeUndefined();
    expect(
      questionOn("f", examined([half], { heldOut: { passed: 1, total: 2 } }), 3),
    ).toBeUndefined();
  });
});

describe("an answer", () => {
  const task = specTask({
    name: "f",
    description: "f",
    signature: "function f(a: number): number",
    cases: [1, 2, 3, 4].map((value) => ({ args: [value], expected: value })),
    heldOut: [{ args: [9], expected: 9 }],
  });
  const programs = SOURCES.map((source) => ({ source, digest: source, fitness: 1, scores: [] }));
  const winner = {
    program: programs[0],
    chances: { train: [0.5, 0.5, 0.5, 0.5], sealed: [0.25] },
  } as unknown as Winner;
  const result = { winner, survivors: programs } as unknown as EvolveResult;
  const searched = { result, winner, searched: task, task };
  const doubts = examined([
    telling(10, 1, [1, 1, 2, undefined]),
    telling(20, 2, [1, 2, 1, undefined]),
  ]);

  it("that the winner gives leaves it, with one held-out case more", () => {
    const settled = settledBy(searched, doubts, [{ args: [10], expected: 1 + 1e-12 }]);
    expect(settled?.winner.program.source).toBe("p0");
    expect(settled?.task.instances("sealed", 1).map(({ input }) => input)).toEqual([[9], [10]]);
    expect(settled?.task.instances("train", 1)).toHaveLength(4);
    // Two of four programs are right on it, so it says less than one bit.
    expect(settled?.winner.chances?.sealed).toEqual([0.25, 3 / 5]);
  });

  it("that another program gives makes that one the winner", () => {
    const settled = settledBy(searched, doubts, [
      { args: [10], expected: 2 },
      { args: [20], expected: 1 },
    ]);
    expect(settled?.winner.program.source).toBe("p2");
    expect(settled?.result.winner?.program.source).toBe("p2");
  });

  it("that no program gives, alone or with the others, settles nothing", () => {
    expect(settledBy(searched, doubts, [{ args: [10], expected: 3 }])).toBeUndefined();
    const both = [
      { args: [10], expected: 2 },
      { args: [20], expected: 2 },
    ];
    expect(settledBy(searched, doubts, both)).toBeUndefined();
  });
});
