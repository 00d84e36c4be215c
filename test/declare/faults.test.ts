/** Every way to get a manifest wrong has a code of its own, and the line where it stands. */
import { describe, expect, it } from "vitest";
import { checkManifest, overlaid } from "../../src/declare/check.ts";
import { badManifest } from "../../src/declare/faults.ts";
import { readManifest } from "../../src/declare/read.ts";
import type { Objects } from "../../src/declare/schema.ts";
import { EXAMPLE } from "./example.ts";

const EMPTY: Objects = {
  llms: new Map(),
  agents: new Map(),
  tools: new Map(),
  tasks: new Map(),
  runs: new Map(),
};
const AROUND = {
  tools: new Set(["sleep_until", "from_elsewhere"]),
  agents: new Set(["configured"]),
  model: false,
};

function faultsOf(text: string, around: typeof AROUND = AROUND) {
  const { entries, faults } = readManifest([{ name: "m.yaml", text }]);
  const all = faults.length > 0 ? faults : checkManifest(entries, overlaid(EMPTY, entries), around);
  return all.map(({ line, code, field }) => ({ line, code, field }));
}

/** The example with one text in place of another, and the line of it. */
function mutated(from: string | RegExp, to: string): string {
  const text = EXAMPLE.replace(from, () => to);
  expect(text).not.toBe(EXAMPLE);
  return text;
}
const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split("\n").length;

