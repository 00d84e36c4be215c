/** Plans as data: what is wrong with one is said by name; references stand for what steps gave. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Request } from "../../src/core/request.ts";
import { checkByRule } from "../../src/request/checks.ts";
import { type PlanScope, planDiff, planFaults } from "../../src/work/plan.ts";
import { parseReference, referencesIn, resolveReferences } from "../../src/work/references.ts";
import { Step } from "../../src/work/step.ts";

const scope: PlanScope = {
  callable: new Set(["double", "clerk"]),
  agents: new Set(["clerk"]),
  finished: new Set(["old"]),
  complete: false,
  argumentFaults: (_, given) => (typeof given.input === "number" ? [] : ["input: must be number."]),
};
const step = (value: object) => Step.parse(value);
const call = (id: string, tool: string, given: object = { input: 1 }, dependsOn: string[] = []) =>
  step({ id, kind: "call-tool", tool, arguments: given, dependsOn });
const answer = step({ id: "end", kind: "answer", value: { $from: "a" } });
const faults = (...steps: ReturnType<typeof step>[]) => planFaults(steps, scope).join(" ");

describe("a plan", () => {
  it("that can be carried out has no faults", () => {
    expect(
      faults(call("a", "double"), call("b", "double", { input: { $from: "old[0]" } }), answer),
    ).toBe("");
  });

  it.each([
    [
      "an unknown tool",
      () => faults(call("a", "treble")),
      /calls "treble", which does not exist.*double/,
    ],
    ["two steps of one id", () => faults(call("a", "double"), call("a", "double")), /share an id/],
    [
      "an unknown dependency",
      () => faults(call("a", "double", { input: 1 }, ["z"])),
      /depends on z/,
    ],
    [
      "a circle",
      () =>
        faults(call("a", "double", { input: 1 }, ["b"]), call("b", "double", { input: 1 }, ["a"])),
      /a, b wait/,
    ],
    [
      "a reference that can not be read",
      () => faults(call("a", "double", { input: { $from: "x y" } })),
      /"x y" is no reference/,
    ],
    [
      "arguments that do not fit",
      () => faults(call("a", "double", { input: "1" })),
      /a, double: input: must be number/,
    ],
    [
      "two answers",
      () => faults(answer, step({ id: "e2", kind: "answer", text: "y" })),
      /one answer step, got several/,
    ],
    [
      "a tool that is there already",
      () => faults(step({ id: "m", kind: "create-tool", name: "double", description: "d" })),
      /exists already/,
    ],
    [
      "an unknown agent",
      () => faults(step({ id: "d", kind: "delegate", agent: "boss", message: "m" })),
      /no agent "boss"/,
    ],
    ["nothing to do", () => faults(), /No step of the plan is left/],
  ])("with %s is refused by name", (_, made, message) => {
    expect(made()).toMatch(message);
  });

  it.each([
    ["text", { text: "It is 400.", value: { $from: "a" } }],
    ["a value", { value: 400 }],
    ["a value without figures", { value: "yes" }],
    ["a figure beside a reference", { value: { sum: 400, part: { $from: "a" } } }],
    ["a text with a figure beside a reference", { value: ["It is 400.", { $from: "a" }] }],
  ])("that answers with %s before its steps have run is told so", (_, said) => {
    const ahead = step({ id: "end", kind: "answer", ...said });
    expect(faults(call("a", "double"), ahead)).toMatch(
      /Step end answers .* before the other steps/,
    );
    // Nothing is computed here: the author has seen all results.
    expect(faults(step({ id: "end", kind: "answer", ...said, value: null }))).toBe("");
  });

  it.each([
    ["labels", { value: { unit: "km", length: { $from: "a" } } }],
    ["nothing yet", {}],
    ["an empty text", { text: "```\n```", value: { $from: "a" } }],
  ])("may answer with %s beside its steps", (_, said) => {
    expect(faults(call("a", "double"), step({ id: "end", kind: "answer", ...said }))).toBe("");
  });

  it.each([
    ["another key", { $from: "a", $to: "end" }],
    ["a step's number", { $from: 1 }],
    ["another key, deep inside", [{ x: { $from: "a", path: "b" } }]],
  ])("with a reference that has %s is refused by name", (_, value) => {
    const message = /is no reference. Write \{"\$from": "id"\}, with no other key/;
    expect(faults(call("a", "double"), step({ id: "end", kind: "answer", value }))).toMatch(
      message,
    );
    expect(faults(call("b", "double", { input: value }))).toMatch(message);
  });

  it("may be empty where all is done, and only there", () => {
    expect(planFaults([], { ...scope, complete: true })).toEqual([]);
    expect(planFaults([], scope)).toHaveLength(1);
  });

  it("may call a tool that it makes itself, in whatever order it is written", () => {
    const make = step({ id: "m", kind: "create-tool", name: "treble", description: "d" });
    expect(faults(call("a", "treble"), make)).toBe("");
    expect(faults(call("a", "treble"), { ...make, dependsOn: ["a"] })).toMatch(/circle/);
  });

  it("differs from the one before it by what was added, dropped and changed", () => {
    const before = [call("a", "double"), call("b", "double")];
    const after = [call("b", "double", { input: 2 }), call("c", "double")];
    expect(planDiff(before, after)).toEqual({ added: ["c"], dropped: ["a"], changed: ["b"] });
  });
});

describe("references", () => {
  const results = new Map([["s", { rows: [{ "a b": 7 }], none: null }]]);
  const resolved = (value: never) => resolveReferences(value, results);

  it("stand for parts of results, anywhere in a value", () => {
    const value = { x: [{ $from: 's.rows[0]["a b"]' }], y: { $from: "s.none" } };
    expect(resolved(value as never)).toEqual({ status: "resolved", value: { x: [7], y: null } });
  });

  it("to what is not there are named, and no value is made up", () => {
    expect(resolved({ $from: "s.rows[1]" } as never)).toMatchObject({
      status: "unresolved",
      reason: expect.stringContaining("has no 1"),
    });
    expect(resolved({ $from: "t" } as never)).toMatchObject({ status: "unresolved" });
    expect(resolved({ $from: "s.constructor" } as never)).toMatchObject({ status: "unresolved" });
  });

  it("are objects alone: no text is ever taken for one", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(referencesIn(text)).toEqual([]);
        expect(resolveReferences(text, results)).toEqual({ status: "resolved", value: text });
      }),
    );
  });

  it("that are no paths are not read", () => {
    for (const text of ["", "a b", "a.", "a[", "a[-1]", "1a", "a..b"]) {
      expect(parseReference(text)).toBeUndefined();
    }
  });
});

describe("checks by rule", () => {
  const verdicts = (text: string, ...constraints: string[]) =>
    checkByRule(Request.parse({ objective: "x", constraints }), { text, value: null }).map(
      ({ by, verdict }) => `${by} ${verdict}`,
    );

  it("count words, characters, lines and sentences of the answer", () => {
    const text = "One two three. Four!";
    expect(
      verdicts(
        text,
        "at most 4 words",
        "The answer must be under 4 words.",
        "exactly 2 sentences",
        "at least 2 lines",
        "no more than 20 characters",
        "Use more than 3 words",
      ),
    ).toEqual([
      "property met",
      "property unmet",
      "property met",
      "property unmet",
      "property met",
      "property met",
    ]);
  });

  it("leave alone what is not about the answer itself, and say that nobody checked it", () => {
    const about = [
      "Functions have at most 3 lines",
      "Be kind",
      "Summaries of at most 9 words each",
    ];
    expect(verdicts("x", ...about)).toEqual(about.map(() => "unchecked unclear"));
  });
});
