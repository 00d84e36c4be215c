/**
 * A typed question to a model: which prompt with which values, and what shape the answer has. The
 * composition root brings the model of the role, tells a misfit back, and writes both sides down.
 */
import type { z } from "zod";
import type { Image } from "../core/image.ts";

/** Who is asked. A test author that is the candidate's author would agree with its own mistakes. */
export type AskedRole = "planner" | "tester" | "judge" | "simulator";

export interface Question<Schema extends z.ZodType> {
  readonly role: AskedRole;
  /** Name of the prompt. */
  readonly prompt: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly schema: Schema;
  /** Of what the variables speak of. */
  readonly images?: readonly Image[];
  /** Tells apart samples of one prompt: equal questions with another number are asked anew. */
  readonly sample?: number;
}

/**
 * @returns The answer, checked against the schema.
 * @throws ModelError when the model fails, declines, or gives no answer that fits.
 */
export type Ask = <Schema extends z.ZodType>(
  question: Question<Schema>,
  signal: AbortSignal,
) => Promise<z.output<Schema>>;
