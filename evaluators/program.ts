/** Parses JavaScript and TypeScript with acorn. Stripping the types keeps all source positions. */
import { type Program, parse } from "acorn";
import { stripTypes } from "../src/core/strip-types.ts";

export type ParsedProgram =
  | {
      readonly status: "parsed";
      readonly language: "javascript" | "typescript";
      readonly tree: Program;
      /** The text without types; its length equals the original's. */
      readonly text: string;
    }
  | { readonly status: "failed"; readonly reason: string };

/**
 * Tries plain JavaScript first: type stripping could mistake a comparison for a type.
 */
export function parseProgram(source: string): ParsedProgram {
  const plain = parseModule(source);
  if (typeof plain !== "string") {
    return { status: "parsed", language: "javascript", tree: plain, text: source };
  }
  const stripped = stripTypes(source);
  if (stripped.status === "failed") return stripped;
  const tree = parseModule(stripped.text);
  return typeof tree === "string"
    ? { status: "failed", reason: tree }
    : { status: "parsed", language: "typescript", tree, text: stripped.text };
}

/** Names declared at the top level of the program. */
export function declaredNames(tree: Program): string[] {
  return tree.body.flatMap((statement) => {
    const declared =
      statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type === "FunctionDeclaration")
      return declared.id === null ? [] : [declared.id.name];
    if (declared?.type !== "VariableDeclaration") return [];
    return declared.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  });
}

/** The tree, or the reason for the failure: a syntax error, or nesting too deep for the parser. */
function parseModule(source: string): Program | string {
  try {
    return parse(source, { ecmaVersion: "latest", sourceType: "module" });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return error.message;
    throw error;
  }
}
