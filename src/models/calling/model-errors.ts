/**
 * What can go wrong with a provider, as codes, and the one place where provider text becomes ours.
 *
 * Providers echo what they were sent, keys among it. So nothing of a provider's own error object
 * travels on: its words are scrubbed and cut, and no foreign `cause` is attached.
 */
import { ModelError, OUTAGE_CODES } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { ProviderFault } from "./provider-fault.ts";

export type ModelErrorCode =
  | (typeof OUTAGE_CODES)[number]
  | "MODEL_QUOTA"
  | "MODEL_AUTH"
  | "MODEL_NOT_FOUND"
  | "MODEL_BAD_REQUEST"
  | "MODEL_CONTEXT_TOO_LONG"
  | "MODEL_REFUSED"
  | "IMAGES_REFUSED"
  | "MALFORMED_REPLY"
  | "NOT_RECORDED"
  | "SCRIPT_EXHAUSTED";

/** Codes that the same request may survive when it is sent again. */
const RETRYABLE: ReadonlySet<ModelErrorCode> = new Set([...OUTAGE_CODES, "MALFORMED_REPLY"]);

/** A ModelError whose `retryable` follows from its code. */
export function modelError(
  code: ModelErrorCode,
  message: string,
  facts: Readonly<Record<string, Json>> = {},
): ModelError {
  return new ModelError(code, message, { facts, retryable: RETRYABLE.has(code) });
}

/** What a driver knows of a request that was refused, or cut off with a message. */
export interface HttpFailure {
  readonly modelId: string;
  readonly status: number;
  /** The provider's own words and codes, unscrubbed. */
  readonly fault: ProviderFault;
  readonly retryAfterMs?: number | undefined;
  /** Whether images were sent: what it says of them is then about them. */
  readonly images?: boolean;
  /** Whether the server had taken the request. */
  readonly served: boolean;
  /** Never shown: each place where it occurs is replaced. */
  readonly secret: string;
}

/** Status and provider code to ModelError. 401 and 403 carry none of the provider's words. */
export function httpModelError(failure: HttpFailure): ModelError {
  const { modelId, status, fault, retryAfterMs, served } = failure;
  const words = scrub(fault.message, failure.secret);
  const hint = `${fault.code ?? ""} ${fault.message}`.toLowerCase();
  const code =
    failure.images && refusesImages(status, hint) ? "IMAGES_REFUSED" : codeOf(status, hint);
  // What is behind a gateway that gave up waiting may have been at work.
  const facts: Record<string, Json> = { model: modelId, status, served: served || status === 504 };
  if (fault.code !== undefined) facts.providerCode = scrub(fault.code, failure.secret);
  if (retryAfterMs !== undefined) facts.retryAfterMs = retryAfterMs;
  const said = words === "" ? "" : ` It said: ${words}`;
  switch (code) {
    case "MODEL_AUTH":
      return modelError(
        code,
        `${modelId} did not accept the key (HTTP ${status}). Check the key and what it may do.`,
        facts,
      );
    case "MODEL_NOT_FOUND":
      return modelError(
        code,
        `No such model or path for ${modelId} (HTTP ${status}). Check the model's name and the base URL.${said}`,
        facts,
      );
    case "MODEL_RATE_LIMITED":
      return modelError(
        code,
        `${modelId} asks to be called more slowly (HTTP ${status}). Lower model.maxConcurrent or model.requestsPerMinute, or wait.${said}`,
        facts,
      );
    case "IMAGES_REFUSED":
      return modelError(
        code,
        `${modelId} did not take the images (HTTP ${status}). Name a model that sees, or leave them out.${said}`,
        facts,
      );
    case "MODEL_CONTEXT_TOO_LONG":
      return modelError(
        code,
        `The request is longer than the context of ${modelId} (HTTP ${status}). Set model.contextTokens to what the server offers, lower model.maxTokens, or load the model with a longer context.${said}`,
        facts,
      );
    default:
      return modelError(code, `${modelId} answered HTTP ${status}.${said}`, facts);
  }
}

/** Servers say it with all of these: a missing projector is an error of their own to some. */
function refusesImages(status: number, hint: string): boolean {
  const saysNo = [400, 404, 413, 415, 422, 500, 501].includes(status);
  return saysNo && /image|vision|multi-?modal|mmproj/.test(hint);
}

function codeOf(status: number, hint: string): ModelErrorCode {
  if (status === 401 || status === 403) return "MODEL_AUTH";
  if (status === 404) return "MODEL_NOT_FOUND";
  if (status === 429)
    return hint.includes("insufficient_quota") ? "MODEL_QUOTA" : "MODEL_RATE_LIMITED";
  if (status === 402) return "MODEL_QUOTA";
  if (status === 408 || status === 504) return "MODEL_TIMEOUT";
  if (isContextTooLong(status, hint)) return "MODEL_CONTEXT_TOO_LONG";
  if (status >= 500 || status === 409) return "MODEL_UNAVAILABLE";
  if (/content_policy|content_filter|responsibleai/.test(hint)) return "MODEL_REFUSED";
  return "MODEL_BAD_REQUEST";
}

/** In the words of llama.cpp, vLLM, SGLang, Ollama, LM Studio, TGI and hosted providers. */
export function isContextTooLong(status: number, hint: string): boolean {
  return (
    [400, 413, 422, 500].includes(status) &&
    /context[ _-]?(?:length|size|window|limit|overflow)|exceed_context|max(?:imum)?[ _]model[ _]len|(?:prompt|input|request)s? (?:\S+ ){0,6}?too (?:long|large)|too many (?:\w+ )?tokens|token count .{0,60}exceeds|reduce the length of the (?:messages|prompt|input)|must have less than \d+ tokens|max_new_tokens.? must be <=|max_tokens must be at least 1, got -/i.test(
      hint,
    )
  );
}

/** Blots out the key, in plain and in URL form, and whatever looks like one; at most 300 characters. */
export function scrub(text: string, secret: string): string {
  let clean = text;
  if (secret.length >= 4) {
    for (const form of [secret, encodeURIComponent(secret)]) {
      clean = clean.replaceAll(form, "[secret]");
    }
  }
  clean = clean
    .replace(/\b(sk|pk|rk|key|api|gsk|xai|hf)[-_][A-Za-z0-9_*.-]{6,}/gi, "[secret]")
    .replace(/\bBearer\s+\S+/gi, "Bearer [secret]")
    .replace(/\s+/g, " ")
    .trim();
  return clean.length <= 300 ? clean : `${clean.slice(0, 299)}…`;
}

/** Milliseconds out of `retry-after-ms` or `retry-after` (seconds or an HTTP date); undefined if absent. */
export function retryAfterMs(
  header: (name: string) => string | null | undefined,
  nowMs: number,
): number | undefined {
  const exact = Number.parseFloat(header("retry-after-ms") ?? "");
  if (exact >= 0) return exact;
  const plain = header("retry-after");
  if (plain === null || plain === undefined || plain === "") return undefined;
  const seconds = Number(plain);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(plain);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
