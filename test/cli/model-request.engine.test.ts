/** Requests in words, carried by a model: the command line against a scripted endpoint on loopback. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { embeddedToolStore } from "../../toolstore/store/embedded.ts";
import { type Workplace, workplace } from "../support/cli.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";
import { type SampleTool, sampleTool } from "../toolstore/sample.ts";

const DOUBLE = {
  name: "double",
  description: "Doubles a number.",
  signature: "function double(input: number): number",
  body: "input * 2",
};
const SQUARE = {
  name: "square",
  description: "Squares a number.",
  signature: "function square(input: number): number",
  body: "input * input",
};
const plan = (...steps: object[]) => ({ reason: "so", steps });
const call = (id: string, tool: string, given: object) => ({
  id,
  kind: "call-tool",
  tool,
  arguments: given,
});

let place: Workplace;
let servers: ModelServer[];
beforeEach(() => {
  place = workplace();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.close();
  place.remove();
});

/** A home with its own configuration file and its own tools. */
async function home(
  script: Parameters<typeof modelServer>[0],
  tools: readonly SampleTool[] = [],
  more: object = {},
): Promise<ModelServer> {
  const server = await modelServer(script);
  servers.push(server);
  const folder = join(place.folder, "home");
  mkdirSync(folder, { recursive: true });
  const model = { model: "scripted-7b", baseUrl: `${server.url}/v1` };
  writeFileSync(join(folder, "toolwright.config.json"), JSON.stringify({ model, ...more }));
  const store = embeddedToolStore(join(folder, "tools.db"), { clock: systemClock });
  for (const tool of tools) await store.put(sampleTool(tool));
  await store.close();
  return server;
}

// Several processes each, on machines that do other things too.
const SLOW = { timeout: 120_000 };

