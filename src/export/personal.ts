/**
 * Redacts personal data that a row may contain by chance: mail addresses, telephone numbers, cards and
 * bank accounts become placeholders, equal ones of a row equal placeholders. Checksums distinguish
 * cards and accounts from other digits.
 *
 * Holds: those four kinds in their common notations. Does not hold: names, street addresses, unusual
 * notations. Addresses of reserved domains (RFC 2606) belong to nobody and stay.
 */
import type { Json } from "../core/json.ts";
import type { AssistantMessage, ChatMessage, Example } from "./examples.ts";

const KINDS = {
  EMAIL: /(?<![\w.+%-])[\w.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi,
  IBAN: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g,
  CARD: /(?<![\d.])\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?![\d.])/g,
  PHONE:
    /(?<![\w+])\+[1-9]\d{0,2}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d{2,4}(?:[ ./-]?\d{2,4}){1,4}(?!\w)/g,
} as const;
type Kind = keyof typeof KINDS;

const RESERVED = /(?:@|\.)(?:example|test|invalid|localhost|example\.(?:com|net|org))$/i;

/** @param found Called for every place that was changed. */
export function withoutPersonal<T extends Example>(
  example: T,
  found: (kind: Lowercase<Kind>) => void,
): T {
  const numbers = new Map<string, number>();
  const text = (value: string): string => {
    let clean = value;
    for (const [kind, pattern] of Object.entries(KINDS) as [Kind, RegExp][]) {
      clean = clean.replace(pattern, (match) => {
        if (!isOne(kind, match)) return match;
        const key = `${kind} ${match}`;
        const others = [...numbers.keys()].filter((known) => known.startsWith(kind)).length;
        const number = numbers.get(key) ?? others + 1;
        numbers.set(key, number);
        found(kind.toLowerCase() as Lowercase<Kind>);
        return `⟦${kind}:${number}⟧`;
      });
    }
    return clean;
  };
  const json = <V extends Json>(value: V): V => changed(value, text) as V;
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
  const parts: Example = example;
  switch (parts.kind) {
    case "conversation":
      return { ...example, messages: all(parts.messages) };
    case "preference": {
      const { prompt, chosen, rejected } = parts;
      return {
        ...example,
        prompt: all(prompt),
        chosen: assistant(chosen),
        rejected: assistant(rejected),
      };
    }
    case "labelled":
      return { ...example, prompt: all(parts.prompt), completion: assistant(parts.completion) };
    case "prompt":
      return { ...example, prompt: all(parts.prompt) };
  }
}

function isOne(kind: Kind, match: string): boolean {
  switch (kind) {
    case "EMAIL":
      return !RESERVED.test(match);
    case "IBAN":
      return hasIbanSum(match.replaceAll(" ", ""));
    case "CARD":
      return hasLuhnSum(match.replaceAll(/\D/g, ""));
    case "PHONE": {
      // E.164 allows 15 digits; fewer than 8 with the country code are not a personal number.
      const digits = match.replaceAll(/\D/g, "").length;
      return digits >= 8 && digits <= 15;
    }
  }
}

/** ISO 7812: every second digit from the right doubled, the sum divisible by ten. */
function hasLuhnSum(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1*$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** ISO 13616: the first four characters moved to the end, letters as numbers, remainder 1 modulo 97. */
function hasIbanSum(iban: string): boolean {
  if (iban.length < 15 || iban.length > 34) return false;
  const turned = `${iban.slice(4)}${iban.slice(0, 4)}`;
  let rest = 0;
  for (const sign of turned) {
    const digits = /\d/.test(sign) ? sign : String(sign.charCodeAt(0) - 55);
    for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}

function changed(value: Json, text: (value: string) => string): Json {
  if (typeof value === "string") return text(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item: Json) => changed(item, text));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(item, text)]));
}
