/** One question to a model about some parents, and how its reply becomes a program. */
import type { RenderedPrompt } from "../../prompts/prompts.ts";
import type { Edited } from "./diff.ts";

export type LlmMode = "best-shot" | "rewrite" | "diff" | "crossover" | "reflect";

export interface Question {
  readonly mode: LlmMode;
  readonly prompt: RenderedPrompt;
  /** Digests of the parents that the prompt shows. */
  readonly parents: readonly string[];
  /** The program of a reply, or the reason why it has none. */
  read(reply: string): Edited;
}
