/** Code blocks of Markdown. */

export interface CodeBlock {
  /** With its fences. */
  readonly start: number;
  readonly end: number;
  readonly language: string;
  readonly body: string;
  /** Where the body starts. */
  readonly from: number;
}

/**
 * In the order of the text; the last one may lack its end. A fence ends a block only where its line
 * ends with it: a text in the code may hold one.
 */
export function codeBlocks(text: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const opening = /(`{3,})([\w-]*)[^\n`]*\n/g;
  for (let open = opening.exec(text); open !== null; open = opening.exec(text)) {
    const [head, fence = "", language = ""] = open;
    const from = open.index + head.length;
    const closing = new RegExp(`${fence}\`*[ \\t\\r]*(?=\\n|$)`, "g");
    closing.lastIndex = from;
    const found = closing.exec(text);
    const end = found === null ? text.length : found.index + found[0].length;
    const body = text.slice(from, found?.index ?? text.length);
    blocks.push({ start: open.index, end, language, body, from });
    opening.lastIndex = end;
  }
  return blocks;
}
