/** Access control: only from loopback, or only with the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { InputError } from "../../core/errors.ts";
import type { HttpMiddleware } from "./app.ts";

export const LOOPBACK = "127.0.0.1";
const NAMES = ["localhost", LOOPBACK, "::1"];

/** Whether only this machine can reach a server on this host. */
export function isLoopback(host: string): boolean {
  return NAMES.includes(host);
}

/**
 * Refuses requests that name another host or come from a page of another host: an attacker's host name
 * may resolve to this machine (DNS rebinding).
 */
export function loopbackOnly(): HttpMiddleware {
  return async ({ req }, next) => {
    const host = req.header("host") ?? "";
    const origin = req.header("origin");
    if (!leadsHere(`http://${host}`)) {
      throw new InputError("FOREIGN_CALLER", `Expected a loopback Host, got ${host}.`);
    }
    if (origin !== undefined && !leadsHere(origin)) {
      throw new InputError("FOREIGN_CALLER", `Expected a loopback Origin or none, got ${origin}.`);
    }
    await next();
  };
}

function leadsHere(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[(.*)\]$/, "$1"));
}

/** Requires `Authorization: Bearer` with that token. */
export function holdersOf(token: string): HttpMiddleware {
  const expected = digest(`Bearer ${token}`);
  return async (context, next) => {
    if (!timingSafeEqual(digest(context.req.header("authorization") ?? ""), expected)) {
      context.header("www-authenticate", "Bearer");
      throw new InputError(
        "UNAUTHORIZED",
        "Expected the header Authorization: Bearer with the token of this server.",
      );
    }
    await next();
  };
}

/** Digests have one length, so the duration of a comparison reveals nothing. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
