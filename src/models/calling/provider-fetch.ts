/** The fetch under every call of a provider. */
import { Agent, fetch } from "undici";

/** Without time limits of its own: only the call policy sets them. */
const PATIENT = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/** A redirect would carry the key to another host. */
export function providerFetch(
  url: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const asked = { ...init, redirect: "error", dispatcher: PATIENT };
  return fetch(
    String(url instanceof Request ? url.url : url),
    asked as unknown as Parameters<typeof fetch>[1],
  ) as unknown as Promise<Response>;
}
