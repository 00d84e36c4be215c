/** How the events of a group are defined: each with its type, its meaning, and the parts that it has. */
import { z } from "zod";
import { isObject, type Json, type JsonObject } from "../json.ts";

/** As writers give it: nothing of it is changed by whoever gets it. */
export type Written<T> = Json extends T
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Written<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Written<T[Key]> }
      : T;

interface Parts {
  /** One sentence, for people: when it is written. */
  readonly meaning: string;
  readonly data: z.ZodType;
  readonly volatile?: z.ZodType;
  readonly link?: z.ZodType;
}

type Shape<Type extends string, Given> = { readonly type: z.ZodLiteral<Type> } & {
  readonly [Part in Exclude<keyof Given, "meaning">]: Extract<Given[Part], z.ZodType>;
};

type Schemas<Group> = {
  readonly [Type in keyof Group & string]: z.ZodObject<Shape<Type, Group[Type]>>;
};

/** @returns By type: the schema of the whole event, which bears its meaning as description. */
export function events<const Group extends Readonly<Record<string, Parts>>>(
  group: Group,
): Schemas<Group> {
  return Object.fromEntries(
    Object.entries(group).map(([type, { meaning, ...parts }]) => [
      type,
      z.object({ type: z.literal(type), ...parts }).describe(meaning),
    ]),
  ) as unknown as Schemas<Group>;
}

/** Any JSON. What a store gives is JSON by construction: it is not gone through again. */
export const Value = z
  .unknown()
  .refine(
    (value) => value !== undefined,
    "expected a value, got none",
  ) as unknown as z.ZodType<Json>;

/** By name: the arguments of a call, a JSON Schema and the like. */
export const Mapping = z.unknown().refine(isObject, "expected a mapping").meta({
  type: "object",
  additionalProperties: {},
}) as z.ZodType<unknown> as z.ZodType<JsonObject>;

/** The run that an event opens or refers to. */
export const Link = z.string().exactOptional();
