/**
 * Replaces personal data that examples contain by chance with placeholders. One redaction serves a whole
 * export: equal data get equal placeholders in all rows and in the manifest, so the data stay learnable.
 *
 * Holds: the kinds of src/core/text/personal.ts in their common notations, as values, as keys, as
 * numbers and inside JSON text. Does not hold: names, street addresses, unusual notations, images.
 */
import type { Json } from "../core/json.ts";
import { PERSONAL_SHAPES, type PersonalKind } from "../core/text/personal.ts";
import { isPhoneKey } from "../core/text/phone.ts";
import type { AssistantMessage, ChatMessage, ChatTool, Example } from "./examples.ts";

export interface PersonalRedaction {
  example<T extends Example>(example: T): T;
  json<V extends Json>(value: V): V;
}

/** Characters before a match that can say what it is. */
const CONTEXT = 60;

/** @param found Called for every place that was changed. */
export function personalRedaction(found: (kind: PersonalKind) => void): PersonalRedaction {
  const numbers = new Map<PersonalKind, Map<string, number>>();

  function placeholder(kind: PersonalKind, identity: string): string {
    const known = numbers.get(kind) ?? new Map<string, number>();
    numbers.set(kind, known);
    const number = known.get(identity) ?? known.size + 1;
    known.set(identity, number);
    found(kind);
    return `⟦${kind.toUpperCase()}:${number}⟧`;
  }

  function text(value: string): string {
    let clean = value;
    for (const { kind, pattern, length, identity } of PERSONAL_SHAPES) {
      clean = clean.replace(pattern, (match: string, ...rest: unknown[]) => {
        const [at, all] = rest.filter((part) => typeof part !== "object").slice(-2) as [
          number,
          string,
        ];
        const end = at + match.length;
        const before = all.slice(Math.max(0, at - CONTEXT), at);
        const personal = length(match, before, all.slice(end, end + CONTEXT));
        if (personal === 0) return match;
        return placeholder(kind, identity(match.slice(0, personal))) + match.slice(personal);
      });
    }
    return clean;
  }

  /** @param phone Whether the value stands under a key that names a telephone. */
  function redacted(value: Json, phone = false): Json {
    if (typeof value === "string" || typeof value === "number") {
      const written = String(value);
      if (phone && isDialled(written)) return placeholder("phone", written.replaceAll(/\D/g, ""));
      const clean = text(written);
      return clean === written ? value : clean;
    }
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((item: Json) => redacted(item, phone));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [text(key), redacted(item, isPhoneKey(key))]),
    );
  }
  const json = <V extends Json>(value: V): V => redacted(value) as V;

  const assistant = (message: AssistantMessage): AssistantMessage => ({
    ...message,
    content: text(message.content),
    ...(message.toolCalls === undefined
      ? {}
      : {
          toolCalls: message.toolCalls.map((call) => ({
            ...call,
            arguments: json(call.arguments),
          })),
        }),
  });
  const all = (messages: readonly ChatMessage[]): readonly ChatMessage[] =>
    messages.map((message) =>
      message.role === "assistant"
        ? assistant(message)
        : { ...message, content: text(message.content) },
    );
  const offered = (tools: readonly ChatTool[]): readonly ChatTool[] =>
    tools.map(({ name, description, parameters }) => ({
      name,
      description: text(description),
      parameters: json(parameters),
    }));

  function parts(example: Example): Partial<Example> {
    switch (example.kind) {
      case "conversation":
        return { messages: all(example.messages), tools: offered(example.tools) };
      case "preference": {
        const { prompt, tools, chosen, rejected } = example;
        return {
          prompt: all(prompt),
          ...(tools === undefined ? {} : { tools: offered(tools) }),
          chosen: assistant(chosen),
          rejected: assistant(rejected),
        };
      }
      case "labelled":
        return { prompt: all(example.prompt), completion: assistant(example.completion) };
      case "prompt":
        return { prompt: all(example.prompt), fields: json(example.fields) };
    }
  }

  return {
    // The origin can name a person too: the user, or a task with an address in its name.
    example: (example) => ({
      ...example,
      ...parts(example),
      origin: json(example.origin as unknown as Json) as unknown as typeof example.origin,
    }),
    json,
  };
}

/** As many digits as a telephone number, and nothing that is no part of one. */
function isDialled(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "").length;
  return digits >= 7 && digits <= 15 && /^[\d\s()+./-]+$/.test(text);
}