describe("request in words, with a model", SLOW, () => {
  it("calls two stored tools side by side, answers, and says what each demand was checked by", async () => {
    const server = await home(
      walkScript({
        blind_affordance: {
          potential_tools: [
            {
              name: "double",
              signature: "(n: number) => number",
              description: "Doubles a number.",
            },
            {
              name: "cube",
              signature: "(n: number) => number",
              description: "The cube of a solid.",
            },
          ],
        },
        plan: plan(call("a", "double", { input: 7 }), call("b", "square", { input: 7 }), {
          id: "end",
          kind: "answer",
          value: { double: { $from: "a" }, square: { $from: "b" } },
        }),
        answer: { text: "Twice 7 is 14, and its square is 49.", value: null },
        judge: { verdicts: [{ item: 0, verdict: "met", reason: "Both are there." }] },
      }),
      [DOUBLE, SQUARE],
    );
    const { status, stdout, stderr } = await place.run([
      "request",
      "Double a number and square a number",
      "--require",
      "Name both results.",
      "--constrain",
      "at most 20 words",
      "--json",
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "SUCCEEDED",
      answer: "Twice 7 is 14, and its square is 49.",
      value: { double: 14, square: 49 },
      checks: [
        { item: "Name both results.", by: "judge", verdict: "met" },
        { item: "at most 20 words", by: "property", verdict: "met" },
      ],
    });
    expect(stderr).toContain("Affordance: double → double; missing: cube.");
    expect(stderr).toContain("Plan 1: a call-tool double; b call-tool square; end answer.");
    expect(server.requests.map(stageOf)).toContain("judge");
  });

  it("plans anew after a failure and says why", async () => {
    await home(
      walkScript({
        blind_affordance: { potential_tools: [] },
        plan: [
          plan(call("a", "double", { input: 1 }), call("b", "broken", { input: 1 })),
          plan({ id: "end", kind: "answer", text: "Two.", value: { $from: "a" } }),
        ],
      }),
      [DOUBLE, { name: "broken", description: "Doubles a number, badly.", body: "nothing.there" }],
    );
    const { stdout, stderr, status } = await place.run(["request", "Double a number"]);
    expect(status).toBe(0);
    expect(stdout).toContain("Two.");
    expect(stderr).toMatch(/Plan 2: end answer\. \(because: b failed: .*nothing/);
  });

  it("asks, ends with the question, and goes on with the answer and what was changed meanwhile", async () => {
    await home(
      walkScript({
        ground_queries: { data: [], outcomes: [], preferences: [] },
        blind_affordance: { potential_tools: [] },
        plan: (request) =>
          textOf(request).includes("asked: Which number?")
            ? plan({ id: "end", kind: "answer", text: "So it is.", value: { $from: "q" } })
            : plan({ id: "q", kind: "ask", question: "Which number?" }),
      }),
    );
    const asked = await place.json(["request", "Take my number"]);
    expect(asked.status).toBe(0);
    expect(asked.value).toMatchObject({ status: "WAITING_FEEDBACK" });
    expect(JSON.stringify(asked.value)).toContain("Which number?");
    const { requestId } = asked.value as { requestId: string };
    await place.run(["request", "revise", requestId, "--objective", "Take my other number"]);
    const answered = await place.run(["request", "answer", requestId, "21", "--json"]);
    expect(JSON.parse(answered.stdout)).toMatchObject({ status: "SUCCEEDED", value: "21" });
    expect(answered.stderr).toContain("Revision 2: Take my other number");
  });

  it("marks a direct answer as unchecked, in its text and in JSON", async () => {
    const make = (name: string) =>
      plan({ id: name, kind: "create-tool", name, description: "Turns words round." });
    await home(
      walkScript({
        ground_queries: { data: [], outcomes: [], preferences: [] },
        blind_affordance: { potential_tools: [] },
        plan: (_, count) => make(`turn_${count}`),
        scope: "none",
        direct_answer: { possible: true, text: "c b a", value: null },
      }),
    );
    const args = ["request", "Turn the words of a b c round"];
    const { status, stdout } = await place.run(args);
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^c b a\n {2}unchecked: No tool could be made/),
    });
    expect((await place.json(["request", "Turn a b c round"])).value).toMatchObject({
      status: "SUCCEEDED",
      answer: "c b a",
      unchecked: expect.stringContaining("No tool could be made"),
    });
  });

  it("makes a missing tool out of words, calls it, and finds it the next time", async () => {
    const cases = ["abc", "", "level", "ab", "xyz", "hello", "a", "no on"].map((text) => ({
      args: [text],
      expected: [...text].reverse().join(""),
    }));
    const server = await home(
      walkScript({
        ground_queries: { data: [], outcomes: [], preferences: [] },
        blind_affordance: {
          potential_tools: [
            {
              name: "reverse_text",
              signature: "reverse_text(text: string): string",
              description: "Turns a text round.",
            },
          ],
        },
        plan: (request) =>
          plan(
            ...(textOf(request).includes("- reverse_text {")
              ? []
              : [
                  {
                    id: "make",
                    kind: "create-tool",
                    name: "reverse_text",
                    description: "Turns a text round.",
                    signature: "reverse_text(text: string): string",
                  },
                ]),
            call("a", "reverse_text", { text: "stressed" }),
            { id: "end", kind: "answer", value: { $from: "a" } },
          ),
        scope: {
          decision: "new",
          name: "reverse_text",
          description: "Turns a text round.",
          signature: "reverse_text(text: string): string",
          arguments: [{ name: "text", why: "differs" }],
          constants: [],
          generality: "general",
          reasons: ["Any text can be turned round."],
          calls: [],
        },
        write_cases: { cases, properties: [] },
        answer_cases: {
          answers: cases.map(({ expected }, index) => ({ case: index, expected })),
        },
        answer: { text: "desserts", value: null },
        chat: "```js\nfunction reverse_text(text) { return [...text].reverse().join(''); }\n```",
      }),
    );
    const args = ["request", "Turn the word stressed round", "--budget-evaluations", "200"];
    const first = await place.json(args);
    expect(first.value).toMatchObject({
      status: "SUCCEEDED",
      value: "desserts",
      created: true,
      tool: { name: "reverse_text", version: 1 },
    });
    const paid = server.requests.length;
    const again = await place.json(args);
    expect(again.value).toMatchObject({ status: "SUCCEEDED", value: "desserts", created: false });
    expect(server.requests.slice(paid).map(stageOf)).toEqual(["plan", "answer"]);
  });

  it("refuses a budget that the first question would pass, before it is asked", async () => {
    const server = await home(walkScript({}));
    const { status, stderr } = await place.run(["request", "Hello", "--limit", "tokens=50"]);
    expect(stderr).toMatch(/BUDGET_EXCEEDED/);
    expect(status).toBe(3);
    expect(server.requests).toHaveLength(0);
  });
});

describe("preferences", SLOW, () => {
  it("are said, changed and listed by their owner, and by nobody else", async () => {
    const ann = ["--user", "ann"];
    const said = await place.json([
      "preferences",
      "add",
      "Answer in Latin.",
      "--topic",
      "language",
      ...ann,
    ]);
    const { id } = said.value as { id: string };
    await place.run(["preferences", "edit", id, "--text", "Answer in German.", ...ann]);
    const other = await place.run(["preferences", "rm", id, "--user", "bob"]);
    expect(other.stderr).toMatch(/PREFERENCE_NOT_FOUND/);
    expect(other.status).toBe(2);
    const listed = await place.json(["preferences", "ls", ...ann]);
    expect(listed.value).toMatchObject([
      { id, text: "Answer in German.", kind: "explicit", topic: "language", inForce: true },
    ]);
  });
});
