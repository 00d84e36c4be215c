/**
 * Events of earlier versions in the shape of this one. Each function takes an event of one type as any
 * version before may have written it, and gives the parts that are otherwise today. What was never
 * recorded is said to be unknown, not guessed.
 */
import type { Json } from "../json.ts";
import type { KnownType } from "./schemas.ts";

export type Fields = Readonly<Record<string, Json>>;
export interface Parts {
  readonly data: Fields;
  readonly volatile: Fields;
}

export const UPGRADES: { readonly [Type in KnownType]?: (old: Parts) => Partial<Parts> } = {
  // A plan by model told neither the number of the change nor the words before it.
  "request-revised": ({ data }) => ({ data: { revision: null, before: null, ...data } }),
  // The rules named what they looked for, and what was missing, in one text each.
  "affordance-result": ({ data }) => ({
    data: {
      ...data,
      hypotheses: listOf(data.hypotheses, (text) => ({
        name: "",
        signature: "",
        description: text,
      })),
      missing: listOf(data.missing, (text) => ({ name: text, signature: "", description: "" })),
    },
  }),
  // Nobody but a person of the request was asked.
  "approval-given": ({ data }) => ({ data: { by: null, ...data } }),
  "approval-refused": ({ data }) => ({ data: { by: null, ...data } }),
  // Runs were not resumed, wishes not compared and answers not checked.
  "run-start": ({ volatile }) => ({ volatile: { before: 0, ...volatile } }),
  "tool-create": ({ data }) => ({ data: { key: "", ...data } }),
  "answer-given": ({ data }) => ({ data: { checks: [], ...data } }),
};

function listOf(list: Json | undefined, fromText: (text: string) => Json): Json {
  return Array.isArray(list)
    ? list.map((item: Json) => (typeof item === "string" ? fromText(item) : item))
    : [];
}
