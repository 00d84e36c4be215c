/** Requests whose model is wrong, silent or in the way: they end right, or say why not. */
import { afterEach, describe, expect, it } from "vitest";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const NO_TOOLS = { potential_tools: [] };
const plan = (...steps: object[]) => ({ reason: "so", steps });
const program = (id: string, code: string) => ({ id, kind: "program", code });
const make = (name: string) => ({
  id: `make_${name}`,
  kind: "create-tool",
  name,
  description: `Turns the words of a text round, as ${name}.`,
  signature: `${name}(text: string): string`,
});

let homes: WalkHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});
async function opened(answers: Parameters<typeof walkScript>[0], config = {}): Promise<WalkHome> {
  const home = await walkHome(walkScript({ ground_queries: {}, ...answers }), config);
  homes = [...homes, home];
  return home;
}
const stagesOf = ({ server }: WalkHome) => server.requests.map(stageOf);

describe("a request", () => {
  it("whose planner answers ahead, and whose writer cannot write, is answered by the steps", async () => {
    const home = await opened({
      blind_affordance: NO_TOOLS,
      plan: plan(program("calc", "return 8 * 12 - 5;"), {
        id: "end",
        kind: "answer",
        text: "It is 90.",
        value: { $from: "calc" },
      }),
      answer: "It is 90.",
    });
    const { solution, requestId } = await home.request("What is 8 * 12 - 5?");
    expect(solution).toMatchObject({ answer: { text: "91", value: 91 } });
    const proposed = (await home.events(requestId)).find(({ type }) => type === "plan-proposed");
    expect(JSON.stringify(proposed?.data)).not.toContain("90");
  });

  it("whose program returns nothing is planned anew with that", async () => {
    const home = await opened({
      blind_affordance: NO_TOOLS,
      plan: [
        plan(program("calc", "function calc() { return 91; }"), {
          id: "end",
          kind: "answer",
          value: { $from: "calc" },
        }),
        plan(program("again", "return 91;"), {
          id: "end",
          kind: "answer",
          value: { $from: "again" },
        }),
      ],
      answer: { text: "It is 91.", value: null },
    });
    const { solution } = await home.request("What is 8 * 12 - 5?");
    expect(solution).toMatchObject({ answer: { text: "It is 91.", value: 91 } });
    const second = home.server.requests.filter((each) => stageOf(each) === "plan")[1];
    expect(textOf(second as never)).toContain(
      "calc (program) failed: The program returned nothing",
    );
  });

  it("whose planner never answers is answered from the results when it has nothing to add", async () => {
    const home = await opened({
      blind_affordance: NO_TOOLS,
      plan: [
        plan(program("part", "return 240 * 0.15;")),
        plan(program("rest", "return input.part - 6;")),
        { reason: "That is all.", steps: [] },
      ],
      answer: { text: "It is 30.", value: 30 },
    });
    const { status, solution } = await home.request("15 percent of 240, minus 6");
    expect({ status, solution }).toMatchObject({
      status: "SUCCEEDED",
      solution: { answer: { text: "It is 30.", value: 30 } },
    });
    expect(stagesOf(home)).toEqual(["blind_affordance", "plan", "plan", "plan", "answer"]);
  });

  it.each([
    ["prose", "I would use a calculator."],
    ["an object of another shape", { data: 1, potential_tools: 1, verdicts: 1 }],
  ])(
    "goes on without wishes, queries and a judge that give %s, and the trace says so",
    async (_, said) => {
      const home = await opened({
        ground_queries: said,
        blind_affordance: said,
        plan: plan({ id: "end", kind: "answer", text: "Good day." }),
        judge: said,
      });
      const { solution, requestId } = await home.request("Greet me kindly", {
        requirements: ["Be kind."],
        files: [home.file("prices.md", "Bread costs two euros.")],
      });
      expect(solution).toMatchObject({
        answer: { text: "Good day.", checks: [{ by: "unchecked", verdict: "unclear" }] },
      });
      const missing = (await home.events(requestId)).filter(({ type }) => type === "help-missing");
      expect(missing.map(({ data }) => data.name).sort()).toEqual([
        "blind-affordance",
        "ground-queries",
        "judge",
      ]);
    },
  );

  it("is answered although the judge's server refuses, and says that it is not judged", async () => {
    const script = walkScript({
      blind_affordance: NO_TOOLS,
      plan: plan({ id: "end", kind: "answer", text: "Good day." }),
    });
    const home = await walkHome((request) =>
      stageOf(request) === "judge"
        ? { status: 401, error: { message: "wrong key" } }
        : script(request),
    );
    homes = [...homes, home];
    const { solution } = await home.request("Greet me", { requirements: ["Be kind."] });
    const reason = expect.stringContaining("Not judged");
    expect(solution).toMatchObject({ answer: { checks: [{ by: "unchecked", reason }] } });
  });

  it("fails clearly where the model refuses the key, whatever was to help", async () => {
    const home = await walkHome(() => ({ status: 401, error: { message: "wrong key" } }));
    homes = [...homes, home];
    await expect(home.request("Greet me")).rejects.toMatchObject({ code: "MODEL_AUTH" });
  });

  it("whose tool cannot be made twice is answered directly, marked as unchecked", async () => {
    const home = await opened({
      blind_affordance: NO_TOOLS,
      plan: [plan(make("turn_words")), plan(make("words_turned")), plan(make("third"))],
      scope: "Let me think.",
      write_cases: { cases: [{ expected: "b a" }, { expected: "d c" }] },
      direct_answer: { possible: true, text: "c b a", value: "c b a" },
    });
    const { status, solution, requestId } = await home.request("Turn the words of a b c round");
    const unchecked = expect.stringMatching(/No tool could be made.*no case has arguments/);
    expect({ status, solution }).toMatchObject({
      status: "SUCCEEDED",
      solution: { answer: { text: "c b a", unchecked } },
    });
    expect(stagesOf(home).filter((stage) => stage === "plan")).toHaveLength(2);
    const events = await home.events(requestId);
    expect(events.find(({ type }) => type === "answer-given")?.data).toMatchObject({ unchecked });
    // The wish said everything itself, so it was tried without a scope.
    expect(events.filter(({ type }) => type === "scope-decide")[0]?.data).toMatchObject({
      name: "turn_words",
      signature: "turn_words(text: string): string",
    });
  });

  it.each([
    [
      "more than thinking is needed",
      { possible: false, text: "I have no network.", value: null },
      {},
    ],
    [
      "the direct answer does not meet it",
      { possible: true, text: "c b a and more", value: null },
      { constraints: ["at most 3 words"] },
    ],
  ])("whose tool cannot be made twice fails where %s", async (_, direct, more) => {
    const home = await opened({
      blind_affordance: NO_TOOLS,
      plan: [plan(make("turn_words")), plan(make("words_turned"))],
      scope: "Let me think.",
      write_cases: "none",
      direct_answer: direct,
    });
    const { status, solution } = await home.request("Turn the words of a b c round", more);
    expect({ status, solution }).toMatchObject({
      status: "FAILED",
      solution: { reason: expect.stringMatching(/same failure came twice.*MALFORMED_REPLY/) },
    });
  });

  it("does not find an engine's failure among its past outcomes, and finds one of its kind", async () => {
    let broken = true;
    const script = walkScript({
      ground_queries: { data: [], outcomes: ["greet"], preferences: [] },
      blind_affordance: NO_TOOLS,
      plan: () => (broken ? "no plan" : plan({ id: "end", kind: "answer", text: "Good day." })),
    });
    const home = await walkHome(script);
    homes = [...homes, home];
    await expect(home.request("Greet me")).rejects.toMatchObject({ code: "MALFORMED_REPLY" });
    broken = false;
    const greeted = await home.request("Greet me today");
    const { requestId } = await home.request("Greet me tomorrow");
    const ground = (await home.events(requestId)).find(({ type }) => type === "request-ground");
    expect(ground?.data.context.map(({ source }: { source: string }) => source)).toEqual([
      greeted.requestId,
    ]);
  });

  it("goes on without a memory that cannot be read", async () => {
    const home = await opened({
      blind_affordance: NO_TOOLS,
      plan: plan({ id: "end", kind: "answer", text: "Good day." }),
    });
    home.file("home/memory.db", "not a database");
    const { solution, requestId } = await home.request("Greet me");
    expect(solution).toMatchObject({ answer: { text: "Good day." } });
    expect(
      (await home.events(requestId)).find(({ type }) => type === "help-missing")?.data,
    ).toMatchObject({ name: "memory", code: "MEMORY_UNREADABLE" });
  });
});
