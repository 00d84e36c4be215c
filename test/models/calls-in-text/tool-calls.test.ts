/** Tool calls in plain text: the forms of open models, well and badly written. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/core/json.ts";
import type { ModelTool } from "../../../src/core/ports.ts";
import { parseToolCalls } from "../../../src/models/calls-in-text/tool-calls.ts";

const tool = (name: string, properties: Record<string, Json>): ModelTool => ({
  name,
  description: `${name}.`,
  parameters: { type: "object", properties },
});
const TOOLS = [
  tool("get_weather", { city: { type: "string" }, days: { type: "number" } }),
  tool("search", {
    query: { type: "string" },
    tags: { type: "array" },
    exact: { type: "boolean" },
  }),
  tool("now", {}),
];
const OSLO = { get_weather: { city: "Oslo" } };
const OSLO3 = { get_weather: { city: "Oslo", days: 3 } };

/** [what, text, expected calls in order as { name: arguments }] */
const READABLE: readonly (readonly [string, string, readonly Record<string, Json>[]])[] = [
  [
    "Hermes and Qwen tags",
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>',
    [OSLO],
  ],
  [
    "two tags in a row",
    '<tool_call>{"name":"get_weather","arguments":{"city":"Oslo"}}</tool_call>\n<tool_call>{"name":"now","arguments":{}}</tool_call>',
    [OSLO, { now: {} }],
  ],
  [
    "a tag that is never closed",
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}',
    [OSLO],
  ],
  [
    "a tag closed by the next one",
    '<tool_call>{"name":"now","arguments":{}}<tool_call>{"name":"get_weather","arguments":{"city":"Oslo"}}</tool_call>',
    [{ now: {} }, OSLO],
  ],
  [
    "a tag around a code fence",
    '<tool_call>\n```json\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n```\n</tool_call>',
    [OSLO],
  ],
  [
    "a missing closing brace's neighbour: an extra one",
    '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo"}}}</tool_call>',
    [OSLO],
  ],
  [
    "single quotes",
    "<tool_call>{'name': 'get_weather', 'arguments': {'city': 'Oslo'}}</tool_call>",
    [OSLO],
  ],
  [
    "Python's words",
    "<tool_call>{'name': 'search', 'arguments': {'query': 'x', 'exact': True, 'tags': None}}</tool_call>",
    [{ search: { query: "x", exact: true, tags: null } }],
  ],
  [
    "trailing commas",
    '<tool_call>{"name": "search", "arguments": {"query": "x", "tags": ["a", "b",],},}</tool_call>',
    [{ search: { query: "x", tags: ["a", "b"] } }],
  ],
  [
    "bare keys",
    "<tool_call>{name: \"get_weather\", arguments: {city: 'Oslo', days: 3}}</tool_call>",
    [OSLO3],
  ],
  [
    "comments",
    '<tool_call>{"name": "get_weather", // which\n "arguments": {"city": "Oslo" /* capital */}}</tool_call>',
    [OSLO],
  ],
  [
    "arguments as a JSON string",
    '<tool_call>{"name": "get_weather", "arguments": "{\\"city\\": \\"Oslo\\"}"}</tool_call>',
    [OSLO],
  ],
  [
    "a raw line break in a string",
    '<tool_call>{"name": "search", "arguments": {"query": "a\nb"}}</tool_call>',
    [{ search: { query: "a\nb" } }],
  ],
  [
    "the word parameters for arguments",
    '<tool_call>{"name": "get_weather", "parameters": {"city": "Oslo"}}</tool_call>',
    [OSLO],
  ],
  [
    "two objects in one tag",
    '<tool_call>{"name":"now","arguments":{}}\n{"name":"get_weather","arguments":{"city":"Oslo"}}</tool_call>',
    [{ now: {} }, OSLO],
  ],
  [
    "Qwen coder's tags",
    "<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
    [OSLO3],
  ],
  [
    "Qwen coder's tags without the outer one",
    "<function=search>\n<parameter=query>\nif (a < b) { return [1]; }\n</parameter>\n<parameter=exact>\ntrue\n</parameter>\n</function>",
    [{ search: { query: "if (a < b) { return [1]; }", exact: true } }],
  ],
  ["Llama's function tag", '<function=get_weather>{"city": "Oslo"}</function>', [OSLO]],
  [
    "Llama's function tag with end of turn",
    '<function=get_weather>{"city": "Oslo"}</function><|eom_id|>',
    [OSLO],
  ],
  [
    "Llama's python tag with JSON",
    '<|python_tag|>{"type": "function", "name": "get_weather", "parameters": {"city": "Oslo"}}<|eom_id|>',
    [OSLO],
  ],
  ["Llama's python tag with calls", '<|python_tag|>get_weather.call(city="Oslo")', [OSLO]],
  [
    "several calls apart by semicolons",
    '<|python_tag|>{"name": "now", "parameters": {}}; {"name": "get_weather", "parameters": {"city": "Oslo"}}',
    [{ now: {} }, OSLO],
  ],
  [
    "Mistral's list",
    '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Oslo"}}, {"name": "now", "arguments": {}}]</s>',
    [OSLO, { now: {} }],
  ],
  ["Mistral's name and arguments", '[TOOL_CALLS]get_weather{"city": "Oslo"}', [OSLO]],
  [
    "Mistral's name with marks",
    '[TOOL_CALLS]get_weather[CALL_ID]a1b2c3d4e[ARGS]{"city": "Oslo"}[TOOL_CALLS]now[ARGS]{}',
    [OSLO, { now: {} }],
  ],
  ["a pythonic list", '[get_weather(city="Oslo", days=3), now()]', [OSLO3, { now: {} }]],
  ["a pythonic call on a line", 'I will look.\nget_weather(city="Oslo")', [OSLO]],
  [
    "a pythonic call in a fence",
    "```tool_code\nprint(get_weather(city='Oslo', days=3))\n```",
    [OSLO3],
  ],
  [
    "a pythonic call with brackets in strings",
    "```python\nsearch(query='f(x) = [a, b)', tags=['(', ']'])\n```",
    [{ search: { query: "f(x) = [a, b)", tags: ["(", "]"] } }],
  ],
  ["positional arguments", '[get_weather("Oslo", 3)]', [OSLO3]],
  [
    "an assigned call",
    '```python\nweather = get_weather(city="Oslo")\nclock = now()\n```',
    [OSLO, { now: {} }],
  ],
  [
    "a triple-quoted string",
    '```tool_code\nsearch(query="""two\n"lines" """)\n```',
    [{ search: { query: 'two\n"lines" ' } }],
  ],
  [
    "a fenced JSON object",
    'Let me check:\n```json\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n```\nDone.',
    [OSLO],
  ],
  [
    "a fence that is never closed",
    '```json\n{"name": "get_weather", "arguments": {"city": "Oslo"}}',
    [OSLO],
  ],
  [
    "a fenced list",
    '```\n[{"name": "get_weather", "arguments": {"city": "Oslo"}}, {"name": "now"}]\n```',
    [OSLO, { now: {} }],
  ],
  ["bare JSON", '{"name": "get_weather", "arguments": {"city": "Oslo"}}', [OSLO]],
  [
    "bare JSON after prose, junk behind",
    'Calling:\n{"name": "get_weather", "arguments": {"city": "Oslo"}} <|im_end|> ok',
    [OSLO],
  ],
  [
    "the shape of chat completions",
    '{"tool_calls": [{"id": "x", "type": "function", "function": {"name": "get_weather", "arguments": "{\\"city\\":\\"Oslo\\"}"}}]}',
    [OSLO],
  ],
  ["tool and tool_input", '{"tool": "get_weather", "tool_input": {"city": "Oslo"}}', [OSLO]],
  ["the tool's name as the key", '{"get_weather": {"city": "Oslo"}}', [OSLO]],
  [
    "ReAct's two lines",
    'Thought: I need it.\nAction: get_weather\nAction Input: {"city": "Oslo"}\nObservation: sunny',
    [OSLO],
  ],
  [
    "an invoke tag",
    '<function_calls>\n<invoke name="get_weather">\n<parameter name="city">Oslo</parameter>\n<parameter name="days">3</parameter>\n</invoke>\n</function_calls>',
    [OSLO3],
  ],
  [
    "DeepSeek's tokens",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Oslo"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [OSLO],
  ],
  [
    "gpt-oss channels",
    '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Oslo"}<|call|>',
    [OSLO],
  ],
  [
    "GLM's argument tags",
    "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>",
    [OSLO3],
  ],
  [
    "a prefix of the tool's name",
    '<tool_call>{"name": "functions.get_weather", "arguments": {"city": "Oslo"}}</tool_call>',
    [OSLO],
  ],
  [
    "thoughts with a call in them",
    '<think>I could do <tool_call>{"name":"now","arguments":{}}</tool_call></think>\n<tool_call>{"name":"get_weather","arguments":{"city":"Oslo"}}</tool_call>',
    [OSLO],
  ],
  [
    "escapes",
    '<tool_call>{"name": "search", "arguments": {"query": "a\\"b\\u00e9\\n"}}</tool_call>',
    [{ search: { query: 'a"bé\n' } }],
  ],
];

