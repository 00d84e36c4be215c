/** Reads JavaScript and TypeScript with acorn; types are stripped first, keeping every position. */
import { type Program, parse } from "acorn";
import { stripTypes } from "../src/core/strip-types.ts";

export type ParsedProgram =
  | {
      readonly status: "parsed";
      readonly language: "javascript" | "typescript";
      readonly tree: Program;
      /** The text without its types, as long as the original. */
      readonly text: string;
    }
  | { readonly status: "failed"; readonly reason: string };

/** Plain JavaScript where the text parses as it: stripping could misread a comparison for a type. */
export function parseProgram(source: string): ParsedProgram {
  const plain = tryParse(source);
  if (plain !== undefined) {
    return { status: "parsed", language: "javascript", tree: plain, text: source };
  }
  const stripped = stripTypes(source);
  if (stripped.status === "failed") return stripped;
  const { text } = stripped;
  const tree = tryParse(text);
  return tree === undefined
    ? { status: "failed", reason: "does not parse once its types are taken off" }
    : { status: "parsed", language: "typescript", tree, text };
}

/** Names that the program's top level declares. */
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

function tryParse(source: string): Program | undefined {
  try {
    return parseModule(source);
  } catch (error) {
    // Text that nests too deeply for the parser's stack is no program either.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function parseModule(source: string): Program {
  return parse(source, { ecmaVersion: "latest", sourceType: "module" });
}
