/** A JSON Schema as tables for people: one row a key, nested keys by their path. */
import type { JsonSchemaDocument } from "../../src/cli/schemas.ts";

type Schema = JsonSchemaDocument;

export interface KeyRow {
  /** E.g. `agents[].tools`, `mcpServers.<name>.url`. */
  readonly key: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
}

/** Rows of everything below, parents before children; the schema itself gets none. */
export function rowsBelow(schema: Schema, path = ""): readonly KeyRow[] {
  const rows = new Map<string, KeyRow>();
  const add = (row: KeyRow): void => {
    if (!rows.has(row.key)) rows.set(row.key, row);
  };
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (typeof inner === "boolean") continue;
    const key = path === "" ? name : `${path}.${name}`;
    add({
      key,
      type: typeOf(inner),
      default: defaultOf(inner, schema.required?.includes(name) === true),
      meaning: inner.description ?? "",
    });
    for (const row of rowsBelow(inner, key)) add(row);
  }
  if (isSchema(schema.items)) for (const row of rowsBelow(schema.items, `${path}[]`)) add(row);
  if (isSchema(schema.additionalProperties)) {
    for (const row of rowsBelow(schema.additionalProperties, `${path}.<name>`)) add(row);
  }
  for (const each of schema.anyOf ?? []) {
    if (isSchema(each)) for (const row of rowsBelow(each, path)) add(row);
  }
  return [...rows.values()];
}

/** Columns are as wide as the formatter makes them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[], fill = " "): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(" | ")} |`;
  const [first = [], ...rest] = cells;
  return [
    line(first),
    line(
      head.map(() => ""),
      "-",
    ),
    ...rest.map((row) => line(row)),
  ].join("\n");
}

export function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Ends of the range that zod gives every whole number: no bound that a person set. */
const UNBOUNDED: readonly unknown[] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return "any JSON value";
  if (schema.enum !== undefined) return schema.enum.map((each) => code(String(each))).join(", ");
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.anyOf !== undefined) {
    return [...new Set(schema.anyOf.filter(isSchema).map(typeOf))].join(" or ");
  }
  switch (schema.type) {
    case "string":
      return schema.format === "uri" ? "URL" : "text";
    case "boolean":
      return "`true` or `false`";
    case "integer":
      return `whole number${rangeOf(schema)}`;
    case "number":
      return `number${rangeOf(schema)}`;
    case "array":
      return isSchema(schema.items) ? `list of: ${typeOf(schema.items)}` : "list";
    case "object":
      if (schema.properties !== undefined) return "section";
      return isSchema(schema.additionalProperties)
        ? `names with: ${typeOf(schema.additionalProperties)}`
        : "mapping";
    default:
      return "any JSON value";
  }
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const low = UNBOUNDED.includes(minimum) ? undefined : minimum;
  const high = UNBOUNDED.includes(maximum) ? undefined : maximum;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  if (low !== undefined) return ` from ${low}`;
  return high === undefined ? "" : ` to ${high}`;
}

function defaultOf(schema: Schema, required: boolean): string {
  if (required) return "required";
  if (schema.default === undefined) return "";
  const text = JSON.stringify(schema.default);
  return text === "{}" && schema.properties !== undefined ? "" : code(text);
}
