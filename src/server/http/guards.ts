/** Who may ask: loopback alone, or who holds the token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { InputError } from "../../core/errors.ts";
import type { HttpMiddleware } from "./app.ts";

export const LOOPBACK = "127.0.0.1";
const NAMES = ["localhost", LOOPBACK, "::1"];

/** Whether only this machine reaches a server that listens there. */
export function isLoopback(host: string): boolean {
  return NAMES.includes(host);
}

/**
 * Refuses what names another host, or comes from a page of another one: a name of the attacker's may
 * lead to this machine (DNS rebinding).
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

/** Asks for `Authorization: Bearer` with that token. */
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

/** Of one length, so that the time of a comparison tells nothing. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
