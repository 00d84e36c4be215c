/** One question to a model about some parents, and how its reply becomes a program. */
import type { RenderedPrompt } from "../../prompts/prompts.ts";
import type { Edited } from "./diff.ts";

export type LlmMode = "best-shot" | "rewrite" | "diff" | "crossover" | "reflect";

export interface Question {
  /** `first`: plainly for the function, before there is a program to improve. */
  readonly mode: LlmMode | "first";
  readonly prompt: RenderedPrompt;
  /** Digests of the parents that the prompt shows. */
  readonly parents: readonly string[];
  /** Ends the reply: what a model writes after its code is of no use. */
  readonly stop?: readonly string[];
  /** The program of a reply, or the reason why it has none. */
  read(reply: string): Edited;
}
