/**
 * Reads a spec's signature: the function's name, its parameters and the types of both ends.
 *
 * `function f(a: number, b?: string[]): number` or the same without `function`. Types are read as
 * text and known as far as mutation and JSON Schema need them; any other type is `unknown`.
 */
import { InputError } from "../src/core/errors.ts";
import type { ValueType } from "../src/core/task.ts";
import type { JsonSchema } from "../src/core/tool.ts";
import { parseProgram } from "./program.ts";

export interface SignatureParameter {
  readonly name: string;
  /** TypeScript, or "unknown" where there is none. */
  readonly type: string;
  readonly optional: boolean;
}

export interface Signature {
  readonly name: string;
  readonly parameters: readonly SignatureParameter[];
  readonly result: string;
}

/** @throws InputError BAD_SPEC if it does not parse or has rest or destructured parameters. */
export function parseSignature(signature: string): Signature {
  const head = signature
    .trim()
    .replace(/;$/, "")
    .replace(/\s*\{\s*\}$/, "");
  const source = `${/^(export\s+)?(async\s+)?function\b/.test(head) ? head : `function ${head}`} {}`;
  const parsed = parseProgram(source);
  if (parsed.status === "failed") throw unreadable(signature, parsed.reason);
  const [statement, ...others] = parsed.tree.body;
  const declared = statement?.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declared?.type !== "FunctionDeclaration" || others.length > 0) {
    throw unreadable(signature, "it declares no single function");
  }
  if (declared.async || declared.generator) {
    throw unreadable(signature, "asynchronous and generator functions are not supported");
  }

  // Positions are those of the text with types: what lies between two names holds the type.
  const close = parsed.text.lastIndexOf(")", declared.body.start);
  const parameters = declared.params.map((parameter, index): SignatureParameter => {
    const place = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    if (place.type !== "Identifier") {
      throw unreadable(
        signature,
        `parameter ${index + 1} is a rest or destructured one; give it a plain name`,
      );
    }
    const end =
      parameter.type === "AssignmentPattern"
        ? source.lastIndexOf("=", parameter.right.start)
        : (declared.params[index + 1]?.start ?? close);
    const between = source.slice(place.end, end).trim().replace(/,$/, "");
    return {
      name: place.name,
      type: between.replace(/^\?/, "").trim().replace(/^:/, "").trim() || "unknown",
      optional: between.startsWith("?") || parameter.type === "AssignmentPattern",
    };
  });
  const result = source
    .slice(close + 1, declared.body.start)
    .trim()
    .replace(/^:/, "")
    .trim();
  return { name: declared.id.name, parameters, result: result || "unknown" };
}

/** The type as typed mutation knows it. */
export function valueType(type: string): ValueType {
  switch (plain(type)) {
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    case "number[]":
      return "number[]";
    case "string[]":
      return "string[]";
    default:
      return "unknown";
  }
}

/** A JSON Schema of the type; `{}`, anything, for a type that is not a plain one. */
export function schemaOfType(type: string): JsonSchema {
  const name = plain(type);
  if (name === "number" || name === "string" || name === "boolean" || name === "null") {
    return { type: name };
  }
  const element = /^(.+)\[\]$/s.exec(name)?.[1];
  if (element !== undefined && !element.includes("|")) {
    return { type: "array", items: schemaOfType(element) };
  }
  if (element !== undefined) return { type: "array" };
  return /^(Record<|\{)/.test(name) && name.endsWith(">") !== name.endsWith("}")
    ? { type: "object" }
    : {};
}

/** One spelling per type: `readonly T[]`, `Array<T>` and `ReadonlyArray<T>` are `T[]`. */
function plain(type: string): string {
  const bare = type.trim().replace(/^readonly\s+/, "");
  const element = /^(?:Readonly)?Array<(.+)>$/s.exec(bare)?.[1];
  if (element === undefined) return bare.replace(/\s+\[\]/g, "[]");
  const inner = plain(element);
  return inner.includes("|") ? `(${inner})[]` : `${inner}[]`;
}

function unreadable(signature: string, reason: string): InputError {
  return new InputError(
    "BAD_SPEC",
    "signature: expected TypeScript such as `function name(a: number, b: string[]): number`, got " +
      `${JSON.stringify(signature.slice(0, 120))}: ${reason}.`,
    { facts: { field: "signature" } },
  );
}
