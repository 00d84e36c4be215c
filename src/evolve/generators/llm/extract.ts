/**
 * The function out of any reply: prose around it, several code blocks, TypeScript types, an arrow,
 * another name, a bare body, a cut-off end.
 *
 * Gives a whole program (the function under the kernel's name, with the helpers that it uses), or
 * the reason why there is none. What is missing is never made up: a cut-off function counts only
 * if it returns before the cut.
 */
import type { Program } from "acorn";
import { withoutReasoning } from "../../../core/text/reasoning.ts";
import { type Extracted, selectProgram } from "./select-program.ts";
import { definitionsIn, identifiersIn, parseSource } from "./source.ts";
import { inSentence, unwrap, withoutEntities } from "./unwrap.ts";

export interface ExtractOptions {
  /** The reply was asked for `<entry>_v<version>`; lower versions are ancestors. */
  readonly version?: number;
}

/** Longer replies are refused: no kernel is that long, and the work stays bounded. */
const LONGEST = 100_000;
/** Attempts to parse a shortened text, and characters that they may read in all. */
const ATTEMPTS = 300;
const READING = 2_000_000;
/** Code blocks of a reply that are looked at, the last ones. */
const BLOCKS = 30;

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
  if (reply.length > LONGEST) return refused(`the reply is longer than ${LONGEST} characters`);
  const blocks = codeBlocks(reply);
  const texts = (blocks.length > 0 ? blocks : [withoutReasoning(reply)]).map(unwrap);
  // The last word counts: models show the old code first and the new one after it.
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

/** The words before the first code, at most 500 characters: a model's thought. */
export function thoughtIn(reply: string): string | undefined {
  const before =
    withoutReasoning(reply).split(/```|<<<<<<<|^(?:export |async )?(?:function|const|let) /m)[0] ??
    "";
  const thought = before.replace(/^\s*(?:\*\*)?thought(?:\*\*)?:/i, "").trim();
  return thought === "" ? undefined : thought.slice(0, 500);
}

/** Insides of fenced blocks; the last one may lack its end. */
function codeBlocks(reply: string): string[] {
  const blocks: string[] = [];
  for (const match of withoutReasoning(reply).matchAll(
    /^[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)(?:^[ \t]*\1|(?![\s\S]))/gm,
  )) {
    if (match[2] !== undefined && match[2].trim() !== "") blocks.push(match[2]);
  }
  return blocks.slice(-BLOCKS);
}

/** 3: defines what was asked for. 2: the entry. 1: some version or a function. 0: neither. */
function rank(text: string, entry: string, version: number | undefined): number {
  const defines = (name: string): boolean =>
    new RegExp(`(?:function\\*?\\s+|(?:const|let|var)\\s+)${inPattern(name)}\\b`).test(text);
  if (version !== undefined && defines(`${entry}_v${version}`)) return 3;
  if (defines(entry)) return 2;
  return /\bfunction\b|=>|\breturn\b/.test(text) ? 1 : 0;
}

/** Names may hold `$`. */
function inPattern(name: string): string {
  return name.replace(/\$/g, "\\$");
}

/** A text that parses and defines a function, with what had to be cut; else the reason. */
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
        return { ...body, notes: ["only a body: the head was added"] };
      }
    }
  }
  const shortened = shorten(text);
  if (shortened !== undefined) return shortened;
  const sentence = inSentence(text);
  const inside = sentence === undefined ? undefined : parseSource(sentence);
  if (inside?.status === "parsed" && definitionsIn(inside.tree).length > 0) {
    return { ...inside, notes: ["the words around it were cut"] };
  }
  if (whole.status === "parsed") return "it defines no function";
  return whole.cutOff
    ? "it is cut off before the function ends"
    : `it does not parse: ${whole.reason}`;
}

/** `a &lt; b` can be read as code: as the bits of `a` and of a variable `lt`. */
function namesEntity(tree: Program): boolean {
  return identifiersIn(tree).some(({ name }) => /^(?:lt|gt|amp|quot|apos)$/.test(name));
}

/** Whether the one function that was put around a body gives anything back by itself. */
function returns(tree: Program): boolean {
  const body = definitionsIn(tree)[0]?.node.body;
  if (body?.type !== "BlockStatement") return false;
  // A class or a function that stands there in the body's place returns nothing from it.
  const own = body.body.filter(
    ({ type }) => type !== "ClassDeclaration" && type !== "FunctionDeclaration",
  );
  return own.some(({ type }) => type === "ReturnStatement" || COMPOUND.has(type));
}

/** Statements that may hold a return. */
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

/** Cuts lines before the first function and after the last that parses; then closes what is open. */
function shorten(text: string): Readable | undefined {
  const lines = text.split("\n");
  const starts = [...lines.entries()]
    .filter(([, line]) =>
      /^\s*(?:export\s+(?:default\s+)?)?(?:async\s+)?(?:function\b|const\s|let\s|var\s)/.test(line),
    )
    .map(([index]) => index)
    .slice(0, 5);
  const most = Math.min(ATTEMPTS, Math.ceil(READING / text.length));
  let left = most;
  for (const start of starts) {
    for (let end = lines.length; end > start && left > 0; end--, left--) {
      const parsed = parseSource(lines.slice(start, end).join("\n"));
      if (parsed.status !== "parsed" || definitionsIn(parsed.tree).length === 0) continue;
      return { ...parsed, notes: [`${start + lines.length - end} lines around the code were cut`] };
    }
  }
  const start = starts[0];
  if (start === undefined) return undefined;
  left = most;
  for (let end = lines.length; end > start && left > 0; end--) {
    for (let braces = 1; braces <= 3 && left > 0; braces++, left--) {
      const parsed = parseSource(`${lines.slice(start, end).join("\n")}\n${"}".repeat(braces)}`);
      if (parsed.status !== "parsed") continue;
      const last = definitionsIn(parsed.tree).at(-1)?.node.body;
      // Statements after a return are dead, so nothing that was cut off could have mattered.
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
