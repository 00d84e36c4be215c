/** How long the prompts are, in tokens as the engine estimates them, and how often a request sends each. */
import { PROMPTS } from "../ask/prompts/book.ts";
import { readEvents } from "../core/events/read.ts";
import type { EventStore } from "../core/ports.ts";
import { estimatedTokens } from "../core/text/estimated-tokens.ts";

/** One call of a model. */
export interface PromptUse {
  readonly prompt: string;
  readonly tokens: number;
}

/** The calls of all runs of a home. */
export async function askedPrompts(events: EventStore): Promise<readonly PromptUse[]> {
  const uses: PromptUse[] = [];
  for (const { id } of await events.runs()) {
    for await (const { data } of readEvents(events, id, ["model-call"])) {
      const tokens = data.messages.reduce((sum, { content }) => sum + estimatedTokens(content), 0);
      uses.push({ prompt: data.promptName, tokens });
    }
  }
  return uses;
}

/**
 * One row for each prompt: its own text, and, over the given requests, calls per request and tokens per
 * call. The schema of the reply is not counted: most servers keep it out of the context.
 */
export function promptRows(requests: readonly (readonly PromptUse[])[]): readonly object[] {
  const uses = requests.flat();
  return PROMPTS.templates.map(({ name }) => {
    const own = uses.filter(({ prompt }) => prompt === name);
    const tokens = own.reduce((sum, each) => sum + each.tokens, 0);
    const text = PROMPTS.render(name, {}).messages.map(({ content }) => content);
    return {
      prompt: name,
      "own tokens": estimatedTokens(text.join("\n")),
      "calls per request": own.length / Math.max(1, requests.length),
      "tokens per call": own.length === 0 ? null : Math.round(tokens / own.length),
    };
  });
}
