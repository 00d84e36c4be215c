/**
 * A program's text before it is compiled, in both drivers for JavaScript: without a Markdown fence,
 * TypeScript types, a shebang line and the syntax of modules.
 *
 * Also guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import {
  isCommonModule,
  missingEntry,
  moduleAsScript,
  withoutShebang,
} from "../../src/core/module-text.ts";
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

export type Prepared =
  | { readonly ok: true; readonly source: string }
  | { readonly ok: false; readonly reason: string };

/** Longer texts are more than V8 compiles for `eval` (8 Mi characters with what is added to them). */
const LONGEST_SOURCE = 8_000_000;

/** Before the first compilation. @param typed Whether the text is TypeScript. */
export function prepareSource(source: string, typed: boolean, entry: string): Prepared {
  if (source.length > LONGEST_SOURCE) {
    const reason = `expected a source of at most ${LONGEST_SOURCE} characters, got ${source.length}`;
    return { ok: false, reason };
  }
  const bare = withoutShebang(unfenced(source));
  if (!typed) return { ok: true, source: asCommonScript(bare, entry) };
  const stripped = withoutTypes(bare);
  if (typeof stripped === "string") return { ok: true, source: asCommonScript(stripped, entry) };
  const inner = fenced(bare);
  const again = inner === undefined ? stripped : withoutTypes(inner);
  return typeof again === "string"
    ? { ok: true, source: asCommonScript(again, entry) }
    : { ok: false, reason: stripped.reason };
}

/** A CommonJS module compiles as a script, and fails only when it runs. */
function asCommonScript(text: string, entry: string): string {
  return isCommonModule(text) ? moduleAsScript(text, entry) : text;
}

/**
 * After a failed compilation: the first fenced block, or else the source, without types and as a
 * script. Undefined if that changes nothing.
 */
export function repairSource(source: string, entry: string): string | undefined {
  const bare = withoutShebang(fenced(source) ?? source);
  const stripped = withoutTypes(bare);
  const repaired = moduleAsScript(typeof stripped === "string" ? stripped : bare, entry);
  return repaired === source ? undefined : repaired;
}

/** @param reason As the glue says it. */
export function refusalOf(reason: string, source: string, entry: string): string {
  return reason.endsWith(`does not define ${entry}`)
    ? `${reason}: ${missingEntry(source, entry)}`
    : reason;
}
