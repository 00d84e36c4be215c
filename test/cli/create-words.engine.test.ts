/** A tool out of words alone, and programs that use it: the command line, a scripted endpoint, real parts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import { type ModelServer, modelServer, type ServedRequest } from "../support/model-server.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const DIGITS: readonly (readonly [string, number])[] = [
  ["M", 1000],
  ["CM", 900],
  ["D", 500],
  ["CD", 400],
  ["C", 100],
  ["XC", 90],
  ["L", 50],
  ["XL", 40],
  ["X", 10],
  ["IX", 9],
  ["V", 5],
  ["IV", 4],
  ["I", 1],
];
function roman(n: number): string {
  const [text, value] = DIGITS.find(([, size]) => size <= n) ?? ["", n];
  return value === n ? text : text + roman(n - value);
}
const NUMBERS = [1, 3, 4, 9, 14, 40, 90, 400, 944, 1999, 2026, 3888];
const SPECIFIC = "```js\nfunction roman_to_number(roman) {\n  return 1994;\n}\n```";
const GENERAL = `\`\`\`js
function roman_to_number(roman) {
  const values = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
  let total = 0;
  for (let i = 0; i < roman.length; i++) {
    const value = values[roman[i]];
    total += value < (values[roman[i + 1]] ?? 0) ? -value : value;
  }
  return total;
}
\`\`\``;

let place: Workplace;
let server: ModelServer;
beforeAll(async () => {
  place = workplace();
  server = await modelServer(
    walkScript({
      ground_queries: { data: [], outcomes: [], preferences: [] },
      blind_affordance: {
        potential_tools: [
          {
            name: "roman_to_number",
            signature: "(roman: string) => number",
            description: "Converts a Roman numeral to a number.",
          },
        ],
      },
      plan: (request: ServedRequest) => ({
        reason: "The numeral is converted by a tool.",
        steps: [
          ...(textOf(request).includes("- roman_to_number {")
            ? []
            : [
                {
                  id: "make",
                  kind: "create-tool",
                  name: "roman_to_number",
                  description: "Converts a Roman numeral to a number.",
                },
              ]),
          {
            id: "call",
            kind: "call-tool",
            tool: "roman_to_number",
            arguments: { roman: "MCMXCIV" },
          },
          { id: "end", kind: "answer", value: { $from: "call" } },
        ],
      }),
      scope: {
        decision: "new",
        name: "roman_to_number",
        description: "Converts a Roman numeral, in capitals, to a number.",
        signature: "function roman_to_number(roman: string): number",
        arguments: [{ name: "roman", why: "it differs from one request to the next" }],
        generality: "general",
        reasons: ["any numeral can be asked for"],
        calls: [["MCMXCIV"]],
      },
      write_cases: {
        cases: NUMBERS.map((n) => ({ args: [roman(n)], expected: n })),
        properties: [{ kind: "bounds", minimum: 1, maximum: 3999 }],
      },
      answer_cases: { answers: NUMBERS.map((n, index) => ({ case: index, expected: n })) },
      chat: (_request: ServedRequest, count: number) => (count === 0 ? SPECIFIC : GENERAL),
      answer: { text: "MCMXCIV is 1994.", value: 1994 },
      simulate_call: (request: ServedRequest) => ({ value: textOf(request).includes("lovely") }),
    }),
  );
  const model = { model: "scripted-7b", baseUrl: `${server.url}/v1` };
  place.file("toolwright.config.json", JSON.stringify({ model }));
});
afterAll(async () => {
  await server?.close();
  place?.remove();
});

describe("a request in words that no tool serves", () => {
  it("gets a tool with cases, a run, the gate and a call; the next one finds it", async () => {
    const ask = [
      "request",
      "Convert the Roman numeral MCMXCIV to a number",
      "--budget-evaluations",
      "40",
    ];
    const first = await place.json(ask);
    expect(first.value).toMatchObject({
      status: "SUCCEEDED",
      value: 1994,
      answer: "MCMXCIV is 1994.",
    });
    const stages = server.requests.map(stageOf);
    for (const stage of ["scope", "write_cases", "chat"]) expect(stages).toContain(stage);
    // Whoever writes cases sees no candidate, whoever writes candidates no sealed case.
    const chats = server.requests.filter((request) => stageOf(request) === "chat").map(textOf);
    const hidden = NUMBERS.filter((n) =>
      chats.every((text) => !text.includes(`\\"${roman(n)}\\"`)),
    );
    expect(hidden.length).toBeGreaterThanOrEqual(4);
    for (const request of server.requests.filter((each) => stageOf(each) === "write_cases")) {
      expect(textOf(request)).not.toContain("const values");
    }
    const shown = await place.json(["tools", "show", "roman_to_number"]);
    expect(shown.value).toMatchObject({ version: 1, evaluation: { heldOut: 1 } });

    const before = server.requests.length;
    const second = await place.json(ask);
    expect(second.value).toMatchObject({ status: "SUCCEEDED", value: 1994 });
    const asked = server.requests.slice(before).map(stageOf);
    expect(asked).not.toContain("scope");
    expect(asked.length).toBeLessThan(before);
  }, 180_000);
});

describe("toolwright run", () => {
  it("runs a person's script with the tools as functions, its gaps filled by the model", async () => {
    const script = place.file(
      "total.ts",
      `// isFriendly(text: string): boolean  Whether somebody would be glad to read it.
const years: string[] = input;
const values = await Promise.all(years.map((roman) => tools.roman_to_number({ roman })));
const friendly = ["lovely weather", "go away"].filter((text) => isFriendly(text));
return { total: values.reduce((sum, value) => sum + value, 0), friendly };
`,
    );
    const { status, value } = await place.json(["run", script, "--input", '["X","IV","MMXXVI"]']);
    expect(value).toMatchObject({
      status: "SUCCEEDED",
      value: { total: 2040, friendly: ["lovely weather"] },
      calls: 3,
      simulated: 2,
    });
    expect(status).toBe(0);
    const { requestId } = value as { requestId: string };
    const { stdout } = await place.run(["traces", "show", requestId, "--json"]);
    const { events } = JSON.parse(stdout) as { events: { type: string; data: unknown }[] };
    const marked = events.filter(({ type }) => type === "semantic-call");
    expect(marked.map(({ data }) => data)).toMatchObject([
      { name: "isFriendly", arguments: ["lovely weather"], value: true, simulated: true },
      { name: "isFriendly", arguments: ["go away"], value: false, simulated: true },
    ]);
    expect(events.filter(({ type }) => type === "tool-call").length).toBe(3);
  }, 120_000);

  it("waits for a person where a tool needs one, and goes on in another process", async () => {
    const model = { model: "scripted-7b", baseUrl: `${server.url}/v1` };
    const approvals = { tools: { roman_to_number: "always" } };
    const script = place.file("two.ts", 'return tools.roman_to_number({ roman: "II" });');
    place.file("toolwright.config.json", JSON.stringify({ model, approvals }));
    try {
      const first = await place.json(["run", script]);
      expect(first.value).toMatchObject({ status: "WAITING_FEEDBACK" });
      const { requestId } = first.value as { requestId: string };
      const second = await place.json(["request", "approve", requestId]);
      expect(second.value).toMatchObject({ requestId, status: "SUCCEEDED", value: 2 });
    } finally {
      place.file("toolwright.config.json", JSON.stringify({ model }));
    }
  }, 120_000);

  it("says what is wrong with a script before anything is submitted", async () => {
    const bad = place.file("bad.ts", "const x = ;");
    const unreadable = await place.run(["run", bad]);
    expect(unreadable).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("UNREADABLE_PROGRAM"),
    });
    const fine = place.file("fine.ts", "return 1;");
    expect(await place.run(["run", fine, "--tools", "nothing"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("TOOL_NOT_FOUND"),
    });
    expect(await place.run(["run", fine, "--input", "{"])).toMatchObject({ status: 2 });
  }, 120_000);

  it("has declarations for an editor", async () => {
    const { stdout } = await place.run(["tools", "declarations"]);
    expect(stdout).toContain("roman_to_number(given: { roman: string }): Promise<number>;");
  }, 120_000);
});
