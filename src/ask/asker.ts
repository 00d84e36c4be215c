/**
 * How the engine asks a model: it renders a prompt of the book, traces the question before sending it,
 * makes each reply a step of the request so that none is paid for twice, and reports a reply that does
 * not fit back to the model.
 */

import type { z } from "zod";
import { digestText } from "../core/digest.ts";
import { EngineError } from "../core/errors.ts";
import { type Image, imageText } from "../core/image.ts";
import type { Json, Stored } from "../core/json.ts";
import type { LanguageModel, ModelMessage, ModelReply, ModelRequest } from "../core/ports.ts";
import type { PromptOverrides, RenderedPrompt } from "../core/prompts.ts";
import type { Steps } from "../core/steps.ts";
import type { Ask } from "./ask.ts";
import { fitted } from "./fit.ts";
import { PROMPTS } from "./prompts/book.ts";

/** A model and the settings for asking it. */
export interface RoleModel {
  readonly model: LanguageModel;
  readonly temperature: number;
  /** Size of its context. Absent: not known. */
  readonly contextTokens?: number;
}

/** Asks until the reply fits the schema, up to a maximum number of attempts. */
export type Structured = <Schema extends z.ZodType>(
  model: LanguageModel,
  request: Omit<ModelRequest, "responseSchema">,
  schema: Schema,
  options: { readonly name: string; readonly tellBack: (fault: string) => readonly ModelMessage[] },
  signal: AbortSignal,
) => Promise<{ readonly value: z.output<Schema> }>;

export interface AskingPorts {
  readonly steps: Steps;
  /** The model of a role, e.g. `planner`, or of a role named in an agent's configuration. */
  readonly modelOf: (role: string) => Promise<RoleModel>;
  readonly structured: Structured;
  readonly prompts: PromptOverrides;
  readonly seed: number;
  /** The request's images, added wherever a prompt contains its text. */
  readonly images?: readonly Image[];
}

/** Temperature of one of several voices. */
const VARIED = 0.5;

export function asker(ports: AskingPorts): Ask {
  return async (question, signal) => {
    const {
      role,
      prompt: name,
      variables,
      schema,
      images = [],
      sample = 0,
      varied = false,
    } = question;
    const brought = Object.hasOwn(variables, "objective") ? (ports.images ?? []) : [];
    const { model, temperature, contextTokens } = await ports.modelOf(role);
    const render = (values: typeof variables) => PROMPTS.render(name, values, ports.prompts);
    const fitting = fitted(variables, (values) => render(values).messages, contextTokens);
    const prompt = render(fitting);
    const asked = `model:${name}${sample === 0 ? "" : `:${sample}`}`;
    const { value } = await ports.structured(
      steppedModel(ports.steps, model, { name: asked, role, prompt, blind: brought.length === 0 }),
      {
        messages: showing(prompt.messages, [...brought, ...images]),
        temperature: varied ? Math.max(temperature, VARIED) : temperature,
        seed: (ports.seed + sample) % 4_294_967_296,
      },
      schema,
      {
        name: name.replaceAll("-", "_"),
        tellBack: (fault) => PROMPTS.render("re-ask", { fault }, ports.prompts).messages,
      },
      signal,
    );
    return value;
  };
}

/** The purpose of a call, as traced. */
export interface CallLabel {
  /** Name of the step. */
  readonly name: string;
  readonly role: string;
  readonly prompt: Omit<RenderedPrompt, "messages">;
  /** Whether the call may be repeated without images, by a model without image input. */
  readonly blind?: boolean;
}

/** The messages with the images added to the last user message. */
export function showing(
  messages: readonly ModelMessage[],
  images: readonly Image[],
): readonly ModelMessage[] {
  if (images.length === 0) return messages;
  const at = messages.findLastIndex(({ role }) => role === "user");
  return messages.map((message, index) =>
    index === at && message.role === "user" ? { ...message, images } : message,
  );
}

/** Replaces the images by a short text. */
function unseeing(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.map((message) => {
    if (!("images" in message) || message.images === undefined) return message;
    const { images, ...rest } = message;
    const left = images.map((image) => `${imageText(image)} (not shown: you take no images)`);
    return { ...rest, content: [rest.content, ...left].join("\n") };
  });
}

/** The same model, with every call as a step: the question is traced before it, the reply after it. */
export function steppedModel(
  steps: Steps,
  model: LanguageModel,
  { name, role, prompt, blind = false }: CallLabel,
): LanguageModel {
  let calls = 0;
  let takesImages = true;
  const stepped: LanguageModel = {
    id: model.id,
    terms: model.terms,
    async complete(whole, signal) {
      const request = takesImages ? whole : { ...whole, messages: unseeing(whole.messages) };
      const digest = digestText(JSON.stringify(request)).slice(0, 12);
      const id = `${name}/${digest}/${++calls}`;
      const { messages, tools, temperature, seed, responseSchema } = request;
      await steps.trace(`${name}:asked`, [
        {
          type: "model-call",
          data: asJson({
            id,
            role,
            promptName: prompt.name,
            promptVersion: prompt.version,
            promptDigest: prompt.digest,
            messages,
            tools,
            parameters: asJson({ temperature, seed, schema: responseSchema?.name }),
            model: model.id,
            terms: model.terms,
          }),
        },
      ]);
      let reply: ModelReply;
      try {
        const kept = await steps.step(
          name,
          async () => asJson(await model.complete(request, signal)) as unknown as Json,
        );
        reply = kept as unknown as ModelReply;
      } catch (error) {
        if (error instanceof EngineError && !signal.aborted) {
          const { code, message, retryable } = error;
          await steps.trace(`${name}:failed`, [
            { type: "model-reply", data: { id, error: { code, message, retryable } } },
          ]);
          if (code === "IMAGES_REFUSED" && blind && takesImages) {
            takesImages = false;
            return stepped.complete(whole, signal);
          }
        }
        throw error;
      }
      await steps.trace(`${name}:replied`, [
        { type: "model-reply", data: asJson({ id, ...reply }) },
      ]);
      return reply;
    },
  };
  return stepped;
}

/** The value as it is after a JSON round trip: undefined properties are absent. */
export function asJson<T extends object>(value: T): Stored<T> {
  return JSON.parse(JSON.stringify(value)) as Stored<T>;
}
