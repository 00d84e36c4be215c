/**
 * Where in a text calls may stand: by the tokens and tags that wrap them, else by their form alone.
 */
import type { ModelTool } from "../../core/ports.ts";
import { pythonicCalls } from "./pythonic.ts";
import { readRelaxedJson } from "./relaxed-json.ts";

/** A stretch of the text that is a call by its wrapping, or by its form alone. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly body: string;
  /** A tool's name outside the body, e.g. in the tag. */
  readonly name?: string | undefined;
  /** Wrapped by a token that no prose has: what can not be read in it is reported. */
  readonly certain: boolean;
}

interface Form {
  readonly pattern: RegExp;
  readonly certain: boolean;
}

/** Tried in this order; a region inside an earlier one is dropped. Groups: `name`, `body`. */
const FORMS: readonly Form[] = [
  { pattern: /<tool_call>(?<body>[\s\S]*?)(?:<\/tool_call>|(?=<tool_call>)|$)/g, certain: true },
  {
    pattern: /<function=(?<name>[\w.-]+)>(?<body>[\s\S]*?)(?:<\/function>|(?=<function=)|$)/g,
    certain: true,
  },
  {
    pattern: /<invoke name=["'](?<name>[\w.-]+)["']>(?<body>[\s\S]*?)(?:<\/invoke>|$)/g,
    certain: true,
  },
  {
    pattern:
      /<(?<tag>function_call|tool_use|function_calls|tools?)>(?<body>[\s\S]*?)(?:<\/\k<tag>>|$)/g,
    certain: true,
  },
  {
    pattern:
      /<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?(?<name>[\w.-]+)(?:<｜tool▁sep｜>)?(?<body>[\s\S]*?)(?:<｜tool▁call▁end｜>|$)/g,
    certain: true,
  },
  {
    pattern:
      /to=functions\.(?<name>[\w.-]+)[^{]*?<\|message\|>(?<body>[\s\S]*?)(?:<\|call\|>|<\|end\|>|$)/g,
    certain: true,
  },
  {
    pattern:
      /\[TOOL_CALLS\]\s*(?<name>[A-Za-z_][\w.-]*)(?:\[CALL_ID\]\w+)?(?:\[ARGS\])?\s*(?<body>\{[\s\S]*?)(?=\[TOOL_CALLS\]|<\/s>|$)/g,
    certain: true,
  },
  { pattern: /\[TOOL_CALLS\](?<body>[\s\S]*?)(?=\[TOOL_CALLS\]|<\/s>|$)/g, certain: true },
  { pattern: /<\|python_tag\|>(?<body>[\s\S]*?)(?:<\|eom_id\|>|<\|eot_id\|>|$)/g, certain: true },
  {
    pattern: /```(?:tool_calls?|tool_code|tool|function_call)[ \t]*\n(?<body>[\s\S]*?)(?:```|$)/g,
    certain: true,
  },
  { pattern: /```[\w-]*[ \t]*\n(?<body>[\s\S]*?)(?:```|$)/g, certain: false },
  {
    pattern:
      /(?:^|\n)Action:[ \t]*(?<name>[\w.-]+)[ \t]*\n+Action Input:(?<body>[\s\S]*?)(?=\n(?:Observation|Thought|Action):|$)/g,
    certain: true,
  },
];

/** In the order of the text; none overlaps another. Linear in the number of matches, for hostile text. */
export function regionsOf(text: string): Region[] {
  let taken: readonly Region[] = [];
  for (const { pattern, certain } of FORMS) {
    const found: Region[] = [];
    // Both lists are in the order of the text: whatever ends before this match ends before the next.
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      while ((taken[at]?.end ?? Number.POSITIVE_INFINITY) <= start) at++;
      if ((taken[at]?.start ?? end) < end) continue;
      found.push({ start, end, body: match.groups?.body ?? "", name: match.groups?.name, certain });
    }
    taken = [...taken, ...found].sort((left, right) => left.start - right.start);
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

/** Whether text that can not be read was meant as a call, going by its first 200 characters. */
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
