/** What a request of sub-agents and programs leaves: training rows, each a conversation, and a page. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportTraces } from "../../src/export/export.ts";
import type { Format } from "../../src/export/formats.ts";
import { runPage } from "../../src/page/page.ts";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const CODE =
  "const sums: number[] = [];\nfor (const input of [3, 4]) sums.push(await tools.double({ input }));\nreturn sums;";
const AGENT = { description: "Calculates.", tools: ["double"] };
const REQUESTS = 3;

// biome-ignore lint/suspicious/noExplicitAny: rows of several formats are looked into.
type AnyRow = any;

let home: WalkHome;
let out: string;
const ids: string[] = [];

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "toolwright-conversations-"));
  const walk = walkScript({
    ground_queries: { data: [], outcomes: [], preferences: [] },
    blind_affordance: { potential_tools: [] },
    plan: {
      reason: "Each in its own way.",
      steps: [
        { id: "c", kind: "delegate", agent: "clerk", message: "Double 21 and 22." },
        { id: "o", kind: "delegate", agent: "open", message: "Double 5." },
        { id: "p", kind: "program", code: CODE },
        { id: "e", kind: "delegate", agent: "erring", message: "Triple 5." },
        { id: "end", kind: "answer", value: { $from: "p" } },
      ],
    },
    answer: { text: "42, 44, 10, 6, 8", value: null },
  });
  const clerk = (turn: number) =>
    turn === 0
      ? {
          toolCalls: [21, 22].map((input) => ({
            id: `c${input}`,
            name: "double",
            arguments: { input },
          })),
        }
      : { content: "42 and 44." };
  const open = (turn: number) =>
    turn === 0 ? '```json\n{"name": "double", "arguments": {"input": 5}}\n```' : "10";
  home = await walkHome(
    (request) => {
      if (stageOf(request) !== "chat") return walk(request);
      if (textOf(request).includes("You err.")) {
        return textOf(request).includes("were not made")
          ? "done"
          : '<tool_call>{"name": "triple", "arguments": {}}</tool_call>';
      }
      const turn = request.body.messages.some(({ role }: { role: string }) => role === "tool");
      return (textOf(request).includes("You are a clerk.") ? clerk : open)(turn ? 1 : 0);
    },
    {
      agents: [
        { ...AGENT, name: "clerk", system: "You are a clerk." },
        { ...AGENT, name: "open", system: "You write calls." },
        { ...AGENT, name: "erring", system: "You err." },
      ],
    },
  );
  await home.put({
    name: "double",
    description: "Doubles a number.",
    signature: "function double(input: number): number",
    body: "input * 2",
  });
  for (let at = 0; at < REQUESTS; at++) {
    const { solution, requestId } = await home.request(`Double them, round ${at} of ${REQUESTS}`);
    expect(solution).toMatchObject({ status: "answered" });
    ids.push(requestId);
  }
}, 120_000);
afterAll(async () => {
  await home?.close();
  rmSync(out, { recursive: true, force: true });
});

async function rowsOf(format: Format, more: object = {}) {
  const result = await exportTraces(home.engine.events, {
    format,
    out,
    validation: 0,
    nearDuplicates: 1,
    terms: ["unknown", "engine"],
    ...more,
  });
  const read = (name: string): AnyRow[] =>
    readFileSync(join(result.folder, name), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return { ...result, read };
}

const rolesOf = ({ messages }: AnyRow) => messages.map(({ role }: AnyRow) => role);
const namesOf = ({ tools = [] }: AnyRow) => tools.map((tool: AnyRow) => tool.function.name);

describe.each(["trl-sft", "openai-sft"] as const)("rows of %s", (format) => {
  /** Text in one format, objects in the other. */
  const given = ({ function: { arguments: value } }: AnyRow) =>
    typeof value === "string" ? JSON.parse(value) : value;

  it("tell a sub-agent's conversation once, whole, with its calls and its tools alone", async () => {
    const rows = (await rowsOf(format)).read("train.jsonl");
    for (const [words, answer, inputs] of [
      ["You are a clerk.", "42 and 44.", [21, 22]],
      ["You write calls.", "10", [5]],
    ] as const) {
      const own = rows.filter(({ messages }) => messages[0].content.startsWith(words));
      // Equal conversations of three requests are one row each, but for the time that is told them.
      const distinct = new Set(own.map(({ messages }) => messages[0].content));
      expect(own).toHaveLength(distinct.size);
      for (const row of own) {
        expect(rolesOf(row)).toEqual([
          ...["system", "user", "assistant"],
          ...inputs.map(() => "tool"),
          "assistant",
        ]);
        expect(row.messages[2].tool_calls.map(given)).toEqual(inputs.map((input) => ({ input })));
        expect(row.messages.at(-1).content).toBe(answer);
        expect(namesOf(row)).toEqual(["double"]);
        expect(row.tools[0].function.parameters.properties).toHaveProperty("input");
      }
    }
  });

  it("tell a request with its program as one call, and its sub-agents as tools", async () => {
    const rows = (await rowsOf(format)).read("train.jsonl");
    const own = rows.filter(({ messages }) => messages[1].content.startsWith("Double them"));
    expect(own).toHaveLength(REQUESTS);
    for (const row of own) {
      expect(namesOf(row)).toEqual([
        "create_tool",
        "run_program",
        "clerk",
        "double",
        "erring",
        "open",
      ]);
      expect(rolesOf(row)).toEqual([
        ...["system", "user", "assistant", "tool", "tool", "tool", "tool", "assistant"],
      ]);
      const calls = row.messages[2].tool_calls;
      const program = calls.findIndex((call: AnyRow) => call.function.name === "run_program");
      expect(given(calls[program])).toEqual({ code: CODE });
      expect(JSON.parse(row.messages[3 + program].content)).toEqual([6, 8]);
    }
  });
});

