/**
 * The connection to one server through Qdrant's client: parses addresses, translates errors to the
 * engine's, and retries a limited number of times if the server is busy.
 *
 * It avoids three behaviours of the client: the version check (a request at construction and a warning
 * on the console), the time-out of five minutes, and reading only the first character of
 * `retry-after`.
 */
import { subscribe } from "node:diagnostics_channel";
import { setTimeout as sleep } from "node:timers/promises";
import type { QdrantClient } from "@qdrant/js-client-rest";
import { z } from "zod";
import { ConfigError, EngineError, StoreError } from "../../src/core/errors.ts";
import { optionalPackage } from "../../src/core/optional-package.ts";
import { present } from "../../src/core/present.ts";

export interface QdrantAddress {
  /** `https://host`, `http://host:6333/prefix`. */
  readonly url: string;
  readonly apiKey?: string;
  readonly timeoutMs: number;
}

export interface Connection {
  readonly url: string;
  /**
   * Calls the server; 429 and 503 are retried after the time that it requests, three attempts in total.
   *
   * @throws StoreError STORE_UNAVAILABLE, STORE_BUSY, STORE_FULL, STORE_REJECTED; ConfigError
   *   STORE_DENIED, PACKAGE_MISSING
   */
  call<T>(work: (client: QdrantClient) => Promise<T>): Promise<T>;
}

const PACKAGE = "@qdrant/js-client-rest";
const ATTEMPTS = 3;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/** @throws ConfigError BAD_STORE_URL */
export function connect({ url, apiKey, timeoutMs }: QdrantAddress): Connection {
  const address = parseUrl(url);
  const settings = {
    host: address.hostname,
    https: address.protocol === "https:",
    // Without a port the client would use 6333, which is only right for http.
    port: address.port === "" ? (address.protocol === "https:" ? 443 : 6333) : Number(address.port),
    prefix: address.pathname.replace(/\/+$/, ""),
    timeout: timeoutMs,
    checkCompatibility: false,
    ...(apiKey === undefined || apiKey === "" ? {} : { headers: { "api-key": apiKey } }),
  };
  let loading: Promise<QdrantClient> | undefined;
  /** Loaded at the first use, so that other drivers do not wait for it. */
  const clientOf = (): Promise<QdrantClient> => {
    loading ??= optionalPackage("The qdrant store", [PACKAGE], async () => {
      const { QdrantClient } = await import("@qdrant/js-client-rest");
      return new QdrantClient(settings);
    });
    return loading;
  };
  return {
    url,
    async call(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await work(await clientOf());
        } catch (error) {
          const status = statusOf(error);
          const retryable = status === 429 || status === 503;
          if (!retryable || attempt === ATTEMPTS) throw engineError(error, url);
          await sleep(waitMs(address.origin, attempt));
        }
      }
    },
  };
}

function parseUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:"))
    return parsed;
  throw new ConfigError(
    "BAD_STORE_URL",
    `The tool store needs the address of a Qdrant server such as http://localhost:6333, got "${url}": correct store.url or QDRANT_URL.`,
  );
}

/** Milliseconds to wait that the server of an origin requested in its last refusal. */
const requestedWaits = new Map<string, number>();

const Answered = z.object({
  request: z.object({ origin: z.string() }),
  response: z.object({
    statusCode: z.number(),
    headers: z.array(z.union([z.string(), z.instanceof(Uint8Array)])),
  }),
});

// The client keeps only one character of the header; here the whole header is still available.
subscribe("undici:request:headers", (message) => {
  const answered = Answered.safeParse(message);
  if (!answered.success) return;
  const { request, response } = answered.data;
  if (response.statusCode !== 429 && response.statusCode !== 503) return;
  const names = response.headers.map(String);
  const at = names.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === "retry-after");
  const ms = at === -1 ? undefined : retryAfterMs(names[at + 1] ?? "", Date.now());
  if (ms === undefined) requestedWaits.delete(request.origin);
  else requestedWaits.set(request.origin, ms);
});

/** Parses seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string, nowMs: number): number | undefined {
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? 1_000 * seconds : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function waitMs(origin: string, attempt: number): number {
  const least = SHORTEST_WAIT_MS * 2 ** (attempt - 1);
  return Math.min(LONGEST_WAIT_MS, Math.max(least, requestedWaits.get(origin) ?? 0));
}

const Failure = z.object({
  status: z.number().optional(),
  data: z
    .object({ status: z.object({ error: z.string() }) })
    .optional()
    .catch(undefined),
});

/** The client's errors have the status in a field, except 429, which has its own class. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "QdrantClientResourceExhaustedError") return 429;
  // The client cannot parse a date in `retry-after`.
  if (error.message.startsWith("Invalid retryAfter value")) return 429;
  return Failure.safeParse(error).data?.status;
}

function engineError(error: unknown, url: string): EngineError {
  if (error instanceof EngineError) return error;
  const status = statusOf(error);
  const cause =
    error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  const said = Failure.safeParse(error).data?.data?.status.error ?? `${String(error)}${cause}`;
  const facts = { url, ...present({ status }) };
  const fail = (code: string, message: string, retryable: boolean): StoreError =>
    new StoreError(code, message, { facts, retryable, cause: error });
  switch (status) {
    case 401:
    case 403:
      return new ConfigError(
        "STORE_DENIED",
        `The Qdrant server ${url} refused the key (${status}): set the variable that store.apiKeyEnv names to a key with write access.`,
        { facts, cause: error },
      );
    case 429:
      return fail(
        "STORE_BUSY",
        `The Qdrant server ${url} limits the rate of requests: try later.`,
        true,
      );
    case 507:
      return fail(
        "STORE_FULL",
        `The Qdrant server ${url} has no space left: free some space there.`,
        false,
      );
    case undefined:
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return fail(
        "STORE_UNAVAILABLE",
        `The Qdrant server ${url} does not answer (${said}): start it, or correct store.url.`,
        true,
      );
    default:
      return fail(
        "STORE_REJECTED",
        `The Qdrant server ${url} refused a request (${status}): ${said}`,
        false,
      );
  }
}

export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    (error.code === "STORE_UNAVAILABLE" || error.code === "STORE_BUSY")
  );
}

/** Whether the server reported that the object does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof StoreError && error.facts.status === 404;
}

/** Whether the server reported that the object already exists. */
export function alreadyExists(error: unknown): boolean {
  return error instanceof StoreError && error.facts.status === 409;
}

/** @throws StoreError STORE_UNAVAILABLE if the server accepted the write but has not completed it. */
export function confirmed(result: { readonly status: string }, url: string): void {
  if (result.status === "completed") return;
  throw new StoreError(
    "STORE_UNAVAILABLE",
    `The Qdrant server ${url} answered "${result.status}" to a write, expected "completed": it is overloaded, try later.`,
    { facts: { url }, retryable: true },
  );
}
