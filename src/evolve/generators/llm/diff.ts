/**
 * SEARCH/REPLACE edits and the evolve region.
 *
 * The evolve region is between comment lines with EVOLVE-BLOCK-START and EVOLVE-BLOCK-END. If a
 * program has one, only the region may change: edits outside it are refused, and rewrites are put
 * into it.
 */
import type { Extracted } from "./select-program.ts";
import { definitionsIn, parseSource, requiredParameters } from "./source.ts";

export type Edited =
  | { readonly status: "edited"; readonly source: string }
  | { readonly status: "refused"; readonly reason: string };

const START = "EVOLVE-BLOCK-START";
const END = "EVOLVE-BLOCK-END";

/** For prompts: the names of the marker lines, or empty if the program has no region. */
export function regionNote(source: string): string {
  return evolveRegion(source) === undefined ? "" : `the lines ${START} and ${END}`;
}

/** Positions between the marker lines; undefined without markers. A single marker bounds one side. */
function evolveRegion(source: string): { start: number; end: number } | undefined {
  const opened = source.indexOf(START);
  const closed = source.lastIndexOf(END);
  if (opened === -1 && closed === -1) return undefined;
  const after = opened === -1 ? 0 : source.indexOf("\n", opened) + 1;
  const before = closed === -1 ? source.length : source.lastIndexOf("\n", closed) + 1;
  return { start: after, end: Math.max(after, before) };
}

interface Block {
  readonly search: string;
  readonly replace: string;
}

/**
 * The edit blocks of a reply, in order. Marker lines may be indented and contain other words. The end
 * marker is required, else a truncated block would delete code.
 */
function editBlocks(reply: string): readonly Block[] {
  return [
    ...reply
      .replace(/\r\n?/g, "\n")
      .matchAll(
        /^[ \t]*<{5,9}(?!<)[^\n]*\n(?<search>[\s\S]*?)^[ \t]*={5,9}[ \t]*\n(?<replace>[\s\S]*?)^[ \t]*>{5,9}(?!>)/gm,
      ),
  ].map(({ groups }) => ({
    search: withoutFence(groups?.search ?? ""),
    replace: withoutFence(groups?.replace ?? ""),
  }));
}

/** Whether a reply has an edit block. */
export function hasEdits(reply: string): boolean {
  return editBlocks(reply).length > 0;
}

/** Removes a code fence around the text of a block. */
function withoutFence(text: string): string {
  return (
    /^\s*```[^\n]*\n(?<inside>[\s\S]*?)^[ \t]*```[ \t]*\n?$/m.exec(text)?.groups?.inside ?? text
  );
}

/**
 * Applies all blocks of a reply in order, or none.
 *
 * A SEARCH text must occur exactly once: as exact text, else line by line without indentation. The
 * result must parse and still define `entry` with at most `arity` required arguments.
 */
export function applyDiff(source: string, reply: string, entry: string, arity: number): Edited {
  const blocks = editBlocks(reply);
  if (blocks.length === 0) return refused("there is no SEARCH/REPLACE block in it");
  let edited = source;
  for (const [index, { search, replace }] of blocks.entries()) {
    const label = blocks.length === 1 ? "the SEARCH text" : `the SEARCH text of block ${index + 1}`;
    if (search.trim() === "") return refused(`${label} is empty`);
    const places = occurrences(edited, search);
    const place = places[0];
    if (place === undefined) {
      return refused(`${label} does not occur in the program; copy its lines exactly`);
    }
    if (places.length > 1) {
      return refused(`${label} occurs ${places.length} times; add lines so that it is unique`);
    }
    const region = evolveRegion(edited);
    if (region !== undefined && (place.start < region.start || place.end > region.end)) {
      return refused(
        `${label} is outside the lines ${START} and ${END}; change only the code between them`,
      );
    }
    if (/EVOLVE-BLOCK-(?:START|END)/.test(replace)) {
      return refused("the REPLACE text contains a marker of the region");
    }
    edited = `${edited.slice(0, place.start)}${replace}${edited.slice(place.end)}`;
  }
  if (edited.replace(/\s+/g, "") === source.replace(/\s+/g, "")) {
    return refused("it changes nothing");
  }
  return checked(edited, entry, arity);
}

/** Puts a rewritten function into the parent's region; without a region it is the program. */
export function graft(
  parent: string,
  reply: string,
  extracted: Extracted,
  entry: string,
  arity: number,
): Edited {
  const region = evolveRegion(parent);
  if (region === undefined) {
    return extracted.status === "found"
      ? { status: "edited", source: extracted.source }
      : extracted;
  }
  const put = (inside: string): Edited =>
    checked(
      `${parent.slice(0, region.start)}${inside.trimEnd()}\n${parent.slice(region.end)}`,
      entry,
      arity,
    );
  const whole = parseSource(parent);
  const entryInRegion =
    whole.status === "parsed" &&
    definitionsIn(whole.tree).some(
      ({ name, start, end }) => name === entry && start >= region.start && end <= region.end,
    );
  if (entryInRegion) return extracted.status === "found" ? put(extracted.source) : extracted;
  const answered = evolveRegion(reply);
  return answered === undefined
    ? refused(`it has no lines ${START} and ${END}; change only the code between them`)
    : put(reply.slice(answered.start, answered.end));
}

/** The program without types, if it parses and defines the entry. */
function checked(source: string, entry: string, arity: number): Edited {
  const parsed = parseSource(source);
  if (parsed.status === "broken")
    return refused(`after the edit the program does not parse: ${parsed.reason}`);
  const definition = definitionsIn(parsed.tree).findLast(({ name }) => name === entry);
  if (definition === undefined)
    return refused(`after the edit the program does not define ${entry}`);
  const needed = requiredParameters(definition.node.params);
  if (needed > arity) {
    return refused(`${entry} gets ${arity} arguments, but the program requires ${needed}`);
  }
  return { status: "edited", source: parsed.source };
}

function occurrences(source: string, search: string): { start: number; end: number }[] {
  const exact: { start: number; end: number }[] = [];
  for (let at = source.indexOf(search); at !== -1; at = source.indexOf(search, at + 1)) {
    exact.push({ start: at, end: at + search.length });
  }
  return exact.length > 0 ? exact : looseOccurrences(source, search);
}

/** Complete lines that are equal except for spaces at their ends. */
function looseOccurrences(source: string, search: string): { start: number; end: number }[] {
  const wanted = search
    .replace(/^\s*\n|\n\s*$/g, "")
    .split("\n")
    .map((line) => line.trim());
  const lines = source.split("\n");
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  return lines.flatMap((_, first) => {
    const same = wanted.every((line, offset) => lines[first + offset]?.trim() === line);
    if (!same) return [];
    const end = starts[first + wanted.length] ?? source.length;
    return [{ start: starts[first] ?? 0, end }];
  });
}

function refused(reason: string): Edited {
  return { status: "refused", reason };
}
