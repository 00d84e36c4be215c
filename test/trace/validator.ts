/**
 * The rules of the training formats, written down a second time and strictly: what the readers of
 * each format accept, drop silently or trip over. Shares no code with the exports.
 */

type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
type Fields = { [key: string]: Value };

/** @returns Faults as "line: rule"; empty for a file that every reader takes. */
export function faults(format: string, bytes: Uint8Array): string[] {
  const found: string[] = [];
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return ["file: not UTF-8"];
  }
  if (text.startsWith("\ufeff")) found.push("file: byte order mark");
  if (text.includes("\r")) found.push("file: carriage return");
  if (!text.endsWith("\n")) found.push("file: no newline at the end");
  const lines = text.slice(0, -1).split("\n");
  const rows: Fields[] = [];
  for (const [index, line] of lines.entries()) {
    const say = (rule: string) => found.push(`${index + 1}: ${rule}`);
    let row: Value;
    try {
      row = JSON.parse(line) as Value;
    } catch {
      say("not JSON");
      continue;
    }
    // Written by a serializer without spaces, this is equal unless a key comes twice.
    if (JSON.stringify(row) !== line) say("a key twice, or spaces");
    if (!isFields(row)) {
      say("not an object");
      continue;
    }
    rows.push(row);
    for (const string of strings(row)) {
      if (!string.isWellFormed()) say("lone surrogate");
      if (string.includes("\u0000")) say("NUL");
      const bare = string.replaceAll("\n</tool_response>\n<tool_response>\n", "");
      if (/<\|\w+\|>|<\/?(?:s|think|tool_call|tool_response|image)>|\[\/?INST\]/.test(bare)) {
        say("control token");
      }
      if (
        /AKIA[A-Z0-9]{16}|ghp_[A-Za-z0-9]{36}|sk-ant-|-----BEGIN [A-Z ]*PRIVATE KEY/.test(string)
      ) {
        say("secret");
      }
    }
    for (const rule of RULES[format]?.(row) ?? ["unknown format"]) say(rule);
  }
  if (new Set(lines).size !== lines.length) found.push("file: duplicate rows");
  if (/^(?:trl|axolotl|llama-factory)/.test(format)) {
    found.push(...columnFaults(rows));
  }
  if (format.endsWith("dpo")) found.push(...contradictions(rows));
  return found;
}

