/**
 * Where in a text calls may stand: by the tokens and tags that wrap them, else by their form alone.
 */
import type { ModelTool } from "../../core/ports.ts";
import { codeBlocks } from "./code-blocks.ts";
import { pythonicCalls } from "./pythonic.ts";
import { readRelaxedJson } from "./relaxed-json.ts";

/** A stretch of the text that is a call by its wrapping, or by its form alone. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly body: string;
  /** A tool's name outside the body, e.g. in the tag. */
  readonly name?: string | undefined;
  /** Wrapped by a token that no prose has: what cannot be read in it is reported. */
  readonly certain: boolean;
}

/** Tokens and tags that no prose has, tried in this order. Groups: `name`, `body`. */
const FORMS: readonly RegExp[] = [
  /<tool_call>(?<body>[\s\S]*?)(?:<\/tool_call>|(?=<tool_call>)|$)/g,
  /<function=(?<name>[\w.-]+)>(?<body>[\s\S]*?)(?:<\/function>|(?=<function=)|$)/g,
  /<invoke name=["'](?<name>[\w.-]+)["']>(?<body>[\s\S]*?)(?:<\/invoke>|$)/g,
  /<(?<tag>function_call|tool_use|function_calls|tools?)>(?<body>[\s\S]*?)(?:<\/\k<tag>>|$)/g,
  /<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?(?<name>[\w.-]+)(?:<｜tool▁sep｜>)?(?<body>[\s\S]*?)(?:<｜tool▁call▁end｜>|$)/g,
  /to=functions\.(?<name>[\w.-]+)[^{]*?<\|message\|>(?<body>[\s\S]*?)(?:<\|call\|>|<\|end\|>|$)/g,
  /\[TOOL_CALLS\]\s*(?<name>[A-Za-z_][\w.-]*)(?:\[CALL_ID\]\w+)?(?:\[ARGS\])?\s*(?<body>\{[\s\S]*?)(?=\[TOOL_CALLS\]|<\/s>|$)/g,
  /\[TOOL_CALLS\](?<body>[\s\S]*?)(?=\[TOOL_CALLS\]|<\/s>|$)/g,
  /<\|python_tag\|>(?<body>[\s\S]*?)(?:<\|eom_id\|>|<\|eot_id\|>|$)/g,
  /(?:^|\n)Action:[ \t]*(?<name>[\w.-]+)[ \t]*\n+Action Input:(?<body>[\s\S]*?)(?=\n(?:Observation|Thought|Action):|$)/g,
];

const CALL_LANGUAGES = /^(?:tool_calls?|tool_code|tool|function_call)$/;

/** In the order of the text; none overlaps another. Linear in the number of matches, for hostile text. */
export function regionsOf(text: string): Region[] {
  const tagged = FORMS.map((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      body: match.groups?.body ?? "",
      name: match.groups?.name,
      certain: true,
    })),
  );
  const fenced = codeBlocks(text).map(({ start, end, body, language }) => ({
    start,
    end,
    body,
    certain: CALL_LANGUAGES.test(language),
  }));
  let taken: readonly Region[] = [];
  for (const candidates of [...tagged, fenced]) {
    // Both lists are in the order of the text: whatever ends before this match ends before the next.
    let at = 0;
    const free = candidates.filter(({ start, end }) => {
      while ((taken[at]?.end ?? Number.POSITIVE_INFINITY) <= start) at++;
      return (taken[at]?.start ?? end) >= end;
    });
    taken = [...taken, ...free].sort((left, right) => left.start - right.start);
  }
  return [...taken];
}

/** No wrapping at all: JSON values that start a line, and pythonic calls of offered tools. */
export function bareRegions(text: string, tools: readonly ModelTool[]): Region[] {
  const regions: Region[] = [];
  for (const match of text.matchAll(/(?:^|[\n:])[ \t]*(?=[[{])/g)) {
    const start = match.index + match[0].length;
    if (start < (regions.at(-1)?.end ?? 0)) continue;
    const read = readRelaxedJson(text, start);
    const end = read.status === "read" ? read.end : text.length;
    // A list of pythonic calls opens like an array and is none.
    if (read.status === "unread" && !looksLikeCall(text.slice(start), tools)) continue;
    regions.push({ start, end, body: text.slice(start, end), certain: false });
  }
  if (regions.length > 0) return regions;
  const names = tools.map((tool) => tool.name.replace(/[^\w]/g, "\\$&")).join("|");
  if (names === "") return regions;
  const call = new RegExp(`(?:^|\\n)[ \\t]*(?:print\\()?(?=(?:${names})\\()`, "g");
  for (const match of text.matchAll(call)) {
    const start = match.index + match[0].length;
    if (start < (regions.at(-1)?.end ?? 0)) continue;
    const { end } = pythonicCalls(text.slice(start), tools, { one: true });
    regions.push({ start, end: start + end, body: text.slice(start, start + end), certain: false });
  }
  return regions;
}

/** Whether text that cannot be read was meant as a call, going by its first 200 characters. */
export function looksLikeCall(text: string, tools: readonly ModelTool[]): boolean {
  const head = text.slice(0, 200);
  // A list of calls by keyword is meant as one, whatever their names.
  if (/^\[\s*[A-Za-z_]\w*\(\s*[A-Za-z_]\w*\s*=/.test(head)) return true;
  return tools.some(
    (tool) =>
      head.includes(`${tool.name}(`) ||
      (/["']?name["']?\s*:/.test(head) && head.includes(tool.name)),
  );
}
