/** An error as a problem document (RFC 9457) with the matching HTTP status. */
import { EngineError, type ErrorKind } from "../../core/errors.ts";

/** Codes with a more specific status than their kind. */
const BY_CODE: Readonly<Record<string, number>> = {
  UNAUTHORIZED: 401,
  FOREIGN_CALLER: 403,
  FORGED_TOKEN: 403,
  NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  TOOL_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  VERSION_CONFLICT: 409,
  CALLBACK_CLOSED: 410,
  BODY_TOO_LARGE: 413,
};

const BY_KIND: Readonly<Record<ErrorKind, number>> = {
  caller: 400,
  operator: 500,
  provider: 502,
  sandbox: 503,
  store: 503,
  budget: 429,
  canceled: 503,
  ours: 500,
};

/**
 * Only the message of an EngineError is sent to the caller. For any other error the caller gets a
 * general message, and `onError` gets the details.
 */
export function problemOf(error: unknown, onError: (error: Error) => void): Response {
  const known = error instanceof EngineError ? error : undefined;
  const status = known === undefined ? 500 : (BY_CODE[known.code] ?? BY_KIND[known.kind]);
  if (status >= 500) onError(error instanceof Error ? error : new Error(String(error)));
  const problem = {
    type: "about:blank",
    title: known?.code ?? "UNEXPECTED",
    status,
    detail: known?.message ?? "The server failed; its log says why.",
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}
