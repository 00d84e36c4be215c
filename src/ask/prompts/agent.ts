/** The prompts of sub-agents. */
import type { PromptTemplate } from "../../core/prompts.ts";

export const AGENT_TEMPLATES: readonly PromptTemplate[] = [
  {
    name: "agent",
    version: "1",
    description: "A sub-agent's first messages: who it is, and what it was given to do.",
    variables: {
      system: "the agent's own words, from the configuration",
      message: "what it was given to do",
      now: "the time, ISO 8601",
    },
    text: `=== system ===
{{system}}
It is {{now}}. You were given a part of a larger task. Use your tools where they help; when you are done, answer in plain text with the result and nothing else.
=== user ===
{{message}}`,
  },
  {
    name: "agent-repair",
    version: "1",
    description: "Tells a sub-agent which of its tool calls could not be read or made.",
    variables: { faults: "each call and why, one a line" },
    text: `=== user ===
These tool calls could not be made:
{{faults}}
Correct them, or answer without them.`,
  },
];
