/**
 * Every schema that a model is asked to answer in, by the name of the prompt that asks. What is
 * declared here is looked over as a whole: none may say what grammars do not know, or leave a text
 * without an end. A bound in `meta` is said to the model and not held against a longer reply.
 */
import type { z } from "zod";

const SCHEMAS = new Map<string, z.ZodType>();

/** @returns The schema itself. */
export function asked<Schema extends z.ZodType>(prompt: string, schema: Schema): Schema {
  SCHEMAS.set(prompt, schema);
  return schema;
}

export function askedSchemas(): ReadonlyMap<string, z.ZodType> {
  return SCHEMAS;
}
