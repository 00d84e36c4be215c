/**
 * The arguments of a call, as a server or a model wrote them: JSON text, JSON text within a JSON
 * string, in a code block, `null` for none, or the objects of several calls one after the other.
 */
import type { Json } from "../../core/json.ts";
import { readRelaxedJson } from "./relaxed-json.ts";

type Arguments = { readonly [key: string]: Json };

export type ArgumentsRead =
  /** Of one call, or of several whose texts ran into each other; at least one. */
  | { readonly status: "read"; readonly calls: readonly [Arguments, ...Arguments[]] }
  | { readonly status: "unread"; readonly reason: string };

/** Strings within strings that are opened. */
const DEEPEST = 3;
/** What may stand behind a value without meaning anything. */
const END = /^(?:[\s;}\])]|<\/?[\w|]+>|<\|[^|>]*\|>)*$/;

export function readArguments(given: Json, depth = 0): ArgumentsRead {
  if (given === null) return { status: "read", calls: [{}] };
  if (isObject(given)) return { status: "read", calls: [given] };
  if (typeof given !== "string" || depth > DEEPEST) return unread("the arguments are no object");
  const fenced = /^```[\w-]*[ \t]*\n([\s\S]*?)\n?[ \t]*(?:```)?\s*$/.exec(given.trim());
  const text = (fenced?.[1] ?? given).trim();
  if (text === "") return { status: "read", calls: [{}] };
  const calls: Arguments[] = [];
  for (let at = 0; at < text.length; ) {
    const read = readRelaxedJson(text, at);
    if (read.status === "unread") return unread(read.reason);
    const inner = readArguments(read.value, depth + 1);
    if (inner.status === "unread") return inner;
    calls.push(...inner.calls);
    const rest = text.slice(read.end);
    if (END.test(rest)) break;
    const next = /^[\s,;]*(?=[{"'])/.exec(rest);
    if (next === null) return unread("text after the end of the arguments");
    at = read.end + next[0].length;
  }
  const [first = {}, ...more] = calls;
  return { status: "read", calls: [first, ...more] };
}

export function isObject(value: Json): value is Arguments {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function unread(reason: string): ArgumentsRead {
  return { status: "unread", reason };
}
