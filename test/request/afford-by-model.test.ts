/** Blind affordance: three views vote, and what none meets is named as missing. */
import { describe, expect, it } from "vitest";
import type { Ask } from "../../src/ask/ask.ts";
import { toolCallable } from "../../src/call/tool-callable.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import { Request } from "../../src/core/request.ts";
import { immediateSteps, stepsMemory } from "../../src/journal/immediate.ts";
import { affordByModel } from "../../src/request/afford-by-model.ts";
import type { Goal } from "../../src/work/goal.ts";
import { noneBelow } from "../../toolstore/index.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";
import { sampleTool } from "../toolstore/sample.ts";

const LIBRARY = [
  ["count_vowels", "Counts the vowels of a text."],
  ["reverse_text", "Turns a text round, last letter first."],
  ["sum_numbers", "Adds all numbers of a list."],
  ["median_of_numbers", "The median of a list of numbers."],
  ["parse_csv_line", "Cuts a line of a CSV file into its fields."],
  ["celsius_to_fahrenheit", "Converts a temperature from Celsius to Fahrenheit."],
] as const;

const named = (name: string, description: string, signature = "(x: unknown) => unknown") => ({
  name,
  signature,
  description,
});

async function offered(
  objective: string,
  rounds: readonly (readonly object[])[],
  { degraded }: { readonly degraded?: string } = {},
) {
  const store = memoryToolStore();
  const tools: ToolStore =
    degraded === undefined
      ? store
      : {
          ...store,
          search: async (query) => Object.assign([...(await store.search(query))], { degraded }),
        };
  for (const [name, description] of LIBRARY) await tools.put(sampleTool({ name, description }));
  const memory = stepsMemory();
  const asked: Readonly<Record<string, string>>[] = [];
  const ask: Ask = async ({ variables, schema }) => {
    asked.push(variables);
    return schema.parse({ potential_tools: rounds[asked.length - 1] ?? [] });
  };
  const request = Request.parse({ objective });
  const goal: Goal = { request, words: objective, context: [] };
  const affordances = await affordByModel(
    {
      ask,
      steps: immediateSteps(memory),
      tools,
      noneBelow,
      standing: [],
      toolCallable: (tool) =>
        toolCallable(
          {
            sandbox: () => Promise.reject(new Error("nothing runs here")),
            tools,
            monotonicMs: () => 0,
            query: objective,
          },
          tool,
        ),
    },
    goal,
  );
  const event = memory.events.find(({ type }) => type === "affordance-result");
  return {
    affordances,
    asked,
    event: event?.data as {
      readonly rounds: number;
      readonly resolved: readonly object[];
      readonly degraded?: string;
    },
  };
}

describe("blind affordance", () => {
  it("offers what the hypotheses mean, under whatever name, in one round when all is met", async () => {
    const { affordances, asked, event } = await offered("How many vowels are in this text?", [
      [named("vowelCount", "Counts the vowels in a text.")],
    ]);
    expect(affordances.callables[0]?.name).toBe("count_vowels");
    expect(affordances.missing).toEqual([]);
    expect(asked).toHaveLength(1);
    expect(event.resolved[0]).toMatchObject({
      hypothesis: "vowelCount",
      tools: [{ name: "count_vowels", version: 1, votes: expect.toSatisfy((votes) => votes >= 2) }],
    });
  });

  it("asks once, and names as missing what no stored tool meets", async () => {
    const sentiment = named("sentiment_of_review", "Judges whether a film review is favourable.");
    const { affordances, asked, event } = await offered("Add the numbers, and judge the review", [
      [named("add_numbers", "Adds all numbers of a list."), sentiment],
    ]);
    expect(asked).toHaveLength(1);
    expect(affordances.missing.map(({ name }) => name)).toEqual(["sentiment_of_review"]);
    expect(affordances.callables.map(({ name }) => name)).toContain("sum_numbers");
    expect(affordances.wished).toEqual(["add_numbers", "sentiment_of_review"]);
    expect(event.rounds).toBe(1);
  });

  it("says in the event and in the offer why the store's answers were less than they could be", async () => {
    const degraded = "found by words alone among 6 copied tools: no route";
    const vowels = [[named("vowelCount", "Counts the vowels in a text.")]];
    const out = await offered("How many vowels are in this text?", vowels, { degraded });
    // Once, however many of the searches said it.
    expect(out.affordances.degraded).toBe(degraded);
    expect(out.event.degraded).toBe(degraded);
    const whole = await offered("How many vowels are in this text?", vowels);
    expect(whole.affordances).not.toHaveProperty("degraded");
    expect(whole.event).not.toHaveProperty("degraded");
  });

  it("offers nothing where no tool is needed", async () => {
    const { affordances } = await offered("Say good morning", [[]]);
    expect(affordances).toEqual({ callables: [], missing: [], wished: [] });
  });
});