describe("a manifest", () => {
  it("of the example, with its quote closed, has no fault", () => {
    expect(faultsOf(EXAMPLE)).toEqual([]);
    const { entries } = readManifest([{ name: "m.yaml", text: EXAMPLE }]);
    expect(entries.map(({ section, body }) => `${section}/${body.name}`)).toHaveLength(7);
    const add = entries.find(({ body }) => body.name === "add");
    expect(add?.body).toMatchObject({ parameters: { type: "object", properties: {} } });
  });

  it("with the quote left open says so where it opens", () => {
    const [first] = faultsOf(mutated('"gpt-4o"\n    provider', '"gpt-4o\n    provider'));
    expect(first?.code).toBe("YAML_SYNTAX");
    expect(first?.line).toBeLessThanOrEqual(8);
  });

  const MUTATIONS: readonly [
    why: string,
    from: string | RegExp,
    to: string,
    code: string,
    at: string,
  ][] = [
    ["a section that there is not", /^runs:/m, "jobs:", "UNKNOWN_SECTION", "jobs:"],
    ["a section that is no list", /^llms:\n(?: .*\n)+/m, "llms: gpt-4o\n", "WRONG_TYPE", "llms:"],
    ["a key that there is not", "provider: openai", "vendor: openai", "UNKNOWN_KEY", "vendor:"],
    [
      "a key twice",
      "    model: gpt-4o\n",
      "    model: gpt-4o\n    model: x\n",
      "DUPLICATE_KEY",
      "    model: x",
    ],
    [
      "a key of the provider's",
      "    model: gpt-4o\n",
      "    model: gpt-4o\n    api_key: sk-1\n",
      "SECRET_BY_VALUE",
      "api_key: sk-1",
    ],
    [
      "a provider that there is not",
      "provider: openai",
      "provider: acme",
      "UNKNOWN_VALUE",
      "provider: acme",
    ],
    ["a missing model", "    model: gpt-4o\n", "", "MISSING_FIELD", '  - name: "gpt-4o"'],
    [
      "too warm a model",
      "temperature: 0.0",
      "temperature: 3.0",
      "OUT_OF_RANGE",
      "temperature: 3.0",
    ],
    ["a number for a name", '"my first run"', "12", "WRONG_TYPE", "name: 12"],
    [
      "an agent's name with a space",
      "- name: calculator_operator",
      "- name: calculator operator",
      "BAD_NAME",
      "- name: calculator operator",
    ],
    ["an llm that there is not", 'llm: "gpt-4o"', 'llm: "gpt-5"', "UNKNOWN_LLM", 'llm: "gpt-5"'],
    [
      "an agent that there is not",
      'agent: "calculator_operator"',
      'agent: "nobody"',
      "UNKNOWN_AGENT",
      '- agent: "nobody"',
    ],
    ["a tool that there is not", "      - add\n", "      - power\n", "UNKNOWN_TOOL", "- power"],
    [
      "an agent as if it were a tool",
      '- agent: "calculator_operator"',
      "- calculator_operator",
      "AGENT_AS_TOOL",
      "      - calculator_operator",
    ],
    [
      "a task that there is not",
      "task: do_some_math",
      "task: do_no_math",
      "UNKNOWN_TASK",
      "task: do_no_math",
    ],
    [
      "a task's agent that there is not",
      "    agent: assistant",
      "    agent: waiter",
      "UNKNOWN_AGENT",
      "agent: waiter",
    ],
    [
      "a name twice",
      "- name: subtract",
      "- name: add",
      "DUPLICATE_NAME",
      "  - name: add\n    description",
    ],
    [
      "a name that the home has from elsewhere",
      "- name: subtract",
      "- name: from_elsewhere",
      "NAME_TAKEN",
      "- name: from_elsewhere",
    ],
    [
      "agents in a circle",
      "      - add\n",
      "      - agent: assistant\n",
      "AGENT_CIRCLE",
      '    tools:\n      - agent: "calc',
    ],
    [
      "a builtin that there is not",
      "builtin: add",
      "builtin: modulo",
      "UNKNOWN_VALUE",
      "builtin: modulo",
    ],
    [
      "both a builtin and an executor",
      "    executor:",
      "    builtin: subtract\n    executor:",
      "ONE_OF",
      "  - name: subtract",
    ],
    [
      "two executors",
      "    executor:\n",
      "    executor:\n      local_bash: { command: 'true' }\n",
      "ONE_OF",
      "executor:",
    ],
    ["an executor that there is not", "      python: #", "      perl: #", "UNKNOWN_KEY", "perl:"],
    [
      "a command that is no python -c",
      'python -c "print(a - b)"',
      "python main.py",
      "BAD_COMMAND",
      "command: |",
    ],
    [
      "a command that needs a shell",
      'python -c "print(a - b)"',
      'python -c "print(a - b)" | tail',
      "BAD_COMMAND",
      "command: |",
    ],
    [
      "parameters of no object",
      "      type: object",
      "      type: array",
      "BAD_SCHEMA",
      "parameters:\n      type: array",
    ],
    [
      "a schema that is none",
      '          type: number\n          description: "The first',
      '          type: numeral\n          description: "The first',
      "BAD_SCHEMA",
      "parameters:\n      type: object",
    ],
    [
      "a secret that is written down",
      "        requirements: []",
      "        env: { KEY: sk-123 }",
      "SECRET_BY_VALUE",
      "env: {",
    ],
    [
      "no words for the agent",
      /user_message: .*/,
      'user_message: ""',
      "EMPTY_FIELD",
      "user_message:",
    ],
    [
      "a docker executor without an image",
      /python: # .*\n.*\n/,
      "docker:\n",
      "MISSING_FIELD",
      "docker:",
    ],
  ];

  it.each(MUTATIONS)("with %s is refused at its line", (_, from, to, code, at) => {
    const text = mutated(from, to);
    const found = faultsOf(text);
    expect(found.map((fault) => fault.code)).toContain(code);
    const fault = found.find((each) => each.code === code);
    expect(fault?.line).toBe(lineOf(text, at));
  });

  it("says all of its faults at once, each with file, line, column, field and code", () => {
    const text = `${EXAMPLE.replace("provider: openai", "vendor: openai").replace("builtin: add", "builtin: modulo")}---\nagents:\n- name: x\n`;
    const { faults } = readManifest([{ name: "m.yaml", text }]);
    const error = badManifest(faults);
    expect(error.code).toBe("BAD_MANIFEST");
    expect(error.message).toMatch(/m\.yaml:3:5 UNKNOWN_KEY llms\[0\]\.vendor: /);
    expect(error.message).toMatch(/m\.yaml:24:5 UNKNOWN_VALUE tools\[0\]\.builtin: /);
    expect(error.message).toMatch(/MISSING_FIELD agents\[0\]\.system_prompt: /);
  });

  it("with nothing in it, or an agent that nothing speaks for, is refused", () => {
    expect(faultsOf("# nothing\n")).toMatchObject([{ code: "EMPTY_MANIFEST", line: 1 }]);
    const lonely = "agents:\n- name: lonely\n  system_prompt: hm\n";
    expect(faultsOf(lonely)).toMatchObject([{ code: "NO_LLM", line: 2 }]);
    expect(faultsOf(lonely, { ...AROUND, model: true })).toEqual([]);
  });

  it("may refer to what stands in another file or document, and to what the home has", () => {
    const agents =
      "agents:\n- name: x\n  system_prompt: s\n  tools: [sleep_until, {agent: configured}]\n";
    const llms = "---\nllms:\n- {name: small, model: m}\n";
    const { entries, faults } = readManifest([
      { name: "a.yaml", text: agents },
      { name: "b.yaml", text: llms },
    ]);
    expect(faults).toEqual([]);
    expect(checkManifest(entries, overlaid(EMPTY, entries), AROUND)).toEqual([]);
  });
});
