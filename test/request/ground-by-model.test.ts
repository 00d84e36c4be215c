/** Grounding with a model: what is looked up, and how much of it is kept. */
import { describe, expect, it } from "vitest";
import { Request } from "../../src/core/request.ts";
import { estimatedTokens } from "../../src/core/text/estimated-tokens.ts";
import type { StepsMemory } from "../../src/journal/immediate.ts";
import { groundByModel } from "../../src/request/ground-by-model.ts";
import type { FoundItem, LookUp, LookUps } from "../../src/request/look-ups.ts";
import { contextLine, type PastOutcome } from "../../src/work/context.ts";
import { stage } from "../support/stage.ts";

type Kind = "data" | "outcomes" | "preferences";
const ITEM = { data: "data", outcomes: "past-outcome", preferences: "preference" } as const;
const QUERIES = { data: ["files"], outcomes: ["before"], preferences: ["taste"] };

/** Long enough that a few fill a small context; each differs. */
const texts = (kind: Kind, count: number) =>
  Array.from({ length: count }, (_, index) => `${kind} ${index} ${"word ".repeat(12)}`.trim());

const OWN = ["Write a letter", "Be brief."];

/** @param deaf Whether the request's own words find nothing in the data. */
function world(
  found: Partial<Record<Kind, readonly string[]>>,
  { earlier, deaf = false }: { readonly earlier?: PastOutcome; readonly deaf?: boolean } = {},
) {
  const queries: Partial<Record<Kind, readonly string[]>> = {};
  const lookUp = (kind: Kind): LookUp => ({
    size: async () => found[kind]?.length ?? 0,
    find: async (asked, _user, limit) => {
      queries[kind] = asked;
      if (deaf && kind === "data" && OWN.every((words) => asked.includes(words))) return [];
      return (found[kind] ?? [])
        .slice(0, limit)
        .map((text, index): FoundItem => ({ kind: ITEM[kind], text, source: text, score: -index }));
    },
  });
  const lookUps: LookUps = {
    data: lookUp("data"),
    preferences: lookUp("preferences"),
    outcomes: { ...lookUp("outcomes"), equal: async () => earlier },
  };
  return { lookUps, queries };
}

async function grounded(
  { lookUps, queries }: ReturnType<typeof world>,
  replies: readonly object[],
  { contextTokens = 2_000, memory }: { contextTokens?: number; memory?: StepsMemory } = {},
) {
  const at = stage(replies, memory);
  const request = Request.parse({ objective: "Write a letter", requirements: ["Be brief."] });
  const goal = await groundByModel({ ...at, lookUps, contextTokens }, request);
  return { ...at, goal, queries };
}

describe("grounding with a model", () => {
  it("packs the context under its limit, items whole, each with its source", async () => {
    const found = { data: texts("data", 8), preferences: texts("preferences", 8) };
    const { goal, told } = await grounded(world(found), [], { contextTokens: 150 });
    const tokens = goal.context.map((item) => estimatedTokens(contextLine(item)));
    const spent = tokens.reduce((sum, each) => sum + each, 0);
    expect(spent).toBeLessThanOrEqual(150);
    // No room is left in which another one would have gone.
    expect(spent + Math.min(...tokens)).toBeGreaterThan(150);
    const all = [...found.data, ...found.preferences];
    for (const { text, source } of goal.context) {
      expect(all).toContain(text);
      expect(source).toBe(text);
    }
    expect(told("request-ground")).toMatchObject([
      { tokens: spent, leftOut: all.length - goal.context.length },
    ]);
  });

  it("takes the best of each kind in turn: none crowds out the others", async () => {
    const found = { data: texts("data", 8), outcomes: texts("outcomes", 1) };
    const { goal } = await grounded(world(found), [], { contextTokens: 120 });
    expect(goal.context.map(({ kind }) => kind)).toContain("past-outcome");
    expect(goal.context.find(({ kind }) => kind === "data")?.text).toBe(found.data[0]);
  });

  it("searches with the request's own words, and asks nobody where they find something", async () => {
    const found = { data: ["a"], outcomes: ["b"], preferences: ["c"] };
    const { asked, queries } = await grounded(world(found), []);
    expect(asked()).toEqual([]);
    expect(queries).toEqual({ data: OWN, outcomes: OWN, preferences: OWN });
  });

  it("asks nobody where only earlier requests are stored, whatever they say", async () => {
    const { asked } = await grounded(world({ outcomes: ["b"], preferences: ["c"] }), []);
    expect(asked()).toEqual([]);
  });

  it("searches with the model's queries where its own words find nothing in the data", async () => {
    const found = { data: ["a"], outcomes: ["b"], preferences: ["c"] };
    const { goal, queries } = await grounded(world(found, { deaf: true }), [QUERIES]);
    expect(queries).toEqual({
      data: ["files"],
      outcomes: ["before", ...OWN],
      preferences: ["taste", ...OWN],
    });
    expect(goal.context.map(({ text }) => text)).toContain("a");
  });

  it("asks nobody where nothing is stored", async () => {
    const { asked, goal } = await grounded(world({}), []);
    expect(asked()).toEqual([]);
    expect(goal).toMatchObject({ words: "Write a letter\nBe brief.", context: [] });
  });

  it("asks nobody where an equal request was served: its words find what they found then", async () => {
    const earlier = { requestId: "req-0", tools: [], plan: [] } as unknown as PastOutcome;
    const { asked, goal, queries } = await grounded(
      world({ data: ["a"] }, { earlier, deaf: true }),
      [],
    );
    expect(asked()).toEqual([]);
    expect(goal.earlier?.requestId).toBe("req-0");
    expect(queries.data).toEqual(["Write a letter", "Be brief."]);
  });

  it("finds the same in a later attempt, whatever the stores hold by then", async () => {
    const first = await grounded(world({ data: ["a"] }, { deaf: true }), [QUERIES]);
    const changed = world({ data: ["b"], preferences: ["c"] });
    const { goal, asked } = await grounded(changed, [], { memory: first.memory });
    expect(goal.context).toEqual(first.goal.context);
    expect(asked()).toEqual([]);
  });
});
