/**
 * Every schema of a model's answer, by the name of its prompt. A test checks all of them: no schema may
 * use keywords that grammars do not support, and every text needs a maximum length. A bound in `meta`
 * is given to the model, but a longer reply is accepted.
 */
import type { z } from "zod";

const SCHEMAS = new Map<string, z.ZodType>();

/** @returns The schema itself. */
export function asked<Schema extends z.ZodType>(prompt: string, schema: Schema): Schema {
  SCHEMAS.set(prompt, schema);
  return schema;
}

/** @internal What the test that looks them over reads. */
export function askedSchemas(): ReadonlyMap<string, z.ZodType> {
  return SCHEMAS;
}
