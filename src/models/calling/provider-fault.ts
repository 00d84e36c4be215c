/**
 * What a server says went wrong, out of a body of any shape: the `error` object of OpenAI, an error
 * as plain text, FastAPI's `detail`, a `message` at the top, a list around either, HTML, nothing.
 */
import { present } from "../../core/present.ts";

export interface ProviderFault {
  /** The server's own words; empty where it has none. */
  readonly message: string;
  /** Code and type in one text, as machines say them. */
  readonly code?: string;
  /** The request field that it names. */
  readonly param?: string;
  /** The HTTP status that the body itself names. */
  readonly status?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** @param body Parsed JSON, or the text where it is none. */
export function faultOf(body: unknown): ProviderFault {
  if (typeof body === "string") return { message: plainText(body) };
  if (Array.isArray(body)) {
    const faults = body.slice(0, 5).map(faultOf);
    const [first = { message: "" }] = faults;
    return { ...first, message: joined(faults.map(({ message }) => message)) };
  }
  if (!isFields(body)) return { message: "" };
  const inner = [body.error, body.detail, body.errors, body.message].find(
    (value) => typeof value === "object" && value !== null,
  );
  const nested = inner === undefined ? undefined : faultOf(inner);
  const words = [
    body.message,
    body.detail,
    body.error,
    body.msg,
    body.error_message,
    body.error_description,
    body.title,
  ].find((value): value is string => typeof value === "string" && value.trim() !== "");
  const place = Array.isArray(body.loc) ? `${body.loc.map(String).join(".")}: ` : "";
  const own = `${place}${plainText(words ?? "")}`;
  const code = joined([
    ...[body.code, body.type, body.status, body.error_type].flatMap(machineWord),
    nested?.code ?? "",
  ]);
  const param = textOf(body.param) ?? nested?.param;
  const status = [body.code, body.status, body.status_code, body.statusCode]
    .map(Number)
    .find((number) => Number.isInteger(number) && number >= 400 && number < 600);
  const named = status ?? nested?.status;
  return {
    message: joined([nested?.message ?? "", own, upstreamWords(body)]),
    ...(code !== "" && { code }),
    ...present({ param, status: named }),
  };
}

/**
 * The fault in what came with HTTP 200: routers and streams have sent the status before anything
 * can go wrong. Undefined for a reply.
 */
export function faultIn(body: unknown): (ProviderFault & { readonly status: number }) | undefined {
  if (!isFields(body)) return undefined;
  const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined;
  const error = [body.error, isFields(choice) ? choice.error : undefined].find(
    (value) => value !== undefined && value !== null && value !== false && value !== "",
  );
  const isError = body.object === "error" || body.type === "error";
  const bare = body.choices === undefined && (body.detail ?? body.errors) !== undefined;
  if (error === undefined && !isError && !bare) return undefined;
  const fault = faultOf(error === undefined || error === body.error ? body : error);
  return { ...fault, status: fault.status ?? statusOf(`${fault.code ?? ""} ${fault.message}`) };
}

/** The status that a server would have sent for its words. */
function statusOf(words: string): number {
  if (/rate.?limit|too many requests/i.test(words)) return 429;
  if (/overload|unavailable|server.?error|internal/i.test(words)) return 503;
  if (/authenti|api.?key|permission|unauthor/i.test(words)) return 401;
  if (/not.?found/i.test(words)) return 404;
  if (/invalid|bad.?request|context|too long/i.test(words)) return 400;
  return 502;
}

/** Routers quote the server behind them. */
function upstreamWords({ metadata }: Fields): string {
  const raw = isFields(metadata) ? metadata.raw : undefined;
  return typeof raw === "string" ? plainText(raw) : "";
}

function machineWord(value: unknown): string[] {
  if (typeof value === "number") return [String(value)];
  return typeof value === "string" && value !== "error" ? [value] : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Words out of HTML; other text as it is. */
function plainText(text: string): string {
  if (!/^\s*<(?:!doctype|html|head|body|\?xml)/i.test(text)) return text.trim();
  return text
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function joined(parts: readonly string[]): string {
  return [...new Set(parts.filter((part) => part !== ""))].join(" ");
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
