/**
 * A model's reply without its reasoning. Servers that do not take reasoning apart leave it in the
 * text, between markers of the model's family.
 *
 * Code is not reasoning: what stands in a code block, in backticks or in a JSON value that is the
 * whole reply is left alone.
 */

const NAMES = "think(?:ing)?|thoughts?|reasoning|seed:think";

/** Each opens reasoning; the marker that closes it stands beside it. */
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

/** Markers around the answer itself: they go, the answer stays. */
const AROUND_ANSWER =
  /<\|start\|>assistant|<\|channel\|>final(?:\s*<\|constrain\|>\w+)?\s*<\|message\|>|<\|return\|>|<\|(?:begin|end)_of_solution\|>|<\|(?:START|END)_RESPONSE\|>/g;

/**
 * The answer in a reply, without the blanks around it where reasoning was taken out. A marker that
 * opens the reply and is never closed takes all of it. What stands before a closing marker without
 * an opening one is no answer: chat templates put the opening one into the prompt.
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
    // Reasoning may open a code block for a draft that it never ends.
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

/** In the middle of a line a short block may be words about the markers themselves. */
function isReasoning(before: string, block: string, closed: boolean): boolean {
  if (before.trim() === "") return true;
  return closed && (/\n[ \t]*$/.test(before) || /[\n{]/.test(block));
}

/** Characters that match at a place; 0 for none. */
function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** Behind the marker that closes the one at `start`; those in between may open and close more. */
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

/** A code block that starts a line at `at`, or a stretch in backticks. */
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

/** Behind a closing marker on a line of its own in a code block that opens none. */
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
