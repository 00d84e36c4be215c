/** Content addresses: equal content has an equal digest on every machine. */
import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "./json.ts";

/** SHA-256 of the text's UTF-8 bytes, 64 hexadecimal digits. */
export function digestText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** SHA-256 of the canonical JSON text: the order of keys does not matter. */
export function digestJson(value: Json): string {
  return digestText(canonicalJson(value));
}
