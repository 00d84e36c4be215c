/**
 * Extracts the function from any reply: with prose around it, several code blocks, TypeScript types,
 * an arrow function, another name, only a body, or a truncated end.
 *
 * Gives a complete program (the function with the kernel's name and the helpers that it uses), or the
 * reason why there is none. Missing code is never invented: a truncated function is accepted only if it
 * returns before the truncation.
 */
import type { Program } from "acorn";
import { withoutReasoning } from "../../../core/text/reasoning.ts";
import { type Extracted, selectProgram } from "./select-program.ts";
import { definitionsIn, identifiersIn, parseSource } from "./source.ts";
import { inSentence, unwrap, withoutEntities } from "./unwrap.ts";

export interface ExtractOptions {
  /** The prompt requested `<entry>_v<version>`; lower versions are ancestors. */
  readonly version?: number;
}

/** Longer replies are refused: no kernel is that long, and the work must be bounded. */
const MAX_LENGTH = 100_000;
/** Maximum number of attempts to parse a shortened text, and of the characters that they read. */
const MAX_ATTEMPTS = 300;
const MAX_READ = 2_000_000;
/** Only the last code blocks of a reply are examined. */
const MAX_BLOCKS = 30;

interface Readable {
  readonly source: string;
  readonly tree: Program;
  readonly notes: readonly string[];
}

/**
 * @param entry The name that the function gets.
 * @param parameters Names of the kernel's parameters; the head of a bare body.
 */
export function extractFunction(
  reply: string,
  entry: string,
  parameters: readonly string[],
  { version }: ExtractOptions = {},
): Extracted {
  if (reply.length > MAX_LENGTH)
    return refused(`the reply is longer than ${MAX_LENGTH} characters`);
  const blocks = codeBlocks(reply);
  const texts = (blocks.length > 0 ? blocks : [withoutReasoning(reply)]).map(unwrap);
  // Later blocks first: models show the old code before the new code.
  const ordered = [...texts]
    .reverse()
    .sort((left, right) => rank(right, entry, version) - rank(left, entry, version));
  let reason = "the reply has no code";
  for (const [index, text] of ordered.entries()) {
    const readable = read(text, entry, parameters);
    if (typeof readable === "string") {
      if (index === 0) reason = readable;
      continue;
    }
    const selected = selectProgram(
      readable.source,
      readable.tree,
      entry,
      parameters.length,
      version,
    );
    if (selected.status === "found") {
      return { ...selected, notes: [...readable.notes, ...selected.notes] };
    }
    if (index === 0) reason = selected.reason;
  }
  return refused(reason);
}