const RULES: Readonly<Record<string, (row: Fields) => string[]>> = {
  "openai-sft": (row) => [
    ...keys(row, ["messages"], ["tools", "parallel_tool_calls"]),
    ...chat(row.messages, row.tools, { text: true, ends: ["assistant"], weights: true }),
  ],
  "openai-dpo": (row) => {
    const input = isFields(row.input ?? null) ? (row.input as Fields) : {};
    const outputs = [row.preferred_output, row.non_preferred_output];
    return [
      ...keys(row, ["input", "preferred_output", "non_preferred_output"], []),
      ...keys(input, ["messages"], ["tools", "parallel_tool_calls"]),
      ...chat(input.messages, input.tools, { text: true, ends: ["user", "tool"] }),
      ...outputs.flatMap((output) => oneAnswer(output, input.tools, true)),
      ...(JSON.stringify(outputs[0]) === JSON.stringify(outputs[1]) ? ["equal outputs"] : []),
    ];
  },
  "openai-rft": (row) => [
    ...(Object.keys(row).length < 2 ? ["nothing for the grader"] : []),
    ...chat(row.messages, undefined, {
      text: true,
      ends: ["user"],
      roles: ["developer", "user", "assistant", "tool"],
    }),
  ],
  "trl-sft": (row) => [
    ...keys(row, ["messages"], ["tools"]),
    ...chat(row.messages, row.tools, { text: false, ends: ["assistant"] }),
  ],
  "trl-dpo": (row) => [
    ...keys(row, ["prompt", "chosen", "rejected"], ["tools"]),
    ...chat(row.prompt, row.tools, { text: false, ends: ["user", "tool"] }),
    ...oneAnswer(row.chosen, row.tools),
    ...oneAnswer(row.rejected, row.tools),
    ...(JSON.stringify(row.chosen) === JSON.stringify(row.rejected) ? ["equal outputs"] : []),
  ],
  "trl-kto": (row) => [
    ...keys(row, ["prompt", "completion", "label"], []),
    ...chat(row.prompt, undefined, { text: false, ends: ["user", "tool"] }),
    ...oneAnswer(row.completion),
    ...(typeof row.label === "boolean" ? [] : ["label is not a boolean"]),
  ],
  "trl-grpo": (row) => [
    ...("tools" in row ? ["tools are no column"] : []),
    ...chat(row.prompt, undefined, { text: false, ends: ["user"] }),
  ],
  axolotl: (row) => [
    ...keys(row, ["messages"], ["tools"]),
    ...chat(row.messages, row.tools, { text: true, ends: ["assistant"], axolotl: true }),
  ],
  "axolotl-dpo": (row) => [
    ...keys(row, ["messages", "chosen", "rejected"], []),
    ...chat(row.messages, undefined, { text: false, ends: ["user", "tool"] }),
    ...oneAnswer([row.chosen ?? null]),
    ...oneAnswer([row.rejected ?? null]),
  ],
  "llama-factory": (row) => sharegpt(row, 0),
  "llama-factory-dpo": (row) => {
    const halves = [row.chosen ?? null, row.rejected ?? null];
    const { chosen: _, rejected: __, ...rest } = row;
    const turns = Array.isArray(row.conversations) ? row.conversations : [];
    return [
      ...sharegpt(rest, 1),
      // Each half in its place makes a whole conversation.
      ...halves.flatMap((half) => sharegpt({ ...rest, conversations: [...turns, half] }, 0)),
      ...(JSON.stringify(halves[0]) === JSON.stringify(halves[1]) ? ["equal outputs"] : []),
    ];
  },
  jsonl: (row) => keys(row, ["messages", "tools", "origin"], ["weight"]),
};

interface ChatRules {
  /** Arguments as JSON text instead of objects. */
  readonly text: boolean;
  readonly ends: readonly string[];
  readonly roles?: readonly string[];
  readonly weights?: boolean;
  readonly axolotl?: boolean;
}

function chat(messages: Value | undefined, tools: Value | undefined, rules: ChatRules): string[] {
  if (!Array.isArray(messages) || messages.length === 0) return ["no messages"];
  const said: string[] = [];
  const schemas = toolSchemas(tools, said);
  const roles = rules.roles ?? ["system", "user", "assistant", "tool"];
  let before = "";
  let open: { id: string; name: string }[] = [];
  let users = 0;
  let learned = 0;
  // Services pair calls and results by id, templates by name and order.
  const byId = rules.text;
  for (const message of messages) {
    if (!isFields(message)) return [...said, "a message that is no object"];
    const role = String(message.role);
    const { content } = message;
    if (!roles.includes(role)) said.push(`role ${role}`);
    if ((role === "system" || role === "developer") && before !== "") said.push("late system");
    if (role !== "tool" && open.length > 0) said.push("a call without a result");
    const calls = message.tool_calls;
    if (role === "assistant") {
      if (before === "assistant") said.push("assistant run");
      if (users === 0) said.push("assistant before a user");
      const allowed = [
        "role",
        "content",
        "tool_calls",
        ...(rules.weights ? ["weight"] : []),
        ...(rules.axolotl ? ["train"] : []),
      ];
      said.push(...keys(message, ["role", "content"], allowed));
      if (rules.axolotl && typeof message.train !== "boolean") said.push("no train mark");
      if ("weight" in message && message.weight !== 0 && message.weight !== 1) said.push("weight");
      if (message.weight !== 0 && message.train !== false) learned++;
      if (calls === undefined && (typeof content !== "string" || content.trim() === "")) {
        said.push("an empty answer");
      }
      // Services take null beside calls; templates of open models break on it.
      const nullFine = rules.text && rules.axolotl !== true && calls !== undefined;
      if (typeof content !== "string" && !(content === null && nullFine)) said.push("content");
      open = Array.isArray(calls) ? calls.map((call) => callOf(call, schemas, rules, said)) : [];
      if (Array.isArray(calls) && calls.length === 0) said.push("no calls in a list of calls");
      if (new Set(open.map(({ id }) => id)).size !== open.length && rules.weights)
        said.push("id twice");
    } else {
      if (calls !== undefined) said.push("calls of another role");
      if (typeof content !== "string") said.push("content is not text");
    }
    if (role === "user") {
      users++;
      if (typeof content === "string" && content.trim() === "") said.push("an empty question");
    }
    if (role === "tool") {
      const at = byId
        ? open.findIndex(({ id }) => id === message.tool_call_id)
        : open.findIndex(({ name }) => name === message.name);
      if (at === -1) said.push("a result without its call");
      else open = open.toSpliced(at, 1);
    }
    before = role;
  }
  if (open.length > 0) said.push("a call without a result");
  if (!rules.ends.includes(before)) said.push(`ends with ${before}`);
  if (rules.ends.includes("assistant") && learned === 0) said.push("nothing to learn");
  return said;
}

