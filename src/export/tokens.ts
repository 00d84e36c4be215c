/**
 * Tokens of an example, counted on its words as a chat template lays them out, not on the JSON
 * around them; an image by its size, an estimate. Exact for the encodings of OpenAI's models; for
 * another model's tokenizer it is an estimate, and the manifest says what was counted with. (Qwen3
 * makes about 7 % more tokens of code than o200k_base; bytes / 4 is off by tens of percent either way.)
 *
 * The encodings are those of the package gpt-tokenizer, 30 MB, which is installed by whoever wants
 * exact counts. Without it bytes are counted, unless an encoding is named.
 */
import { ConfigError, InputError } from "../core/errors.ts";
import { imageTokens } from "../core/image.ts";
import { canonicalJson } from "../core/json.ts";
import { optionalPackage } from "../core/optional-package.ts";
import { type ChatMessage, type Example, imagesIn, messagesOf } from "./examples.ts";

const ENCODINGS = ["o200k_base", "o200k_harmony", "cl100k_base"] as const;
type Encoding = (typeof ENCODINGS)[number];

export interface TokenCounter {
  /** What the manifest says of it. */
  readonly name: string;
  count(text: string): number;
}

/** What is loaded of gpt-tokenizer. */
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

/** What a template adds to each message: its role, where it begins and ends. */
const PER_MESSAGE = 4;
/** Counted in pieces: one long run of spaces costs the tokenizer seconds. A cut adds a token at most. */
const PIECE = 8_192;
/** Words whose tokens are remembered. */
const REMEMBERED = 5_000;

/**
 * @param name An encoding, a model of OpenAI's (gpt-4o), or `bytes`: UTF-8 bytes / 4. Without one:
 *   o200k_base where its package is installed, else bytes.
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
  // Its default remembers 100,000 words, at some hundred megabytes.
  setMergeCacheSize(REMEMBERED);
  return {
    name: `${encoding} (${PACKAGE}), ${PER_MESSAGE} more for each message; an estimate for models of another encoding`,
    count(text) {
      let tokens = 0;
      for (let from = 0; from < text.length; from += PIECE) {
        // What looks like a control token is text here, as it is to whoever trains on it.
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
  // The package names the encoding of older models alone; its chat models without one have this.
  const newer = Object.hasOwn(chatModelParams, name) ? "o200k_base" : undefined;
  const named = Object.hasOwn(known, name) ? known[name] : newer;
  const encoding = ENCODINGS.find((each) => each === named);
  if (encoding !== undefined) return encoding;
  throw new InputError(
    "UNKNOWN_TOKENIZER",
    `Expected a tokenizer of ${ENCODINGS.join(", ")}, bytes, or the name of a model that uses one of them (gpt-4o), got "${name}".`,
  );
}

/** Of a preference pair: the prompt with both halves, as its trainer holds them. */
export function tokensOf(example: Example, { count }: Pick<TokenCounter, "count">): number {
  const messages = messagesOf(example);
  const tools = "tools" in example && example.tools !== undefined ? example.tools : [];
  const given = tools.length === 0 ? 0 : count(canonicalJson(tools.map((tool) => ({ ...tool }))));
  const said = messages.reduce((sum, message) => sum + count(wordsOf(message)) + PER_MESSAGE, 0);
  const seen = imagesIn(messages).reduce(
    (sum, image) => sum + imageTokens("url" in image ? undefined : image),
    0,
  );
  return Math.ceil(given + said + seen);
}

function wordsOf(message: ChatMessage): string {
  if (message.role !== "assistant" || message.toolCalls === undefined) return message.content;
  const calls = message.toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given }));
  return `${message.content}${canonicalJson(calls)}`;
}
