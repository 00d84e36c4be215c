/** Control tokens of chat templates that stand in a text: a tokenizer may read them as tokens. */

/** Control tokens of common chat templates and media placeholders, as plain text. */
export const CONTROL_TOKENS =
  /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|<\/?(?:s|think|tool_call|tool_calls|tool_response|function_calls|image|video|audio|bos|eos|pad|unk|start_of_turn|end_of_turn|start_of_image)>|\[\/?(?:INST|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT|IMG)\]|<<\/?SYS>>/g;

/** Whether a tokenizer would read part of the text as a control token. */
export function hasControlToken(text: string): boolean {
  return text.search(CONTROL_TOKENS) !== -1;
}

/** The text with a space inserted after the first character of each control token. */
export function withoutControlTokens(text: string): string {
  return text.replace(CONTROL_TOKENS, (token) => `${token.slice(0, 1)} ${token.slice(1)}`);
}
