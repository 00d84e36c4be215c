/**
 * The realm in which a JavaScript program runs: a new context without any object of Node's realm. It
 * uses the isolate driver's glue, so that all drivers have the same boundary.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox. A
 * context isolates nothing: the process and the container around it do.
 */
import { constants, createContext, Script } from "node:vm";
import { prelude } from "../isolate/prelude.ts";
import { type CandidateRealm, candidateRealm } from "../isolate/realm.ts";
import { prepareSource, refusalOf, repairSource } from "./program-text.ts";

/** State of sfc32, four 32-bit words. */
export type Words = readonly [number, number, number, number];

export interface Realm {
  readonly glue: CandidateRealm;
  /** Compiles and runs a script in the realm. */
  evaluate(source: string, filename: string): unknown;
  /** Runs pending promise jobs. */
  drain(): void;
}

export function createRealm(words: Words, outputBytes: number): Realm {
  const context = createContext(constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: true, wasm: false },
    microtaskMode: "afterEvaluate",
  });
  const evaluate = (source: string, filename: string): unknown =>
    new Script(source, { filename }).runInContext(context);
  const noOp = new Script("0", { filename: "drain.js" });
  const [a, b, c, counter] = words;
  const text = `"use strict"; (function (w0, w1, w2, w3, outputBytes) {
  (${prelude.toString()})(w0, w1, w2, w3);
  return (${candidateRealm.toString()})(outputBytes);
})`;
  const make = evaluate(text, "glue.js") as (...words: number[]) => CandidateRealm;
  const glue = make(a, b, c, counter, outputBytes);
  return { glue, evaluate, drain: () => void noOp.runInContext(context) };
}

/**
 * Loads a program as the isolate driver does: if it does not parse, it removes what language models
 * often add (a fence, types in JavaScript) and what only modules have, and tries again.
 *
 * @returns "" if it is loaded, or else a tagged string: `x` and the reason for the refusal, or `t`
 *   and what it threw.
 */
export function loadProgram(realm: Realm, source: string, entry: string, typed: boolean): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(entry)) return `x${entry} is not a valid function name`;
  const prepared = prepareSource(source, typed, entry);
  if (!prepared.ok) return `x${prepared.reason}`;
  let text = prepared.source;
  const problem = syntaxProblem(text);
  if (problem !== undefined) {
    const repaired = repairSource(text, entry);
    if (repaired === undefined || syntaxProblem(repaired) !== undefined) return `x${problem}`;
    text = repaired;
  }
  const loaded = realm.glue.load(text, entry);
  realm.drain();
  return loaded.startsWith("x") ? `x${refusalOf(loaded.slice(1), text, entry)}` : loaded;
}

/** Name and message and, if the stack contains them, line and column in the program. */
export function thrownText(tagged: string): string {
  const [message = "", stack = ""] = tagged.slice(1).split("\0", 2);
  const place = /<anonymous>:(\d+):(\d+)/.exec(stack);
  return place === null ? message : `${message} (line ${place[1]}, column ${place[2]})`;
}

function syntaxProblem(source: string): string | undefined {
  try {
    new Script(source, { filename: "program.js" });
    return undefined;
  } catch (error) {
    const { name, message, stack } = error as Error;
    const line = /^program\.js:(\d+)\n/.exec(stack ?? "")?.[1];
    return line === undefined ? `${name}: ${message}` : `${name}: ${message} (line ${line})`;
  }
}
