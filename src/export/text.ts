/**
 * Makes text fit for training: handles text that a template would read as control tokens, and
 * characters that UTF-8 cannot represent.
 */

/** Control tokens of common chat templates and media placeholders, as plain text. */
const CONTROL =
  /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|<\/?(?:s|think|tool_call|tool_calls|tool_response|function_calls|image|video|audio|bos|eos|pad|unk|start_of_turn|end_of_turn|start_of_image)>|\[\/?(?:INST|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT|IMG)\]|<<\/?SYS>>/g;

/** Whether a tokenizer would read part of the text as a control token. */
export function hasControlToken(text: string): boolean {
  return text.search(CONTROL) !== -1;
}

/** The text with a space inserted after the first character of each control token. */
export function withoutControlTokens(text: string): string {
  return text.replace(CONTROL, (token) => `${token.slice(0, 1)} ${token.slice(1)}`);
}

/** Replaces lone surrogates and NUL by U+FFFD, because other readers cannot handle them. */
export function portable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\ufffd");
}
