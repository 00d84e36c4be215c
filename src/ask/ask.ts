/**
 * A typed question to a model: the prompt, its values and the schema of the answer. The composition
 * root provides the model of the role, reports a reply that does not fit, and traces both sides.
 */
import type { z } from "zod";
import type { Image } from "../core/image.ts";

/** Who is asked. A test author who also wrote the candidate would repeat its mistakes. */
export type AskedRole = "planner" | "tester" | "judge" | "simulator";

export interface Question<Schema extends z.ZodType> {
  readonly role: AskedRole;
  /** Name of the prompt. */
  readonly prompt: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly schema: Schema;
  /** Images that the variables refer to. */
  readonly images?: readonly Image[];
  /** Distinguishes samples of one prompt: an equal question with another number is asked again. */
  readonly sample?: number;
  /**
   * For several voices on one question: at temperature 0 many servers answer an equal question equally,
   * whatever its seed.
   */
  readonly varied?: boolean;
}

/**
 * @returns The answer, parsed by the schema.
 * @throws ModelError if the model fails, refuses, or gives no answer that fits.
 */
export type Ask = <Schema extends z.ZodType>(
  question: Question<Schema>,
  signal: AbortSignal,
) => Promise<z.output<Schema>>;
