/**
 * Counts the tokens of an example: of its text as a chat template formats it, not of the JSON around
 * it; an image is estimated by its size. Exact for the encodings of OpenAI's models; an estimate for
 * other tokenizers, and the manifest names the method. (Qwen3 makes about 7 % more tokens of code than
 * o200k_base; bytes / 4 is off by tens of percent either way.)
 *
 * The encodings come from the package gpt-tokenizer, 30 MB, which users install for exact counts.
 * Without it bytes are counted, unless an encoding is named.
 */
import { ConfigError, InputError } from "../core/errors.ts";
import { imageTokens } from "../core/image.ts";
import { canonicalJson } from "../core/json.ts";
import { optionalPackage } from "../core/optional-package.ts";
import { type ChatMessage, type Example, imagesIn, messagesOf } from "./examples.ts";

const ENCODINGS = ["o200k_base", "o200k_harmony", "cl100k_base"] as const;
type Encoding = (typeof ENCODINGS)[number];

export interface TokenCounter {
  /** Description for the manifest. */
  readonly name: string;
  count(text: string): number;
}

/** The modules of gpt-tokenizer that are loaded. */
interface TokenizerPackage {
  readonly mapping: () => Promise<typeof import("gpt-tokenizer/mapping")>;
  readonly encoder: (encoding: Encoding) => Promise<{
    readonly countTokens: (
      text: string,
      options: { readonly disallowedSpecial: Set<string> },
    ) => number;
    readonly setMergeCacheSize: (size: number) => void;
  }>;
}

const PACKAGE = "gpt-tokenizer";
const INSTALLED: TokenizerPackage = {
  mapping: () => import("gpt-tokenizer/mapping"),
  encoder(encoding) {
    switch (encoding) {
      case "o200k_base":
        return import("gpt-tokenizer/encoding/o200k_base");
      case "o200k_harmony":
        return import("gpt-tokenizer/encoding/o200k_harmony");
      case "cl100k_base":
        return import("gpt-tokenizer/encoding/cl100k_base");
    }
  },
};

/** Tokens that a template adds per message: role, start and end. */
const PER_MESSAGE = 4;
/** Texts are counted in pieces, because a long run of spaces takes the tokenizer seconds. Each cut adds at most one token. */
const PIECE = 8_192;
/** Number of words whose tokens are cached. */
const REMEMBERED = 5_000;

/**
 * @param name An encoding, an OpenAI model (gpt-4o), or `bytes`: UTF-8 bytes / 4. Default: o200k_base
 *   if its package is installed, else bytes.
 * @throws InputError UNKNOWN_TOKENIZER, ConfigError PACKAGE_MISSING
 */
export async function tokenCounter(
  name: string | undefined,
  packages: TokenizerPackage = INSTALLED,
): Promise<TokenCounter> {
  if (name === "bytes") return bytes("");
  try {
    return await optionalPackage("An exact count of tokens", [PACKAGE], async () =>
      exact(await encodingOf(name ?? "o200k_base", packages), packages),
    );
  } catch (error) {
    if (name === undefined && error instanceof ConfigError) {
      return bytes(`; npm install ${PACKAGE} for exact counts`);
    }
    throw error;
  }
}

function bytes(remark: string): TokenCounter {
  return {
    name: `estimate: UTF-8 bytes / 4${remark}`,
    count: (text) => Buffer.byteLength(text) / 4,
  };
}

async function exact(encoding: Encoding, { encoder }: TokenizerPackage): Promise<TokenCounter> {
  const { countTokens, setMergeCacheSize } = await encoder(encoding);
  // The default caches 100,000 words, which takes some hundred megabytes.
  setMergeCacheSize(REMEMBERED);
  return {
    name: `${encoding} (${PACKAGE}), ${PER_MESSAGE} more for each message; an estimate for models of another encoding`,
    count(text) {
      let tokens = 0;
      for (let from = 0; from < text.length; from += PIECE) {
        // Control tokens count as plain text, as they do in training.
        tokens += countTokens(text.slice(from, from + PIECE), { disallowedSpecial: new Set() });
      }
      return tokens;
    },
  };
}

async function encodingOf(name: string, { mapping }: TokenizerPackage): Promise<Encoding> {
  const own = ENCODINGS.find((encoding) => encoding === name);
  if (own !== undefined) return own;
  const { chatModelParams, modelToEncodingMap } = await mapping();
  const known: Readonly<Record<string, string>> = modelToEncodingMap;
  // The package names the encoding of older models only; its other chat models use this one.
  const newer = Object.hasOwn(chatModelParams, name) ? "o200k_base" : undefined;
  const named = Object.hasOwn(known, name) ? known[name] : newer;
  const encoding = ENCODINGS.find((each) => each === named);
  if (encoding !== undefined) return encoding;
  throw new InputError(
    "UNKNOWN_TOKENIZER",
    `Expected a tokenizer of ${ENCODINGS.join(", ")}, bytes, or the name of a model that uses one of them (gpt-4o), got "${name}".`,
  );
}

/** For a preference pair: the prompt with both halves, as its trainer holds them. */
export function tokensOf(example: Example, { count }: Pick<TokenCounter, "count">): number {
  const messages = messagesOf(example);
  const tools = "tools" in example && example.tools !== undefined ? example.tools : [];
  const given = tools.length === 0 ? 0 : count(canonicalJson(tools.map((tool) => ({ ...tool }))));
  const spoken = messages.reduce((sum, message) => sum + count(wordsOf(message)) + PER_MESSAGE, 0);
  const seen = imagesIn(messages).reduce(
    (sum, image) => sum + imageTokens("url" in image ? undefined : image),
    0,
  );
  return Math.ceil(given + spoken + seen);
}

function wordsOf(message: ChatMessage): string {
  if (message.role !== "assistant" || message.toolCalls === undefined) return message.content;
  const calls = message.toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given }));
  return `${message.content}${canonicalJson(calls)}`;
}