function callOf(
  call: Value,
  schemas: ReadonlyMap<string, Fields>,
  rules: ChatRules,
  said: string[],
): { id: string; name: string } {
  const fields = isFields(call) ? call : {};
  const made = isFields(fields.function ?? null) ? (fields.function as Fields) : {};
  const name = String(made.name);
  if (fields.type !== "function") said.push("type of a call");
  if (rules.text && typeof fields.id !== "string") said.push("id of a call");
  let given = made.arguments ?? null;
  if (rules.text) {
    if (typeof given !== "string") said.push("arguments are not text");
    else {
      try {
        given = JSON.parse(given) as Value;
      } catch {
        said.push("arguments are not JSON");
      }
    }
  }
  if (!isFields(given))
    said.push(typeof given === "string" ? "arguments encoded twice" : "arguments");
  else said.push(...argumentFaults(name, given, schemas));
  return { id: String(fields.id), name };
}

function argumentFaults(
  name: string,
  given: Fields,
  schemas: ReadonlyMap<string, Fields>,
): string[] {
  const schema = schemas.get(name);
  if (schema === undefined) return [`call of the unknown tool ${name}`];
  const properties = isFields(schema.properties ?? null) ? (schema.properties as Fields) : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return [
    ...required.filter((key) => !(String(key) in given)).map((key) => `argument ${key} is missing`),
    ...Object.entries(given).flatMap(([key, value]) => {
      const known = properties[key];
      if (known === undefined || !isFields(known)) return [`argument ${key} is unknown`];
      const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
      return known.type === undefined || known.type === type ? [] : [`type of argument ${key}`];
    }),
  ];
}

function toolSchemas(tools: Value | undefined, said: string[]): Map<string, Fields> {
  const schemas = new Map<string, Fields>();
  if (tools === undefined) return schemas;
  if (!Array.isArray(tools) || tools.length === 0 || tools.length > 128)
    said.push("number of tools");
  for (const tool of Array.isArray(tools) ? tools : []) {
    const made = isFields(tool) && isFields(tool.function ?? null) ? (tool.function as Fields) : {};
    const name = made.name;
    if (typeof name !== "string" || !/^[A-Za-z0-9_-]{1,64}$/.test(name))
      said.push("name of a tool");
    if (typeof made.description !== "string") said.push("description of a tool");
    const schema = made.parameters;
    if (!isFields(schema ?? null) || (schema as Fields).type !== "object")
      said.push("schema of a tool");
    if (schemas.has(String(name))) said.push("a tool twice");
    schemas.set(String(name), (schema ?? {}) as Fields);
  }
  return schemas;
}