describe("a sub-agent's rows", () => {
  it("do not teach a call that could not be read", async () => {
    const rows = (await rowsOf("openai-sft")).read("train.jsonl");
    const own = rows.filter(({ messages }) => messages[0].content.startsWith("You err."));
    expect(own.length).toBeGreaterThan(0);
    for (const { messages } of own) {
      expect(messages.map(({ role, content }: AnyRow) => [role, content]).slice(1)).toEqual([
        ["user", "Triple 5."],
        ["assistant", "done"],
      ]);
    }
  });
  it("go to the same side of a split as the request above it", async () => {
    const rows = (await rowsOf("jsonl")).read("train.jsonl");
    const below = rows.filter(({ origin }) => !ids.includes(origin.run));
    expect(below.length).toBeGreaterThan(0);
    for (const { origin } of below) {
      const above = ids.find((id) => origin.run.startsWith(id));
      expect(origin.families).toContain(`request:${above}`);
    }
  });
});

describe("the page of such a run", () => {
  it("shows the plan, the program with its calls, the sub-agents' words and when what was done", async () => {
    const page = await runPage(home.engine.events, ids[0] ?? "");
    for (const text of [
      "Each in its own way.",
      "for (const input of [3, 4])",
      "gave [6,8]",
      "in the program p.v1, called <b>double</b>",
      "You are a clerk.",
      "42 and 44.",
      "Timeline",
    ]) {
      expect(page).toContain(text);
    }
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, name]) => name);
    expect(links.length).toBeGreaterThan(1);
    for (const name of links) expect(page).toContain(`id="${name}"`);
    const bars = [...page.matchAll(/margin-left:([\d.]+)%;width:([\d.]+)%/g)];
    expect(bars.length).toBeGreaterThanOrEqual(5);
    for (const [, left, width] of bars) expect(Number(left) + Number(width)).toBeLessThan(100.1);
  });
});