/** [what, text, part of the reason] */
const UNREADABLE: readonly (readonly [string, string, RegExp])[] = [
  [
    "arguments that are cut off",
    '<tool_call>{"name": "get_weather", "arguments": {"city": "Os',
    /cut off/,
  ],
  [
    "an object that is cut off",
    '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo"',
    /cut off/,
  ],
  [
    "a tag argument that is cut off",
    "<tool_call><function=get_weather><parameter=city>Os",
    /cut off/,
  ],
  ["a pythonic call that is cut off", '[get_weather(city="Oslo", da', /cut off/],
  [
    "a tool that was not offered",
    '<tool_call>{"name": "rm_rf", "arguments": {"path": "/"}}</tool_call>',
    /no tool is called "rm_rf"/,
  ],
  ["a pythonic tool that was not offered", "[launch(code=7)]", /no tool is called "launch"/],
  ["a call without a name", '<tool_call>{"arguments": {"city": "Oslo"}}</tool_call>', /no name/],
  [
    "arguments that are no object",
    '<tool_call>{"name": "get_weather", "arguments": ["Oslo"]}</tool_call>',
    /no object/,
  ],
  [
    "arguments that are prose",
    '<tool_call>{"name": "get_weather", "arguments": "Oslo please"}</tool_call>',
    /no value|no object/,
  ],
  [
    "arguments under two names",
    '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo"}, "parameters": {"city": "Rome"}}</tool_call>',
    /both/,
  ],
  [
    "a key that comes twice",
    '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo", "city": "Rome"}}</tool_call>',
    /twice/,
  ],
  ["an expression as an argument", "[get_weather(city=best_city())]", /no value/],
  ["a variable as an argument", "```tool_code\nget_weather(city=home)\n```", /no value/],
  ["more arguments than parameters", '[now("UTC")]', /more arguments/],
  [
    "a quote that is missing",
    '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo}}</tool_call>',
    /cut off/,
  ],
  ["an empty tag", "<tool_call></tool_call>", /empty/],
  ["prose in a tag", "<tool_call>get the weather for Oslo</tool_call>", /neither/],
];

