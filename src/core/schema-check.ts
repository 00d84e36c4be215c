/**
 * Checks external data against its schema and describes the faults as text. All readers of files, flags
 * and arguments report faults in this way.
 *
 * Takes a zod schema and an unknown value; gives the typed value or a list of faults, each with a path
 * and a text "expected ..., got ...". A value is quoted only if it is short and not a secret.
 */
import type { z } from "zod";
import { didYouMean } from "./text/near-miss.ts";
import { secretKindsIn } from "./text/secrets.ts";

export type FaultKind =
  | "unknown-key"
  | "missing"
  | "wrong-type"
  | "bad-format"
  | "unknown-value"
  | "out-of-range"
  | "empty"
  | "other";

export interface SchemaFault {
  readonly kind: FaultKind;
  readonly path: readonly PropertyKey[];
  /** Without a full stop. */
  readonly message: string;
}

export type Checked<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly faults: readonly SchemaFault[] };

export function checkSchema<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  const parsed = schema.safeParse(value, { reportInput: true, error: defaultMessage });
  if (parsed.success) return { ok: true, data: parsed.data };
  return { ok: false, faults: parsed.error.issues.flatMap((issue) => faultsOf(issue)) };
}

/**
 * Faults as lines `place: field: expected ..., got ...`.
 *
 * @param locate The position of a field, e.g. `file:line`. Absent: only the field is named.
 */
export function faultText(
  faults: readonly SchemaFault[],
  { locate, whole = "", most = 8 }: FaultTextOptions = {},
): string {
  const lines = faults.slice(0, most).map(({ path, message }) => {
    const parts = [locate?.(path) ?? "", fieldOf(path) || whole, message];
    return parts.filter((part) => part !== "").join(": ");
  });
  const rest = faults.length - most;
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
}

export interface FaultTextOptions {
  locate?(path: readonly PropertyKey[]): string;
  /** The text for an empty path. Default: empty. */
  readonly whole?: string;
  readonly most?: number;
}

/** A path as people write it, e.g. `agents[1].tools[0]`. */
export function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

type Issue = z.core.$ZodIssue;

function faultsOf(issue: Issue, above: readonly PropertyKey[] = []): readonly SchemaFault[] {
  const path = [...above, ...issue.path];
  const fault = (kind: FaultKind): readonly SchemaFault[] => [
    { kind, path, message: kind === "other" ? issue.message : wholeText(issue, path) },
  ];
  switch (issue.code) {
    case "unrecognized_keys": {
      // What `defaultMessage` gave as the message: the known keys.
      const known = issue.message;
      return issue.keys.map((key) => ({
        kind: "unknown-key",
        path: [...path, key],
        message: `expected a known key, got "${key}"${didYouMean(key, known.split(", "))}; known keys: ${known}`,
      }));
    }
    case "invalid_type":
      return fault(issue.input === undefined ? "missing" : "wrong-type");
    case "invalid_value":
      return fault(issue.input === undefined ? "missing" : "unknown-value");
    case "invalid_format":
    case "invalid_key":
      return fault("bad-format");
    case "too_small":
    case "too_big":
      return fault(
        issue.origin === "string" && issue.code === "too_small" ? "empty" : "out-of-range",
      );
    case "invalid_union": {
      const meant = meantBranch(issue.errors);
      return meant?.flatMap((inner) => faultsOf(inner, path)) ?? fault("wrong-type");
    }
    default:
      return fault("other");
  }
}

/** A schema's own message may be only a noun, such as "a name of letters". */
function wholeText({ message, input }: Issue, path: readonly PropertyKey[]): string {
  const expected = message.startsWith("expected ") ? message : `expected ${message}`;
  return expected.includes(", got ") ? expected : `${expected}, got ${shown(input, path)}`;
}

/** The alternative that the value was probably meant for: it has the right type and the fewest issues. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const [best, next] = branches
    .filter((issues) => !issues.some(({ code, path }) => code === "invalid_type" && !path.length))
    .map((issues) => ({ issues, weight: weightOf(issues) }))
    .sort((a, b) => a.weight - b.weight);
  if (best === undefined) return undefined;
  return next === undefined || best.weight < next.weight ? best.issues : undefined;
}

function weightOf(issues: readonly Issue[]): number {
  return issues.reduce(
    (sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1),
    0,
  );
}

/** The message of an issue if the schema has none of its own. */
function defaultMessage(issue: z.core.$ZodRawIssue): string | undefined {
  const got = `, got ${shown(issue.input, issue.path ?? [])}`;
  switch (issue.code) {
    case "unrecognized_keys":
      return knownKeys(issue.inst).join(", ");
    case "invalid_type":
      return `expected ${NOUNS[issue.expected] ?? issue.expected}${got}`;
    case "invalid_value": {
      const known = issue.values.map((value) =>
        typeof value === "string" ? value : String(value),
      );
      const near = typeof issue.input === "string" ? didYouMean(issue.input, known) : "";
      return `expected ${known.length > 1 ? "one of " : ""}${known.join(", ")}${got}${near}`;
    }
    case "invalid_format":
      return `expected ${formatOf(issue)}${got}`;
    case "too_small":
    case "too_big":
      return `expected ${boundOf(issue)}${got}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? `expected another name${got}`;
    case "invalid_union": {
      const heads = issue.errors.map(([first]) =>
        first?.message.replace(/^expected |, got .*$/g, ""),
      );
      const known = [...new Set(heads.filter((head) => head !== undefined))];
      return `expected ${known.join(" or ")}${got}`;
    }
    default:
      return undefined;
  }
}

function formatOf({ format, pattern }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidStringFormat>) {
  if (format === "url") return "a URL such as http://127.0.0.1:8000";
  return format === "regex" ? `text that matches ${pattern}` : `a text of the format ${format}`;
}

const NOUNS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  function: "a function",
};

function boundOf(
  issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>,
): string {
  const [word, bound] =
    issue.code === "too_small" ? ["least", issue.minimum] : ["most", issue.maximum];
  switch (issue.origin) {
    case "string":
      return issue.code === "too_small" && bound === 1
        ? "some text"
        : `at ${word} ${bound} characters`;
    case "array":
      return `at ${word} ${bound} ${bound === 1 ? "entry" : "entries"}`;
    default:
      if (issue.inclusive === false)
        return `a number ${issue.code === "too_small" ? "above" : "below"} ${bound}`;
      return `a number of at ${word} ${bound}`;
  }
}

function knownKeys(inst: unknown): readonly string[] {
  const def = (inst as z.core.$ZodTypes)._zod.def;
  if (def.type === "object") return Object.keys(def.shape);
  if (def.type !== "record") return [];
  return [...((def.keyType as z.core.$ZodType)._zod.values ?? [])].map(String);
}

const SECRET = /key|token|secret|password|env|header/i;
const MAX_SHOWN = 60;

function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (["number", "bigint", "boolean"].includes(typeof value)) return String(value);
  if (typeof value !== "string")
    return typeof value === "object" ? "a mapping" : `a ${typeof value}`;
  if (value.trim() === "") return "none";
  const secret = path.some((part) => SECRET.test(String(part))) || secretKindsIn(value).length > 0;
  if (secret) return "another text";
  return value.length > MAX_SHOWN ? "a longer text" : JSON.stringify(value);
}
