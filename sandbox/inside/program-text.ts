/**
 * Habits of language models that are taken off a program's text: a markdown fence, TypeScript types.
 *
 * Guest code too: linked with the files beside it into one text and run inside the wall.
 */
import { stripTypes } from "../../src/core/strip-types.ts";

/** What stands in the first fence; undefined where there is none. */
export function fenced(source: string): string | undefined {
  const opening = /^[ \t]*```[^\n`]*\n/m.exec(source);
  if (opening === null) return undefined;
  const rest = source.slice(opening.index + opening[0].length);
  const closing = /^[ \t]*```/m.exec(rest);
  return closing === null ? rest : rest.slice(0, closing.index);
}

/** Without a fence that stands round the whole. */
export function unfenced(source: string): string {
  return source.trimStart().startsWith("```") ? (fenced(source) ?? source) : source;
}

/** Behind the guard: text that nests deeply would break the stripper, and with it this process. */
export function withoutTypes(source: string): string | { readonly reason: string } {
  const stripped = stripTypes(source);
  return stripped.status === "stripped" ? stripped.text : { reason: stripped.reason };
}
