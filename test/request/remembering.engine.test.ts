/** What a home remembers reaches later requests: preferences, outcomes, files; each with its source. */
import { afterEach, describe, expect, it } from "vitest";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const plan = (...steps: object[]) => ({ reason: "so", steps });
const say = (text: string) => plan({ id: "end", kind: "answer", text, value: null });
const DOUBLE = {
  name: "double",
  description: "Doubles a number.",
  signature: "function double(input: number): number",
  body: "input * 2",
};

let homes: WalkHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});
async function opened(...given: Parameters<typeof walkHome>): Promise<WalkHome> {
  const home = await walkHome(...given);
  homes = [...homes, home];
  return home;
}
const stagesOf = (home: WalkHome, from = 0) => home.server.requests.slice(from).map(stageOf);

describe("grounding with a model", () => {
  it("looks up in files with the model's queries what the request's own words do not find, and names each source", async () => {
    const home = await opened(
      walkScript({
        ground_queries: { data: ["opening hours"], outcomes: [], preferences: ["language"] },
        blind_affordance: { potential_tools: [] },
        plan: say("At nine."),
      }),
    );
    const file = home.file(
      "shop.md",
      "The shop sells bread.\n\nOpening hours: nine to five, closed on Monday.\n\nAddress: Main Street 1.\n",
    );
    const explicit = {
      user: "ann",
      scope: "all",
      topic: "language",
      text: "Answer in German.",
      kind: "explicit",
      confidence: 1,
      source: "said by ann",
    } as const;
    const { id } = home.engine.memory().preferences.add(explicit);
    home.engine.memory().preferences.add({ ...explicit, user: "bob", text: "Answer in Latin." });

    const { requestId } = await home.request("At what time may I come?", {
      user: "ann",
      files: [file],
    });
    const ground = (await home.events(requestId)).find(
      ({ type }) => type === "request-ground",
    )?.data;
    expect(ground.queries.data).toEqual(["opening hours"]);
    const context = JSON.stringify(ground.context);
    expect(context).toContain("nine to five");
    expect(ground.context).toContainEqual(
      expect.objectContaining({ kind: "preference", source: `preference ${id}` }),
    );
    expect(ground.context.find(({ kind }: { kind: string }) => kind === "data").source).toMatch(
      /shop\.md:\d+-\d+$/,
    );
    expect(context).not.toContain("Latin");
    const asked = home.server.requests.find((request) => stageOf(request) === "plan");
    expect(textOf(asked as never)).toContain("Answer in German.");
  });

  it("keeps the context within its limit and says how much it left out", async () => {
    const home = await opened(
      walkScript({
        ground_queries: { data: ["cheese"], outcomes: [], preferences: [] },
        blind_affordance: { potential_tools: [] },
        plan: say("Yes."),
      }),
      { contextTokens: 120 },
    );
    const paragraph = (index: number) =>
      `Cheese number ${index} ${"is described at length. ".repeat(12)}\n\n`;
    const file = home.file(
      "cheese.txt",
      Array.from({ length: 9 }, (_, index) => paragraph(index)).join(""),
    );
    const { requestId } = await home.request("Is there cheese?", { files: [file] });
    const ground = (await home.events(requestId)).find(
      ({ type }) => type === "request-ground",
    )?.data;
    expect(ground.tokens).toBeLessThanOrEqual(120);
    expect(ground.leftOut).toBeGreaterThan(0);
  });

  it("names a file that is not there, and ends the request with that", async () => {
    const home = await opened(
      walkScript({ ground_queries: { data: ["x"], outcomes: [], preferences: [] } }),
    );
    await expect(home.request("Look", { files: ["/nowhere.txt"] })).rejects.toMatchObject({
      code: "DATA_UNREADABLE",
      message: expect.stringContaining("/nowhere.txt"),
    });
  });
});

describe("past outcomes", () => {
  const script = walkScript({
    ground_queries: { data: [], outcomes: [], preferences: [] },
    blind_affordance: {
      potential_tools: [
        { name: "double", signature: "(n: number) => number", description: "Doubles." },
      ],
    },
    plan: plan(
      { id: "a", kind: "call-tool", tool: "double", arguments: { input: 21 } },
      { id: "end", kind: "answer", value: { $from: "a" } },
    ),
    answer: { text: "42", value: null },
  });

  it("serve the second identical request with fewer model calls, by the same tools", async () => {
    const home = await opened(script);
    await home.put(DOUBLE);
    await home.request("Double twenty one");
    const first = stagesOf(home);
    await home.request("double  Twenty One");
    const second = stagesOf(home, first.length);
    expect(first).toEqual(["blind_affordance", "plan", "answer"]);
    expect(second).toEqual(["plan", "answer"]);
    expect(textOf(home.server.requests.at(-2) as never)).toContain(
      "This plan worked for an equal request",
    );
  });

  it("are one person's own", async () => {
    const home = await opened(script);
    await home.put(DOUBLE);
    await home.request("Double twenty one", { user: "ann" });
    const before = home.server.requests.length;
    const { requestId } = await home.request("Double twenty one", { user: "bob" });
    expect(stagesOf(home, before)).toEqual(["blind_affordance", "plan", "answer"]);
    const ground = (await home.events(requestId)).find(
      ({ type }) => type === "request-ground",
    )?.data;
    expect(ground.context).toEqual([]);
  });

  it("that failed are shown as such", async () => {
    const home = await opened(
      walkScript({
        ground_queries: { data: [], outcomes: ["impossible"], preferences: [] },
        blind_affordance: { potential_tools: [] },
        plan: (_, count) =>
          count < 2
            ? plan({ id: `s${count}`, kind: "call-tool", tool: "double", arguments: { input: 0 } })
            : say("No."),
      }),
    );
    await home.put({ ...DOUBLE, body: "(() => { throw new Error('impossible') })()" });
    const failed = await home.request("Do the impossible");
    expect(failed.status).toBe("FAILED");
    const { requestId } = await home.request("Do the impossible once more");
    const ground = (await home.events(requestId)).find(
      ({ type }) => type === "request-ground",
    )?.data;
    expect(ground.context[0]).toMatchObject({
      kind: "past-outcome",
      source: failed.requestId,
      text: expect.stringContaining("FAILED"),
    });
  });
});

describe("inferred preferences", () => {
  it("are proposed by the model with confidence and source; what no request shows is dropped", async () => {
    const home = await opened(
      walkScript({
        blind_affordance: { potential_tools: [] },
        plan: say("Hallo."),
        infer_preferences: {
          preferences: [
            {
              text: "Keep it short.",
              scope: "all",
              topic: "length",
              confidence: 0.7,
              requests: [0],
            },
            { text: "Made up.", scope: "all", topic: null, confidence: 0.9, requests: [] },
          ],
        },
      }),
    );
    const never = new AbortController().signal;
    const { requestId } = await home.request("Say hello, shortly", { user: "ann" });
    await home.request("My secret", { user: "bob" });
    const dry = await home.engine.inferPreferences("ann", { requests: 9, dryRun: true }, never);
    expect(dry).toMatchObject([
      { text: "Keep it short.", kind: "inferred", confidence: 0.7, source: requestId },
    ]);
    expect(home.engine.memory().preferences.list("ann")).toEqual([]);
    expect(textOf(home.server.requests.at(-1) as never)).not.toContain("secret");

    await home.engine.inferPreferences("ann", { requests: 9, dryRun: false }, never);
    const again = await home.engine.inferPreferences("ann", { requests: 9, dryRun: false }, never);
    expect(again).toEqual([]);
    expect(home.engine.memory().preferences.inForce("ann")).toHaveLength(1);
  });
});
