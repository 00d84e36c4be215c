/**
 * A typed value out of a model: the schema once, native where the provider offers it, and checked
 * here in any case. A reply that does not fit is told back with its faults, a bounded number of times.
 */
import { z } from "zod";
import { ModelError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { LanguageModel, ModelMessage, ModelReply, ModelRequest } from "../core/ports.ts";
import { checkSchema, faultText } from "../core/schema-check.ts";
import { withoutReasoning } from "../core/text/reasoning.ts";
import { modelError } from "./calling/model-errors.ts";
import { codeBlocks } from "./calls-in-text/code-blocks.ts";
import { readRelaxedJson } from "./calls-in-text/relaxed-json.ts";
import { withSchemaInWords } from "./prompted.ts";
import { mayBeCut, sentSchema } from "./sent-schema.ts";

export interface StructuredOptions {
  /** Calls in all, the first one included. Default 3. */
  readonly attempts?: number;
  /** Names the schema to the provider. Default "answer". */
  readonly name?: string;
  /** What a reply that does not fit is answered with. Default: the fault, and a request for the whole value. */
  readonly tellBack?: (fault: string) => readonly ModelMessage[];
}

export interface StructuredReply<T> {
  readonly value: T;
  /** All replies that it took, the accepted one last: each was paid for. */
  readonly replies: readonly ModelReply[];
}

/**
 * @param request Without `responseSchema`: it is made of `schema`.
 * @throws ModelError MODEL_REFUSED if the model declines; MALFORMED_REPLY after the last attempt,
 * with each attempt's faults in its facts (paths and reasons, not the replies).
 */
export async function structured<Schema extends z.ZodType>(
  model: LanguageModel,
  request: Omit<ModelRequest, "responseSchema">,
  schema: Schema,
  { attempts = 3, name = "answer", tellBack = askAgain }: StructuredOptions,
  signal: AbortSignal,
): Promise<StructuredReply<z.output<Schema>>> {
  const responseSchema = { name, schema: jsonSchemaOf(schema) };
  const bounds = sentSchema(responseSchema.schema);
  let inWords = false;
  const replies: ModelReply[] = [];
  const faults: string[] = [];
  let messages: readonly ModelMessage[] = request.messages;
  for (;;) {
    const reply = await model.complete(
      inWords
        ? { ...request, messages: withSchemaInWords(messages, responseSchema.schema) }
        : { ...request, messages, responseSchema },
      signal,
    );
    replies.push(reply);
    if (reply.finishReason === "refused") {
      throw modelError(
        "MODEL_REFUSED",
        `${model.id} declined to answer. Ask differently, or another model.`,
        {
          model: model.id,
          attempts: replies.length,
        },
      );
    }
    const values = valuesIn(reply.content);
    const last = replies.length >= attempts;
    let fault: string;
    if (typeof values === "string") {
      fault = `It is not JSON: ${values}${reply.finishReason === "length" ? " (the reply was cut off: write less, or raise model.maxTokens)" : ""}.`;
    } else {
      const checked = values.map((value) => checkSchema(schema, value));
      const fitting = values.filter((_, index) => checked[index]?.ok === true);
      const distinct = new Set(fitting.map((value) => JSON.stringify(value)));
      const accepted = checked.find((each) => each.ok);
      const misfit = checked.findLast((each) => !each.ok);
      // A grammar ends a text in the middle when it is as long as it may be; words leave it open.
      const cut: boolean = !inWords && fitting.some((value) => mayBeCut(value, bounds));
      inWords ||= cut;
      if (accepted?.ok === true && distinct.size === 1 && (!cut || last)) {
        return { value: accepted.data, replies };
      }
      fault = cut
        ? "A text in it is cut off. Write it to its end."
        : distinct.size > 1
          ? "It holds several values. Give the one that counts."
          : `${faultText(misfit?.ok === false ? misfit.faults : [], { most: 5 })}.`;
    }
    faults.push(fault);
    if (last) {
      throw new ModelError(
        "MALFORMED_REPLY",
        `${model.id} gave no value that fits the schema "${name}" in ${attempts} attempts. Last fault: ${fault} Simplify the schema or take a stronger model.`,
        { facts: { model: model.id, attempts, faults, paid: true }, retryable: true },
      );
    }
    messages = [...messages, { role: "assistant", content: reply.content }, ...tellBack(fault)];
  }
}

function askAgain(fault: string): readonly ModelMessage[] {
  return [
    {
      role: "user",
      content: `That does not fit. ${fault}\nAnswer again with the whole JSON value, corrected, and nothing else.`,
    },
  ];
}

/** The JSON Schema of what the model is to write: the schema's input, before any transforms. */
function jsonSchemaOf(schema: z.ZodType): { readonly [key: string]: Json } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return JSON.parse(JSON.stringify(rest)) as { readonly [key: string]: Json };
}

/**
 * The values in a reply: one that stands alone or in a code block, else all that stand in the prose.
 * None: then the reason.
 */
function valuesIn(content: string): readonly Json[] | string {
  const text = withoutReasoning(content).trim();
  // In JSON as models write it a backtick opens a text; here it opens a code block.
  const alone = text.startsWith("`") ? [] : [0];
  const places = [...alone, ...codeBlocks(text).map(({ from }) => from)].slice(0, MOST_PLACES);
  for (const place of places) {
    const read = readRelaxedJson(text, place);
    if (read.status === "read" && /^\s*(?:```|$)/.test(text.slice(read.end))) return [read.value];
  }
  const values: Json[] = [];
  let reason = "there is no JSON value in it";
  let at = 0;
  for (let tries = 0; tries < MOST_PLACES; tries++) {
    const next = text.slice(at).search(/[{[]/);
    if (next === -1) break;
    const read = readRelaxedJson(text, at + next);
    if (read.status === "read") values.push(read.value);
    else if (tries === 0) reason = read.reason;
    at = read.status === "read" ? read.end : at + next + 1;
  }
  return values.length === 0 ? reason : values;
}

/** Bounds the work on a text of brackets. */
const MOST_PLACES = 50;
