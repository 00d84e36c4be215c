/**
 * Redacts secrets before data is stored: known values (environment, configuration) by exact match,
 * unknown ones by their typical shape. Each is replaced by a placeholder that names its kind; equal
 * secrets of a run get equal placeholders.
 *
 * Holds: the listed shapes and known values, also URL-encoded and in base64. Does not hold: a secret
 * with an unlisted shape and an unknown value, a secret split in two, names and mail addresses, and the
 * content of images, whose bytes are not searched.
 */
import { isInlineImage } from "../../core/image.ts";
import type { Json } from "../../core/json.ts";
import { SECRET_SHAPES } from "../../core/text/secrets.ts";

/** Counts by rule, e.g. `{ "aws-access-key": 1 }`. */
export type RedactionCounts = Readonly<Record<string, number>>;

/** The redaction of one run: secrets are numbered in the order in which they appear. */
export interface Redaction {
  /** Returns the same string if it contains no secret. */
  text(value: string): string;
  /** Returns the same value, not a copy, if it contains no secret. Strings and keys are searched. */
  json(value: Json): Json;
  counts(): RedactionCounts;
}

export interface Redactor {
  session(): Redaction;
}

/** Environment variables whose values are treated as secrets. */
const SECRET_NAME =
  /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE|_AUTH|AUTH_|_PAT$|_DSN$|COOKIE|SESSION_ID/i;
/** Values of such variables that refer to a secret and are not secret themselves. */
const NO_SECRET =
  /^(?:(?:~|\.{1,2})\/|\/(?:tmp|home|root|run|usr|var|etc|opt|Users|private|mnt|srv|app)\/|[a-z]:\\|true$|false$|\d{1,7}$)/i;

/** Shorter values would match inside ordinary words. */
const SHORTEST_SECRET = 8;

/**
 * @param environment The values of variables with a name like a secret's are known secrets.
 * @param secrets Further known values by name, e.g. from the configuration.
 */
export function createRedactor({
  environment = {},
  secrets = {},
}: {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly secrets?: Readonly<Record<string, string>>;
} = {}): Redactor {
  const known = knownValues(environment, secrets);
  // One search of a string decides if there is anything to redact.
  const alternatives = [...known.keys()]
    .sort((left, right) => right.length - left.length)
    .map((value) => RegExp.escape(value));
  const source = [
    ...(alternatives.length === 0 ? [] : [`(${alternatives.join("|")})`]),
    ...SECRET_SHAPES.map(({ pattern }) => `(${pattern})`),
  ].join("|");
  const any = new RegExp(source);
  const every = new RegExp(source, "g");
  const shapesFrom = alternatives.length === 0 ? 0 : 1;

  return {
    session() {
      const numbers = new Map<string, Map<string, number>>();
      const counts: Record<string, number> = {};

      function placeholder(rule: string, secret: string): string {
        counts[rule] = (counts[rule] ?? 0) + 1;
        const seen = numbers.get(rule) ?? new Map<string, number>();
        numbers.set(rule, seen);
        const number = seen.get(secret) ?? seen.size + 1;
        seen.set(secret, number);
        return `⟦SECRET:${rule}:${number}⟧`;
      }

      function replacement(match: string, ...groups: unknown[]): string {
        const name = known.get(match);
        if (name !== undefined) return placeholder(name, "");
        const shape = SECRET_SHAPES[groups.findIndex((group) => group !== undefined) - shapesFrom];
        if (shape === undefined) return placeholder("secret", match);
        const [whole = match, before = "", secret = match] = shape.secret?.exec(match) ?? [];
        if (secret.startsWith("⟦SECRET:")) return match;
        return before + placeholder(shape.name, secret) + match.slice(whole.length);
      }

      function text(value: string): string {
        if (value.length < SHORTEST_SECRET || !any.test(value)) return value;
        return value.replace(every, replacement);
      }

      function json(value: Json): Json {
        if (typeof value === "string") return text(value);
        if (value === null || typeof value !== "object") return value;
        if (Array.isArray(value)) return list(value);
        return object(value as { readonly [key: string]: Json });
      }

      function list(items: readonly Json[]): readonly Json[] {
        let copy: Json[] | undefined;
        for (let index = 0; index < items.length; index++) {
          const item = items[index] as Json;
          const clean = json(item);
          if (clean === item) continue;
          copy ??= [...items];
          copy[index] = clean;
        }
        return copy ?? items;
      }

      function object(value: { readonly [key: string]: Json }): Json {
        let changed: Map<string, readonly [string, Json]> | undefined;
        const image = isInlineImage(value);
        for (const key in value) {
          // Base64 text can look like a secret, and a replacement would break the image.
          if (!Object.hasOwn(value, key) || (image && key === "data")) continue;
          const item = value[key] as Json;
          const cleanKey = text(key);
          const clean = json(item);
          if (clean === item && cleanKey === key) continue;
          changed ??= new Map();
          changed.set(key, [cleanKey, clean]);
        }
        if (changed === undefined) return value;
        const known = changed;
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => known.get(key) ?? [key, item]),
        );
      }

      return { text, json, counts: () => ({ ...counts }) };
    },
  };
}

/** Each secret, plain and encoded, with the name for its placeholder. */
function knownValues(
  environment: Readonly<Record<string, string | undefined>>,
  secrets: Readonly<Record<string, string>>,
): Map<string, string> {
  const known = new Map<string, string>();
  const add = (name: string, value: string) => {
    if (value.length < SHORTEST_SECRET) return;
    const forms = [value, encodeURIComponent(value.toWellFormed()), base64Of(value)];
    for (const form of forms) if (!known.has(form)) known.set(form, name);
  };
  for (const [name, value] of Object.entries(secrets)) add(name, value);
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !SECRET_NAME.test(name) || NO_SECRET.test(value)) continue;
    add(name, value);
  }
  return known;
}

/** Without padding, so that it also matches at the start of a longer encoded text. */
function base64Of(value: string): string {
  return Buffer.from(value).toString("base64").replace(/=+$/, "");
}
