/**
 * Tool calls in plain text, as open models write them.
 *
 * Takes a reply's text and the tools that were offered; gives the calls, what it could not read
 * with the reason, and the text around them. It repairs writing and refuses to guess: an unknown
 * tool, a cut-off argument or an ambiguous call is reported, never completed.
 *
 * Forms: Hermes and Qwen `<tool_call>`, Qwen coder and Llama `<function=…>`, Mistral `[TOOL_CALLS]`,
 * Llama `<|python_tag|>`, `<invoke>`, DeepSeek and gpt-oss tokens, GLM's argument tags, fenced or
 * bare JSON, pythonic calls, and `Action:` / `Action Input:`.
 */
import type { Json } from "../../core/json.ts";
import type { ModelTool, ModelToolCall } from "../../core/ports.ts";
import { withoutReasoning } from "../../core/text/reasoning.ts";
import { codeBlocks } from "./code-blocks.ts";
import { pythonicCalls } from "./pythonic.ts";
import { bareRegions, looksLikeCall, type Region, regionsOf } from "./regions.ts";
import { parseRelaxedJson, readRelaxedJson } from "./relaxed-json.ts";
import { type CallRead, callOf, taggedCall } from "./shapes.ts";

export interface ParsedToolCalls {
  /** In the order of the text. Ids are `<idPrefix>_1`, `<idPrefix>_2`, ... */
  readonly calls: readonly ModelToolCall[];
  /** What looked like a call and is none: its text (at most 200 characters) and why. */
  readonly unread: readonly { readonly text: string; readonly reason: string }[];
  /** The text outside the calls. */
  readonly content: string;
}

/**
 * @param tools Those on offer; a call of another name is reported as unread.
 * @throws nothing, whatever the text. At most quadratic in pathological texts, linear otherwise.
 */
export function parseToolCalls(
  text: string,
  tools: readonly ModelTool[],
  { idPrefix = "call" }: { readonly idPrefix?: string } = {},
): ParsedToolCalls {
  const said = withoutReasoning(text);
  const regions = regionsOf(said);
  const reads: { region: Region; found: readonly CallRead[] }[] = [];
  for (const region of regions) {
    const found = readRegion(region, tools);
    if (region.certain || found.some((read) => read.status === "call"))
      reads.push({ region, found });
  }
  if (reads.length === 0) {
    for (const region of bareRegions(said, tools)) {
      const found = readRegion(region, tools);
      if (found.length > 0) reads.push({ region, found });
    }
  }
  const all = reads.flatMap(({ region, found }) => found.map((read) => ({ region, read })));
  const calls = all.flatMap(({ read }) => (read.status === "call" ? [read] : []));
  return {
    calls: calls.map((call, index) => ({
      id: `${idPrefix}_${index + 1}`,
      name: call.name,
      arguments: call.arguments,
    })),
    unread: all.flatMap(({ region, read }) =>
      read.status === "unread"
        ? [{ text: said.slice(region.start, region.end).trim().slice(0, 200), reason: read.reason }]
        : [],
    ),
    content: around(
      said,
      reads.map(({ region }) => region),
    ),
  };
}

/** Whether the text carries a token that only tool calls have: a provider let its markup through. */
export function hasToolCallMarkup(text: string): boolean {
  return /<tool_call>|<function=[\w.-]+>|\[TOOL_CALLS\]|<\|python_tag\|>|<｜tool▁call▁begin｜>|<\|channel\|>commentary to=functions\./.test(
    text,
  );
}

function readRegion(region: Region, tools: readonly ModelTool[]): readonly CallRead[] {
  const body = region.body.replace(/<\|(?:eom_id|eot_id|im_end|end)\|>|<\/s>/g, "").trim();
  const inner = (body.startsWith("```") ? codeBlocks(body)[0]?.body.trim() : undefined) ?? body;
  if (region.name !== undefined) return namedCalls(region.name, inner, tools);
  const tagged = taggedCall(inner, tools);
  if (tagged !== undefined) return tagged;
  if (/^[[{]/.test(inner)) {
    const values = jsonValues(inner);
    if (values.status === "read")
      return values.values.flatMap((value) => callOf(value, tools, region.certain));
    const calls = pythonicCalls(inner, tools);
    if (calls.reads.length > 0) return calls.reads;
    return region.certain || looksLikeCall(inner, tools)
      ? [{ status: "unread", reason: values.reason }]
      : [];
  }
  const calls = pythonicCalls(inner, tools);
  if (calls.reads.length > 0) return calls.reads;
  if (!region.certain) return [];
  // A named call without tags: `name {json}` or `name\n{json}`.
  const split = /^([A-Za-z_][\w.-]*)\s*(\{[\s\S]*)$/.exec(inner);
  if (split?.[1] !== undefined && split[2] !== undefined)
    return namedCalls(split[1], split[2], tools);
  return [{ status: "unread", reason: inner === "" ? "an empty call" : "neither JSON nor a call" }];
}

function namedCalls(name: string, body: string, tools: readonly ModelTool[]): readonly CallRead[] {
  const tagged = taggedCall(body, tools, name);
  return tagged?.[0] === undefined ? callOf({ name, arguments: body }, tools, true) : [tagged[0]];
}

/** One value, or several one after the other (one a line, or with commas and junk between them). */
function jsonValues(
  text: string,
): { status: "read"; values: readonly Json[] } | { status: "unread"; reason: string } {
  const whole = parseRelaxedJson(text);
  if (whole.status === "read") return { status: "read", values: [whole.value] };
  const values: Json[] = [];
  let at = 0;
  while (at < text.length) {
    const read = readRelaxedJson(text, at);
    if (read.status === "unread") return { status: "unread", reason: read.reason };
    values.push(read.value);
    const next = text.slice(read.end).search(/[{[]/);
    if (next === -1) break;
    at = read.end + next;
  }
  return { status: "read", values };
}

function around(text: string, regions: readonly Region[]): string {
  let at = 0;
  let kept = "";
  for (const { start, end } of regions) {
    kept += text.slice(at, start);
    at = end;
  }
  return (
    (kept + text.slice(at))
      .replace(
        /<\/?tool_calls?>|<｜tool▁calls▁(?:begin|end)｜>|<\/?function_calls>|<\/s>|<\|(?:eom_id|eot_id|im_end)\|>/g,
        "",
      )
      // A block around a call that was cut out, or around nothing, says nothing.
      .replace(/(`{3,})[\w-]*[ \t]*\n\s*(?:\1`*[ \t]*(?=\n|$)|$)/g, "")
      .trim()
  );
}
