/**
 * Calls as Python writes them: `get_weather(city="Oslo", days=3)`, several in a list, one a line,
 * behind `print(` or an assignment. Arguments are literals; an expression is reported, not run.
 */
import type { Json } from "../../core/json.ts";
import type { ModelTool } from "../../core/ports.ts";
import { isObject } from "./arguments.ts";
import { Reader, reading } from "./relaxed-json.ts";
import { type CallRead, properties, toolNamed } from "./shapes.ts";

/**
 * The calls of offered tools in the text, and where the last of them ends.
 *
 * @param one Stop after the first call.
 */
export function pythonicCalls(
  text: string,
  tools: readonly ModelTool[],
  { one = false }: { readonly one?: boolean } = {},
): { readonly reads: readonly CallRead[]; readonly end: number } {
  const reads: CallRead[] = [];
  let end = 0;
  for (const match of text.matchAll(/(?<![\w."'])([A-Za-z_][\w.]*?)(?:\.call)?\(/g)) {
    if (match.index < end || match[1] === undefined) continue;
    const tool = toolNamed(match[1], tools);
    if (tool === undefined) {
      // Only a list of nothing but calls says for sure that an unknown name is meant as a tool.
      if (/^\s*\[\s*$/.test(text.slice(0, match.index)) && /\)\s*\]\s*$/.test(text)) {
        reads.push({ status: "unread", reason: `no tool is called "${match[1].slice(0, 80)}"` });
      }
      continue;
    }
    const reader = new Reader(text, match.index + match[0].length);
    const read = reading(() => callArguments(reader, tool));
    end = read.status === "read" ? reader.at : text.length;
    reads.push(
      read.status === "read"
        ? { status: "call", name: tool.name, arguments: read.value }
        : { status: "unread", reason: read.reason },
    );
    if (one) break;
  }
  return { reads, end };
}

function callArguments(reader: Reader, tool: ModelTool): { readonly [key: string]: Json } {
  const names = Object.keys(properties(tool));
  const given = new Map<string, Json>();
  let positional = 0;
  let spread: { readonly [key: string]: Json } | undefined;
  while (!reader.take(")")) {
    if (reader.take("**")) {
      const value = reader.value(0);
      if (!isObject(value)) return reader.fail("** needs an object");
      spread = value;
    } else {
      const key = reader.match(/[A-Za-z_]\w*\s*(?:=(?!=)|:(?!:))/)?.replace(/\s*[=:]$/, "");
      const value = reader.value(0);
      // A lone object in the first place is all arguments, unless that place takes an object.
      if (
        key === undefined &&
        positional === 0 &&
        given.size === 0 &&
        isObject(value) &&
        reader.ahead(")")
      ) {
        if (Object.keys(value).every((name) => names.includes(name)) && names.length > 0) {
          reader.take(")");
          return value;
        }
      }
      const name = key ?? names[positional++] ?? reader.fail("more arguments than parameters");
      if (given.has(name)) reader.fail(`the argument "${name}" comes twice`);
      given.set(name, value);
    }
    if (!reader.take(",") && !reader.ahead(")")) reader.fail("a comma or ) was expected");
  }
  return { ...spread, ...Object.fromEntries(given) };
}
