/**
 * Fields that an endpoint refuses, learned from its refusals: compatible endpoints are compatible in
 * parts, and none says beforehand in which. What one model of a server has taught is known to all who
 * call it in this process.
 */
import type { ModelRequest } from "../../core/ports.ts";
import { isContextTooLong } from "../calling/model-errors.ts";

/** Request fields that endpoints are known to lack. What one refuses is left out from then on. */
export type Field =
  | "responseSchema"
  | "tools"
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
   * Takes note of a refusal. True if it names a field that the request had: then the request is
   * worth sending again without it.
   *
   * @param hint The provider's own words, with the parameter that it names.
   * @param sent What was lacking, and the name of the token limit, when the request was sent.
   */
  learn(
    status: number | undefined,
    hint: string,
    request: ModelRequest,
    sent: { readonly lacking: ReadonlySet<Field>; readonly maxTokensField: MaxTokensField },
  ): boolean;
}

/** By base URL; what depends on the model as well stands under both. */
const LEARNED = new Map<string, Set<Field>>();

function learnedOf(key: string): Set<Field> {
  const known = LEARNED.get(key) ?? new Set<Field>();
  LEARNED.set(key, known);
  return known;
}

export interface Endpoint {
  readonly baseUrl: string;
  readonly model: string;
  readonly maxTokensField: MaxTokensField;
  /** Fields that are not even tried. */
  readonly lacking: readonly Field[];
  readonly onDropped: (field: Field) => void;
}

export function fieldsLearned(endpoint: Endpoint): FieldsLearned {
  const { baseUrl, model, maxTokensField: first, onDropped } = endpoint;
  const ofServer = learnedOf(baseUrl);
  const ofModel = learnedOf(`${baseUrl} ${model}`);
  const other = first === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  return {
    get lacking() {
      return new Set([...endpoint.lacking, ...ofServer, ...ofModel]);
    },
    get maxTokensField() {
      return ofModel.has("maxTokens") ? other : first;
    },
    learn(status, hint, request, sent) {
      if (status === undefined || !REFUSING.has(status) || isContextTooLong(status, hint)) {
        return false;
      }
      if (/max_tokens|max_completion_tokens/.test(hint) && uses(request, "maxTokens")) {
        // Of the two names the other one is tried, once.
        if (sent.maxTokensField !== first) return false;
        ofModel.add("maxTokens");
        return true;
      }
      const refused = REFUSALS.find(
        ([field, pattern]) =>
          pattern.test(hint) && !sent.lacking.has(field) && uses(request, field),
      )?.[0];
      if (refused === undefined) return false;
      const learned = refused === "responseSchema" ? ofServer : ofModel;
      if (!learned.has(refused)) onDropped(refused);
      learned.add(refused);
      return true;
    },
  };
}

/** Some servers take a field that they do not know for a fault of their own. */
const REFUSING: ReadonlySet<number> = new Set([400, 422, 500, 501]);

const REFUSALS: readonly (readonly [Field, RegExp])[] = [
  [
    "responseSchema",
    /response_?format|text\.format|schema|grammar|structured.?output|guided|xgrammar|outlines/i,
  ],
  [
    "tools",
    /not support\S* .{0,40}tool|tool.{0,60}not support|tool_choice|tool choice|tool-call-parser|tools? param|--jinja|grammar|schema conversion/i,
  ],
  ["temperature", /temperature/i],
  ["seed", /\bseed\b/i],
  ["stop", /\bstop\b/i],
  ["streamUsage", /stream_options|include_usage/i],
];

function uses(request: ModelRequest, field: Field): boolean {
  switch (field) {
    case "responseSchema":
      return request.responseSchema !== undefined;
    case "tools":
      return (request.tools ?? []).length > 0;
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
