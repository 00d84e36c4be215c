/**
 * The tool calls of a reply out of their pieces. Servers number and name the pieces in their own
 * ways: indexes begin at 1, leave gaps, are equal or -1; ids are absent, empty, equal, or in each piece.
 */
import type { ModelToolCall } from "../../core/ports.ts";
import { readArguments } from "../calls-in-text/arguments.ts";
import { parseRelaxedJson } from "../calls-in-text/relaxed-json.ts";

export interface CallPiece {
  readonly index?: number | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly text: string;
  /** No piece of anything: a call by itself. */
  readonly whole: boolean;
}

export interface GatheredCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON text. */
  readonly text: string;
}

interface OpenCall {
  readonly index: number | undefined;
  id: string;
  name: string;
  text: string;
}

export function callGatherer(): {
  /** @returns Which call the piece belongs to, in the order in which they began; undefined for an empty one. */
  add(piece: CallPiece): number | undefined;
  calls(): readonly GatheredCall[];
} {
  const calls: OpenCall[] = [];

  const placeOf = ({ index, id = "", name = "", text, whole }: CallPiece): number | undefined => {
    if (whole) return undefined;
    const same = (call: OpenCall): boolean =>
      index !== undefined ? call.index === index : id === "" || call.id === id;
    const place = calls.findLastIndex(same);
    const call = calls[place];
    if (call === undefined) return undefined;
    const otherId = id !== "" && call.id !== "" && id !== call.id;
    if (otherId && name !== "") return undefined;
    // A name, or another id, after all of a call was said begins the next one.
    if ((name !== "" || otherId) && isWhole(call.text)) return undefined;
    const silent = call.text === "" && call.name !== "" && name !== "" && id === "";
    if (silent && (name !== call.name || (index === undefined && text === ""))) return undefined;
    return text === "" && name === "" && id === "" ? undefined : place;
  };

  return {
    add(piece) {
      const { id = "", name = "", text } = piece;
      if (id === "" && name === "" && text === "") return undefined;
      const known = placeOf(piece);
      const place = known ?? calls.push({ index: piece.index, id: "", name: "", text: "" }) - 1;
      const call = calls[place];
      if (call === undefined) return undefined;
      if (call.id === "") call.id = id;
      if (call.name === "") call.name = name;
      call.text += text;
      return place;
    },
    calls: () => calls,
  };
}

function isWhole(text: string): boolean {
  return /^\s*\{/.test(text) && parseRelaxedJson(text).status === "read";
}

/**
 * Calls with arguments as objects and an id of their own. Writing is repaired (quotes, commas); a
 * cut-off argument is not. Two objects under one name are two calls.
 *
 * @returns The calls, or why one of them cannot be read.
 */
export function readCalls(gathered: readonly GatheredCall[]): ModelToolCall[] | string {
  const ids = new Set<string>();
  const calls: ModelToolCall[] = [];
  for (const { id, name, text } of gathered) {
    if (name === "") return "a call without a name";
    const read = readArguments(text);
    if (read.status === "unread") return read.reason;
    for (const given of read.calls) {
      const own = id !== "" && !ids.has(id) ? id : freeId(ids, calls.length + 1);
      ids.add(own);
      calls.push({ id: own, name, arguments: given });
    }
  }
  return calls;
}

function freeId(taken: ReadonlySet<string>, from: number): string {
  let number = from;
  while (taken.has(`call_${number}`)) number++;
  return `call_${number}`;
}
