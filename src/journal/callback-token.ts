/**
 * Tokens by which an outside system completes one wait of one request. A token says which, and is
 * signed: who can make one holds the home's secret.
 *
 * Holds: a token that was changed or made up is refused. Does not hold: who has seen a token can use
 * it, once; it is a key to that one wait, to be handed on as one.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../core/errors.ts";

const Target = z.strictObject({ request: z.string().min(1), wait: z.string().min(1) });
export type CallbackTarget = z.output<typeof Target>;

export function callbackToken(secret: Buffer, target: CallbackTarget): string {
  const body = Buffer.from(JSON.stringify([target.request, target.wait])).toString("base64url");
  return `${body}.${signature(secret, body).toString("base64url")}`;
}

/** @throws InputError FORGED_TOKEN */
export function readCallbackToken(secret: Buffer, token: string): CallbackTarget {
  const [body = "", signed = "", ...more] = token.split(".");
  const expected = signature(secret, body);
  const given = Buffer.from(signed, "base64url");
  const genuine =
    more.length === 0 && given.length === expected.length && timingSafeEqual(given, expected);
  if (!genuine) {
    throw new InputError(
      "FORGED_TOKEN",
      "Expected a callback token that this home has given out, got another text. Take it as `toolwright request show` prints it.",
    );
  }
  const [request, wait] = JSON.parse(Buffer.from(body, "base64url").toString()) as unknown[];
  return Target.parse({ request, wait });
}

function signature(secret: Buffer, body: string): Buffer {
  return createHmac("sha256", secret).update(body).digest();
}

/** The home's secret; made at the first use. Several processes get the same one. */
export function callbackSecret(home: string): Buffer {
  const path = join(home, "callback.key");
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  // Linked into place whole: of several that come at once, the first stays.
  const own = `${path}-${process.pid}-${randomBytes(4).toString("hex")}`;
  writeFileSync(own, randomBytes(32), { mode: 0o600, flag: "wx" });
  try {
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own);
  }
  return readFileSync(path);
}
