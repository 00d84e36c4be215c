/**
 * Removes what language models often add around a program: a Markdown fence, TypeScript types.
 *
 * Also guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import { stripTypes } from "../../src/core/strip-types.ts";

/** The content of the first fenced block; undefined if there is none. */
export function fenced(source: string): string | undefined {
  const opening = /^[ \t]*```[^\n`]*\n/m.exec(source);
  if (opening === null) return undefined;
  const rest = source.slice(opening.index + opening[0].length);
  const closing = /^[ \t]*```/m.exec(rest);
  return closing === null ? rest : rest.slice(0, closing.index);
}

/** Removes a fence around the whole source. */
export function unfenced(source: string): string {
  return source.trimStart().startsWith("```") ? (fenced(source) ?? source) : source;
}

/** Uses the guarded stripper: deeply nested text would crash the plain one, and so this process. */
export function withoutTypes(source: string): string | { readonly reason: string } {
  const stripped = stripTypes(source);
  return stripped.status === "stripped" ? stripped.text : { reason: stripped.reason };
}
