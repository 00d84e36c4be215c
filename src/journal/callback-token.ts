/**
 * Tokens with which an outside system completes one wait of one request. A token names the wait and is
 * signed with the home's secret.
 *
 * Holds: a changed or forged token is refused. Does not hold: anyone who has seen a token can use it,
 * once. Treat it as a key to that wait.
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
      "Expected a callback token of this home, got another text. Copy it from the output of `toolwright request show`.",
    );
  }
  const [request, wait] = JSON.parse(Buffer.from(body, "base64url").toString()) as unknown[];
  return Target.parse({ request, wait });
}

function signature(secret: Buffer, body: string): Buffer {
  return createHmac("sha256", secret).update(body).digest();
}

/** The home's secret, created at the first use. All processes get the same one. */
export function callbackSecret(home: string): Buffer {
  const path = join(home, "callback.key");
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  // Creating a complete file and linking it is atomic: if several processes do it, the first one wins.
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
