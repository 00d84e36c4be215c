/**
 * The shapes that a tool call takes once its text is a value: which key holds the name, which the
 * arguments; and argument tags, whose texts become values by the tool's schema.
 */
import type { Json } from "../../core/json.ts";
import type { ModelTool } from "../../core/ports.ts";
import { isObject, readArguments } from "./arguments.ts";
import { parseRelaxedJson } from "./relaxed-json.ts";

export type CallRead =
  | {
      readonly status: "call";
      readonly name: string;
      readonly arguments: { readonly [key: string]: Json };
    }
  | { readonly status: "unread"; readonly reason: string };

type JsonObject = { readonly [key: string]: Json };

const NAME_KEYS = ["name", "tool", "tool_name", "function_name", "action"];
const ARGUMENT_KEYS = [
  "arguments",
  "parameters",
  "args",
  "input",
  "tool_input",
  "action_input",
  "kwargs",
];

/**
 * The calls in a value: one object, a list, `{tool_calls: […]}`, `{function: {…}}` or
 * `{toolName: {…}}`.
 *
 * @param certain Whether the value must be a call; if not, a value of another shape gives none.
 */
export function callOf(value: Json, tools: readonly ModelTool[], certain: boolean): CallRead[] {
  if (isList(value)) return value.flatMap((item) => callOf(item, tools, certain));
  if (!isObject(value)) return certain ? [unread("a call was expected, not a plain value")] : [];
  if (isList(value.tool_calls ?? null)) return callOf(value.tool_calls ?? null, tools, certain);
  if (isObject(value.function ?? null)) return callOf(value.function ?? null, tools, certain);

  const named = [...NAME_KEYS, "function"].find((key) => typeof value[key] === "string");
  if (named === undefined) return byToolKey(value, tools, certain);
  const name = String(value[named]);
  const tool = toolNamed(name, tools);
  const keys = ARGUMENT_KEYS.filter((key) => value[key] !== undefined);
  if (tool === undefined) {
    // Plain data may well have a "name".
    return certain || keys.length > 0 ? [unread(`no tool is called "${name.slice(0, 80)}"`)] : [];
  }
  if (keys.length > 1) return [unread(`arguments under both ${keys.join(" and ")}`)];
  const key = keys[0];
  if (key === undefined) {
    const rest = Object.fromEntries(
      Object.entries(value).filter(
        ([other]) => other !== named && other !== "id" && other !== "type",
      ),
    );
    const known = Object.keys(properties(tool));
    return Object.keys(rest).every((other) => known.includes(other))
      ? [{ status: "call", name: tool.name, arguments: rest }]
      : [unread("no arguments")];
  }
  return withArguments(tool, value[key] ?? null);
}

/** The tool of that name; a `functions.` or `tools.` prefix and the case of letters do not count. */
export function toolNamed(name: string, tools: readonly ModelTool[]): ModelTool | undefined {
  const bare = name.trim().replace(/^(?:functions?|tools?)\./, "");
  const exact = tools.find((tool) => tool.name === bare);
  if (exact !== undefined) return exact;
  const near = tools.filter((tool) => tool.name.toLowerCase() === bare.toLowerCase());
  return near.length === 1 ? near[0] : undefined;
}

/** The parameters of a tool in order, with their schemas. */
export function properties(tool: ModelTool): JsonObject {
  const found = tool.parameters.properties ?? null;
  return isObject(found) ? found : {};
}

function withArguments(tool: ModelTool, given: Json): CallRead[] {
  const read = readArguments(given);
  if (read.status === "unread") return [unread(read.reason)];
  return read.calls.map((each) => ({ status: "call", name: tool.name, arguments: each }));
}

function byToolKey(value: JsonObject, tools: readonly ModelTool[], certain: boolean): CallRead[] {
  const entries = Object.entries(value);
  const reads = entries.map(([key, given]) => {
    const tool = tools.find((offered) => offered.name === key);
    return tool === undefined || !isObject(given) ? undefined : withArguments(tool, given);
  });
  if (entries.length > 0 && reads.every((read) => read !== undefined)) return reads.flat();
  return certain ? [unread("no name of a tool")] : [];
}

/**
 * Calls whose arguments stand in tags: `<parameter=key>`, `<parameter name="key">`,
 * `<arg_key>…</arg_key><arg_value>…</arg_value>`; undefined when the text has none.
 *
 * @param name The tool, where the wrapping says it; else it stands before the first tag.
 */
export function taggedCall(
  text: string,
  tools: readonly ModelTool[],
  name?: string,
): CallRead[] | undefined {
  const inside = /<function=([\w.-]+)>([\s\S]*?)(?:<\/function>|$)/.exec(text);
  if (name === undefined && inside?.[1] !== undefined) {
    const nested = taggedCall(inside[2] ?? "", tools, inside[1]);
    if (nested !== undefined) return nested;
    const body = (inside[2] ?? "").trim();
    const read = body === "" ? undefined : parseRelaxedJson(body);
    if (read?.status === "unread") return [unread(read.reason)];
    return callOf({ name: inside[1], arguments: read?.value ?? {} }, tools, true);
  }
  const pairs = [
    ...text.matchAll(
      /<(?:parameter|arg)(?:=|\s+name=)["']?(?<key>[\w.-]+)["']?[^>]*>(?<value>[\s\S]*?)<\/(?:parameter|arg)>|<arg_key>(?<key2>[\s\S]*?)<\/arg_key>\s*<arg_value>(?<value2>[\s\S]*?)<\/arg_value>/g,
    ),
  ];
  const opened = text.match(/<(?:parameter|arg)(?:=|\s)|<arg_key>/g)?.length ?? 0;
  if (opened === 0) return undefined;
  const tool = toolNamed(name ?? text.slice(0, text.indexOf("<")), tools);
  if (tool === undefined) {
    return [
      unread(
        `no tool is called "${(name ?? text.slice(0, text.indexOf("<"))).trim().slice(0, 80)}"`,
      ),
    ];
  }
  if (pairs.length < opened) return [unread("cut off: an argument tag without end")];
  const schemas = properties(tool);
  const given = new Map<string, Json>();
  for (const { groups = {} } of pairs) {
    const key = (groups.key ?? groups.key2 ?? "").trim();
    if (given.has(key)) return [unread(`the argument "${key}" comes twice`)];
    given.set(
      key,
      bySchema(
        (groups.value ?? groups.value2 ?? "").replace(/^\n|\n$/g, ""),
        Object.hasOwn(schemas, key) ? schemas[key] : undefined,
      ),
    );
  }
  return [{ status: "call", name: tool.name, arguments: Object.fromEntries(given) }];
}

/** A tag's text as the schema wants it: text stays text unless something else is asked for. */
function bySchema(text: string, schema: Json | undefined): Json {
  const type = schema !== undefined && isObject(schema) ? schema.type : undefined;
  if (type === undefined || type === "string") return text;
  const read = parseRelaxedJson(text.trim());
  return read.status === "read" ? read.value : text;
}

function unread(reason: string): CallRead {
  return { status: "unread", reason };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