/** Text that is none: neither calls nor complaints. */
const PROSE: readonly string[] = [
  "The weather in Oslo is fine.",
  "Use `get_weather` when you need it.",
  'A person: {"name": "Ada", "born": 1815}',
  '```json\n{"name": "package", "version": "1.0.0"}\n```',
  "```js\nconst x = [1, 2, 3];\nconsole.log(x);\n```",
  "[1] See the reference list.",
  "It costs {about} ten.",
  "",
];

describe("tool calls in text", () => {
  test.each(READABLE)("reads %s", (_, text, expected) => {
    const { calls, unread } = parseToolCalls(text, TOOLS);
    expect(calls.map(({ name, arguments: given }) => ({ [name]: given }))).toEqual(expected);
    expect(unread).toEqual([]);
    expect(calls.map(({ id }) => id)).toEqual(calls.map((_call, index) => `call_${index + 1}`));
  });

  test.each(UNREADABLE)("reports %s instead of guessing", (_, text, reason) => {
    const { calls, unread } = parseToolCalls(text, TOOLS);
    expect(calls).toEqual([]);
    expect(unread).toHaveLength(1);
    expect(unread[0]?.reason).toMatch(reason);
  });

  test.each(PROSE)("leaves prose alone: %s", (text) => {
    expect(parseToolCalls(text, TOOLS)).toEqual({ calls: [], unread: [], content: text.trim() });
  });

  test("keeps the readable calls beside the unreadable one, and the text around them", () => {
    const { calls, unread, content } = parseToolCalls(
      'First.\n<tool_call>{"name":"now","arguments":{}}</tool_call>\n<tool_call>{"name":"get_weather","arguments":{"ci</tool_call>\nLast.',
      TOOLS,
    );
    expect(calls.map((call) => call.name)).toEqual(["now"]);
    expect(unread).toHaveLength(1);
    expect(content).toMatch(/^First\.\s+Last\.$/);
  });

  test("a key called __proto__ is an argument like any other", () => {
    const { calls } = parseToolCalls(
      '<tool_call>{"name":"search","arguments":{"__proto__":{"exact":true},"query":"x"}}</tool_call>',
      TOOLS,
    );
    expect(Object.keys(calls[0]?.arguments ?? {})).toEqual(["__proto__", "query"]);
    expect(Object.getPrototypeOf(calls[0]?.arguments)).toBe(Object.prototype);
  });

  const jsonArguments = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.jsonValue({ maxDepth: 3 }),
    { maxKeys: 4 },
  );
  const negativeZero = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

  test("reads back whatever was written as JSON in a tag", () => {
    fc.assert(
      fc.property(jsonArguments, (given) => {
        const text = `<tool_call>${JSON.stringify({ name: "search", arguments: given })}</tool_call>`;
        // A tag inside a string ends the call for any reader of the form.
        fc.pre(!/<\/?(?:tool_call|think)/.test(JSON.stringify(given)));
        expect(parseToolCalls(text, TOOLS).calls[0]?.arguments).toEqual(negativeZero(given));
      }),
    );
  });

  test("throws at nothing and stays bounded", () => {
    const pieces = fc.constantFrom(
      "<tool_call>",
      "</tool_call>",
      '{"name":',
      '"get_weather"',
      "[",
      "{",
      "(",
      '"',
      "'",
      "}",
      "get_weather(",
      "```",
      "\n",
      "<function=now>",
      "[TOOL_CALLS]",
      "\\",
      "<think>",
      "a",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const { calls } = parseToolCalls(parts.join(""), TOOLS);
        expect(calls.every(({ name }) => TOOLS.some((offered) => offered.name === name))).toBe(
          true,
        );
      }),
      { numRuns: 500 },
    );
  });

  // No clock: what is quadratic in one of these does not end within a test's time limit.
  test.each([
    ["{", 2_000_000],
    ["<tool_call>", 400_000],
    ["[", 2_000_000],
    ["get_weather(", 200_000],
    ["```\n", 400_000],
  ])("finds no call in %j, written %i times, in time", (piece, times) => {
    expect(parseToolCalls(piece.repeat(times), TOOLS).calls).toEqual([]);
  });
});