function oneAnswer(output: Value | undefined, tools?: Value, text = false): string[] {
  if (!Array.isArray(output) || output.length !== 1) return ["an output of not one message"];
  const [message] = output;
  if (message === undefined || !isFields(message) || message.role !== "assistant")
    return ["output role"];
  const { content, tool_calls: calls } = message;
  if (Array.isArray(calls) && calls.length > 0) {
    const said: string[] = [];
    const schemas = toolSchemas(tools, said);
    const rules = { text, ends: [] };
    for (const call of calls) callOf(call, schemas, rules, said);
    if (!text && typeof content !== "string") said.push("content");
    return said;
  }
  return typeof content === "string" && content.trim() !== "" ? [] : ["an empty output"];
}

/** @param odd 1 where the last turn is still to come. */
function sharegpt(row: Fields, odd: 0 | 1): string[] {
  const said = keys(row, ["conversations"], ["system", "tools"]);
  const turns = row.conversations;
  if (!Array.isArray(turns)) return [...said, "no conversations"];
  if (turns.length % 2 !== odd) said.push("number of turns");
  let tools: Value = [];
  if ("tools" in row) {
    if (typeof row.tools !== "string") said.push("tools are not text");
    else tools = JSON.parse(row.tools) as Value;
  }
  const schemas = toolSchemas(
    Array.isArray(tools) && tools.length > 0
      ? tools.map((tool): Value => ({ type: "function", function: tool }))
      : undefined,
    said,
  );
  for (const [index, turn] of turns.entries()) {
    if (!isFields(turn)) return [...said, "a turn that is no object"];
    said.push(...keys(turn, ["from", "value"], []));
    const from = String(turn.from);
    const value = String(turn.value);
    const fits = index % 2 === 0 ? ["human", "observation"] : ["gpt", "function_call"];
    if (!fits.includes(from)) said.push(`turn ${index + 1} is of ${from}`);
    const last = isFields(turns[index - 1] ?? null) ? (turns[index - 1] as Fields) : undefined;
    if ((from === "observation") !== (last?.from === "function_call")) said.push("observation");
    if (value.trim() === "") said.push("an empty turn");
    if (from === "function_call") {
      const made = JSON.parse(value) as Value;
      for (const call of Array.isArray(made) ? made : [made]) {
        if (!isFields(call) || !isFields(call.arguments ?? null)) said.push("a call");
        else {
          if (!/^[A-Za-z0-9_]+$/.test(String(call.name))) said.push("name of a call");
          said.push(...argumentFaults(String(call.name), call.arguments as Fields, schemas));
        }
      }
    }
  }
  return said;
}

/** Columns of a data set have one type. */
function columnFaults(rows: readonly Fields[]): string[] {
  const types = new Map<string, string>();
  const found: string[] = [];
  const visit = (value: Value, path: string, line: number): void => {
    if (value === null) return;
    const type = Array.isArray(value) ? "list" : typeof value;
    const known = types.get(path) ?? type;
    if (known !== type) found.push(`${line}: ${path} is ${type}, was ${known}`);
    types.set(path, known);
    if (Array.isArray(value)) for (const item of value) visit(item, `${path}[]`, line);
    else if (isFields(value)) {
      for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`, line);
    }
  };
  for (const [index, row] of rows.entries()) visit(row, "", index + 1);
  return found;
}

/** A pair, and the same pair the other way round. */
function contradictions(rows: readonly Fields[]): string[] {
  const seen = new Map<string, string>();
  return rows.flatMap((row, index) => {
    const [prompt, good, bad] = [
      row.prompt ?? row.input,
      row.chosen ?? row.preferred_output,
      row.rejected ?? row.non_preferred_output,
    ].map((part) => JSON.stringify(part));
    seen.set(`${prompt}${good}${bad}`, "");
    return seen.has(`${prompt}${bad}${good}`) ? [`${index + 1}: contradicts an earlier pair`] : [];
  });
}

function keys(fields: Fields, required: readonly string[], allowed: readonly string[]): string[] {
  return [
    ...required.filter((key) => !(key in fields)).map((key) => `${key} is missing`),
    ...Object.keys(fields)
      .filter((key) => !required.includes(key) && !allowed.includes(key))
      .map((key) => `unknown key ${key}`),
  ];
}

function* strings(value: Value): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* strings(item);
  else if (isFields(value)) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* strings(item);
    }
  }
}

function isFields(value: Value): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
