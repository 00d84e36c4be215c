/**
 * Text that can be trained on: what a template would take for its own control tokens, what UTF-8
 * cannot hold, and what a model thought to itself are handled here.
 */

/** Control tokens of common chat templates and media placeholders, as they look in plain text. */
const CONTROL =
  /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|<\/?(?:s|think|tool_call|tool_calls|tool_response|function_calls|image|video|audio|bos|eos|pad|unk|start_of_turn|end_of_turn|start_of_image)>|\[\/?(?:INST|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT|IMG)\]|<<\/?SYS>>/g;

/** Whether the text holds what a tokenizer would read as a control token. */
export function hasControlToken(text: string): boolean {
  return text.search(CONTROL) !== -1;
}

/** The text with each control token broken by a space behind its first character. */
export function withoutControlTokens(text: string): string {
  return text.replace(CONTROL, (token) => `${token.slice(0, 1)} ${token.slice(1)}`);
}

/** Lone surrogates and NUL become U+FFFD: neither survives the trip through other readers. */
export function portable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\ufffd");
}

/**
 * What a reasoning model said, without what it thought: leading `<think>` blocks and the like, the
 * unclosed rest of one, and a block whose opening tag the template had already written.
 */
export function visibleText(content: string): string {
  const closed = /<\/(?:think|thinking|reasoning)>/i;
  const opened = /^\s*<(?:think|thinking|reasoning)>/i;
  let text = content;
  while (opened.test(text)) {
    const end = closed.exec(text);
    if (end === null) return "";
    text = text.slice(end.index + end[0].length);
  }
  // Only the first block may lack its opening: later text may speak of the tag.
  const end = closed.exec(text);
  if (
    text === content &&
    end !== null &&
    !/<(?:think|thinking|reasoning)>/i.test(text.slice(0, end.index))
  ) {
    text = text.slice(end.index + end[0].length);
  }
  return text.trim();
}
