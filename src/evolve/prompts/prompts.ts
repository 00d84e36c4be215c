/** The prompts of the generators, as a book. */
import { promptBook } from "../../core/prompts.ts";
import { TEMPLATES } from "./templates.ts";

export type { PromptOverrides, RenderedPrompt } from "../../core/prompts.ts";

export const EVOLVE_PROMPTS = promptBook(TEMPLATES);

export const {
  list: listPrompts,
  show: showPrompt,
  render: renderPrompt,
  check: checkOverrides,
} = EVOLVE_PROMPTS;
