/**
 * Removes the reasoning from a model's reply. Servers that do not separate reasoning leave it in the
 * text, between markers that depend on the model family.
 *
 * Code is not reasoning: text in a code block, in backticks or in a reply that is a JSON value does not
 * change.
 */

const NAMES = "think(?:ing)?|thoughts?|reasoning|seed:think";

/** Pairs of markers that open and close reasoning. */
const MARKERS: readonly { readonly open: RegExp; readonly close: RegExp }[] = [
  {
    open: new RegExp(`<(?:${NAMES})(?:\\s[^<>]*)?>`, "iy"),
    close: new RegExp(`</(?:${NAMES})\\s*>`, "iy"),
  },
  { open: /\[THINK\]/y, close: /\[\/THINK\]/y },
  { open: /◁think▷/y, close: /◁\/think▷/y },
  { open: /<\|begin_of_thought\|>/y, close: /<\|end_of_thought\|>/y },
  { open: /<\|START_THINKING\|>/y, close: /<\|END_THINKING\|>/y },
  {
    open: /<\|channel\|?>\s*(?:analysis|thought)\b\s*(?:<\|message\|>)?/y,
    close: /<\|end\|>|<channel\|>|(?=<\|start\|>|<\|channel\|>)/y,
  },
];

/** Markers around the answer itself: only the markers are removed. */
const AROUND_ANSWER =
  /<\|start\|>assistant|<\|channel\|>final(?:\s*<\|constrain\|>\w+)?\s*<\|message\|>|<\|return\|>|<\|(?:begin|end)_of_solution\|>|<\|(?:START|END)_RESPONSE\|>/g;

/**
 * The answer in a reply; it is trimmed if reasoning was removed. If an opening marker at the start is
 * never closed, the whole reply is reasoning. Text before a closing marker without an opening one is
 * reasoning too: chat templates put the opening one into the prompt.
 */
export function withoutReasoning(text: string): string {
  if (!/[<[◁]/.test(text) || isJson(text)) return text;
  let kept = "";
  let found = false;
  let at = 0;
  const drop = (end: number): void => {
    kept = "";
    found = true;
    at = end;
  };
  while (at < text.length) {
    const next = text.slice(at).search(/[<[◁`~]/);
    if (next === -1) break;
    kept += text.slice(at, at + next);
    at += next;
    const code = codeAt(text, at);
    const closing = code === undefined ? undefined : closingLine(code);
    // Reasoning may open a code block for a draft and never close it.
    if (closing !== undefined) {
      drop(at + closing);
      continue;
    }
    const marker = MARKERS.find(({ open }) => lengthAt(open, text, at) > 0);
    const end = marker === undefined ? undefined : endOf(marker, text, at);
    const closed = MARKERS.slice(0, -1).find(({ close }) => lengthAt(close, text, at) > 0);
    if (end !== undefined && isReasoning(kept, text.slice(at, end.at), end.closed)) {
      found = true;
      at = end.at;
    } else if (closed !== undefined && !MENTIONED.test(kept)) {
      drop(at + lengthAt(closed.close, text, at));
    } else {
      const whole = code ?? text[at] ?? "";
      kept += whole;
      at += whole.length;
    }
  }
  const answer = (kept + text.slice(at)).replace(AROUND_ANSWER, "");
  return found || answer !== text ? answer.trim() : text;
}

const MENTIONED = new RegExp(`<(?:${NAMES})(?:\\s[^<>]*)?>`, "i");

/** In the middle of a line, a short block may be text about the markers themselves. */
function isReasoning(before: string, block: string, closed: boolean): boolean {
  if (before.trim() === "") return true;
  return closed && (/\n[ \t]*$/.test(before) || /[\n{]/.test(block));
}

/** Length of the match at a position; 0 if there is none. */
function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** The position after the marker that closes the one at `start`; markers in between may be nested. */
function endOf(
  { open, close }: (typeof MARKERS)[number],
  text: string,
  start: number,
): { readonly at: number; readonly closed: boolean } {
  let depth = 1;
  let at = start + lengthAt(open, text, start);
  while (at < text.length) {
    close.lastIndex = at;
    const closing = close.exec(text)?.[0];
    const opening = lengthAt(open, text, at);
    if (closing !== undefined) {
      depth--;
      at += closing.length;
      if (depth === 0 || closing === "") return { at, closed: true };
    } else if (opening > 0) {
      depth++;
      at += opening;
    } else {
      const next = text.slice(at + 1).search(/[<[◁]/);
      at = next === -1 ? text.length : at + 1 + next;
    }
  }
  return { at, closed: false };
}

/** A code block that starts at the beginning of a line at `at`, or a span in backticks. */
function codeAt(text: string, at: number): string | undefined {
  if (text[at] !== "`" && text[at] !== "~") return undefined;
  if (at === 0 || text[at - 1] === "\n") {
    const block =
      /(`{3,}|~{3,})[^\n`]*\n(?:[\s\S]*?\n)??[ \t]*\1[`~]*[ \t]*(?=\n|$)|(?:`{3,}|~{3,})[^\n`]*\n[\s\S]*$/y;
    block.lastIndex = at;
    const found = block.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  const span = /(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/y;
  span.lastIndex = at;
  return span.exec(text)?.[0];
}

/** The position after a closing marker on its own line, in a code block without an opening one. */
function closingLine(code: string): number | undefined {
  if (MENTIONED.test(code)) return undefined;
  const line = new RegExp(`(?:^|\\n)[ \\t]*</(?:${NAMES})\\s*>[ \\t]*(?=\\n|$)`, "i").exec(code);
  return line === null ? undefined : line.index + line[0].length;
}

function isJson(text: string): boolean {
  const trimmed = text.trim();
  if (!/^[[{"]/.test(trimmed)) return false;
  try {
    JSON.parse(trimmed);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
