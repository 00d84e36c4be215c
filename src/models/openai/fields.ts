/**
 * Fields that an endpoint refuses, learnt from its refusals: compatible endpoints are compatible in
 * parts, and none says beforehand in which.
 */
import type { ModelRequest } from "../../core/ports.ts";

/** Request fields that endpoints are known to lack. What one refuses is left out from then on. */
export type Field =
  | "responseSchema"
  | "temperature"
  | "seed"
  | "stop"
  | "streamUsage"
  | "maxTokens";

export type MaxTokensField = "max_tokens" | "max_completion_tokens";

export interface FieldsLearned {
  readonly lacking: ReadonlySet<Field>;
  readonly maxTokensField: MaxTokensField;
  /**
   * Takes note of a refusal. True if it names a field that the request has and that was not known
   * to be lacking: then the request is worth sending again.
   *
   * @param hint The provider's own words, with the parameter that it names.
   */
  learn(status: number | undefined, hint: string, request: ModelRequest): boolean;
}

export function fieldsLearned(
  known: readonly Field[],
  first: MaxTokensField,
  onDropped: (field: Field) => void,
): FieldsLearned {
  const lacking = new Set<Field>(known);
  let maxTokensField = first;
  return {
    lacking,
    get maxTokensField() {
      return maxTokensField;
    },
    learn(status, hint, request) {
      if (status !== 400 && status !== 422) return false;
      if (/max_tokens|max_completion_tokens/.test(hint) && uses(request, "maxTokens")) {
        // Of the two names the other one is tried, once.
        if (lacking.has("maxTokens")) return false;
        lacking.add("maxTokens");
        maxTokensField = maxTokensField === "max_tokens" ? "max_completion_tokens" : "max_tokens";
        return true;
      }
      const refused = REFUSALS.find(
        ([field, pattern]) => pattern.test(hint) && !lacking.has(field) && uses(request, field),
      )?.[0];
      if (refused === undefined) return false;
      lacking.add(refused);
      onDropped(refused);
      return true;
    },
  };
}

const REFUSALS: readonly (readonly [Field, RegExp])[] = [
  ["responseSchema", /response_format|text\.format|json_schema|structured output/i],
  ["temperature", /temperature/i],
  ["seed", /\bseed\b/i],
  ["stop", /\bstop\b/i],
  ["streamUsage", /stream_options|include_usage/i],
];

function uses(request: ModelRequest, field: Field): boolean {
  switch (field) {
    case "responseSchema":
      return request.responseSchema !== undefined;
    case "temperature":
      return request.temperature !== undefined;
    case "seed":
      return request.seed !== undefined;
    case "stop":
      return request.stop !== undefined;
    case "maxTokens":
      return request.maxTokens !== undefined;
    case "streamUsage":
      return true;
  }
}