/** A model's thought: the text before the first code, at most 500 characters. */
export function thoughtIn(reply: string): string | undefined {
  const before =
    withoutReasoning(reply).split(/```|<<<<<<<|^(?:export |async )?(?:function|const|let) /m)[0] ??
    "";
  const thought = before.replace(/^\s*(?:\*\*)?thought(?:\*\*)?:/i, "").trim();
  return thought === "" ? undefined : thought.slice(0, 500);
}

/** Contents of fenced blocks; the end of the last one may be missing. */
function codeBlocks(reply: string): string[] {
  const blocks: string[] = [];
  for (const match of withoutReasoning(reply).matchAll(
    /^[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)(?:^[ \t]*\1|(?![\s\S]))/gm,
  )) {
    if (match[2] !== undefined && match[2].trim() !== "") blocks.push(match[2]);
  }
  return blocks.slice(-MAX_BLOCKS);
}

/** 3: defines the requested version. 2: the entry. 1: another version or function. 0: none. */
function rank(text: string, entry: string, version: number | undefined): number {
  const defines = (name: string): boolean =>
    new RegExp(`(?:function\\*?\\s+|(?:const|let|var)\\s+)${inPattern(name)}\\b`).test(text);
  if (version !== undefined && defines(`${entry}_v${version}`)) return 3;
  if (defines(entry)) return 2;
  return /\bfunction\b|=>|\breturn\b/.test(text) ? 1 : 0;
}

/** Names may contain `$`. */
function inPattern(name: string): string {
  return name.replace(/\$/g, "\\$");
}

/** A text that parses and defines a function, with notes on removed parts; else the reason. */
function read(text: string, entry: string, parameters: readonly string[]): Readable | string {
  const whole = parseSource(text);
  const decoded = withoutEntities(text);
  if (whole.status === "parsed" && definitionsIn(whole.tree).length > 0) {
    const meant = decoded === text || !namesEntity(whole.tree) || read(decoded, entry, parameters);
    return typeof meant === "object" ? meant : { ...whole, notes: [] };
  }
  if (decoded !== text) return read(decoded, entry, parameters);
  const head = `function ${entry}(${parameters.join(", ")}) {\n`;
  if (/\breturn\b/.test(text)) {
    for (const wrapped of [`${head}${text.trimEnd()}\n}`, `${head}${text.trimEnd()}`]) {
      const body = parseSource(wrapped);
      if (body.status === "parsed" && returns(body.tree)) {
        return { ...body, notes: ["only a body: the function header was added"] };
      }
    }
  }
  const shortened = shorten(text);
  if (shortened !== undefined) return shortened;
  const sentence = inSentence(text);
  const inside = sentence === undefined ? undefined : parseSource(sentence);
  if (inside?.status === "parsed" && definitionsIn(inside.tree).length > 0) {
    return { ...inside, notes: ["the text around the code was removed"] };
  }
  if (whole.status === "parsed") return "it defines no function";
  return whole.cutOff
    ? "it is cut off before the function ends"
    : `it does not parse: ${whole.reason}`;
}

/** `a &lt; b` parses as code too: as `a & lt; b`. */
function namesEntity(tree: Program): boolean {
  return identifiersIn(tree).some(({ name }) => /^(?:lt|gt|amp|quot|apos)$/.test(name));
}

/** Whether the function that was created around a body has a return of its own. */
function returns(tree: Program): boolean {
  const body = definitionsIn(tree)[0]?.node.body;
  if (body?.type !== "BlockStatement") return false;
  // The returns of a nested class or function do not count.
  const own = body.body.filter(
    ({ type }) => type !== "ClassDeclaration" && type !== "FunctionDeclaration",
  );
  return own.some(({ type }) => type === "ReturnStatement" || COMPOUND.has(type));
}

/** Statements that may contain a return. */
const COMPOUND: ReadonlySet<string> = new Set([
  "IfStatement",
  "SwitchStatement",
  "ForStatement",
  "ForOfStatement",
  "ForInStatement",
  "WhileStatement",
  "DoWhileStatement",
  "TryStatement",
  "BlockStatement",
]);

/**
 * Removes lines before the first function and after the last line with which the text parses; if that
 * is not enough, closes open braces.
 */
function shorten(text: string): Readable | undefined {
  const lines = text.split("\n");
  const starts = [...lines.entries()]
    .filter(([, line]) =>
      /^\s*(?:export\s+(?:default\s+)?)?(?:async\s+)?(?:function\b|const\s|let\s|var\s)/.test(line),
    )
    .map(([index]) => index)
    .slice(0, 5);
  const attempts = Math.min(MAX_ATTEMPTS, Math.ceil(MAX_READ / text.length));
  let left = attempts;
  for (const start of starts) {
    for (let end = lines.length; end > start && left > 0; end--, left--) {
      const parsed = parseSource(lines.slice(start, end).join("\n"));
      if (parsed.status !== "parsed" || definitionsIn(parsed.tree).length === 0) continue;
      return {
        ...parsed,
        notes: [`${start + lines.length - end} lines around the code were removed`],
      };
    }
  }
  const start = starts[0];
  if (start === undefined) return undefined;
  left = attempts;
  for (let end = lines.length; end > start && left > 0; end--) {
    for (let braces = 1; braces <= 3 && left > 0; braces++, left--) {
      const parsed = parseSource(`${lines.slice(start, end).join("\n")}\n${"}".repeat(braces)}`);
      if (parsed.status !== "parsed") continue;
      const last = definitionsIn(parsed.tree).at(-1)?.node.body;
      // Statements after a return are dead code, so the truncated part has no effect.
      const returns =
        last?.type === "BlockStatement" && last.body.at(-1)?.type === "ReturnStatement";
      if (returns) return { ...parsed, notes: ["the end was cut off after the last return"] };
    }
  }
  return undefined;
}

function refused(reason: string): Extracted {
  return { status: "refused", reason };
}
