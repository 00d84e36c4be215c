/**
 * A typed value out of a model: the schema once, native where the provider offers it, and checked
 * here in any case. A reply that does not fit is told back with its faults, a bounded number of times.
 */
import { z } from "zod";
import { ModelError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { LanguageModel, ModelMessage, ModelReply, ModelRequest } from "../core/ports.ts";
import { checkSchema, faultText } from "../core/schema-check.ts";
import { modelError } from "./calling/model-errors.ts";
import { readRelaxedJson } from "./calls-in-text/relaxed-json.ts";

export interface StructuredOptions {
  /** Calls in all, the first one included. Default 3. */
  readonly attempts?: number;
  /** Names the schema to the provider. Default "answer". */
  readonly name?: string;
  /** What a reply that does not fit is answered with. Default: the fault, and the wish for all of it. */
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
  const replies: ModelReply[] = [];
  const faults: string[] = [];
  let messages: readonly ModelMessage[] = request.messages;
  for (;;) {
    const reply = await model.complete({ ...request, messages, responseSchema }, signal);
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
    const read = valueIn(reply.content);
    const checked = read.status === "read" ? checkSchema(schema, read.value) : read;
    if ("ok" in checked && checked.ok) return { value: checked.data, replies };
    const fault =
      "reason" in checked
        ? `It is not JSON: ${checked.reason}${reply.finishReason === "length" ? " (the reply was cut off)" : ""}.`
        : `${faultText(checked.faults, { most: 5 })}.`;
    faults.push(fault);
    if (replies.length >= attempts) {
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

/** The value in a reply: alone, in a code fence, or after some prose. */
function valueIn(
  content: string,
): { status: "read"; value: Json } | { status: "unread"; reason: string } {
  const text = content.replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/g, "").trim();
  const fence = /```[\w-]*[ \t]*\n([\s\S]*?)(?:```|$)/.exec(text)?.[1];
  const body = (fence ?? text).trim();
  const direct = readRelaxedJson(body);
  if (direct.status === "read" && body.slice(direct.end).trim() === "") return direct;
  let reason = direct.status === "unread" ? direct.reason : "there is text after the value";
  for (const match of body.matchAll(/[{[]/g)) {
    const read = readRelaxedJson(body, match.index);
    if (read.status === "read") return read;
    reason = read.reason;
    break;
  }
  return { status: "unread", reason };
}
