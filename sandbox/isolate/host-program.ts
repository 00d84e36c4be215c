/**
 * The first lane: runs one program of any kind in a new isolate with its own realm, and a second
 * realm for the harness if there is one.
 *
 * The outcome of an input is determined by the clock and by whether the isolate still exists, never
 * by the text of an error, because a program can write any text.
 */
import ivm from "isolated-vm";
import { prepareSource, refusalOf, repairSource } from "../inside/program-text.ts";
import { syntaxError } from "../source.ts";
import { type HarnessRealm, harnessRealm } from "./harness-realm.ts";
import { resultOf, thrown } from "./host-results.ts";
import { runTrusted } from "./host-scripts.ts";
import type { Texts } from "./host-texts.ts";
import { prelude } from "./prelude.ts";
import { type CandidateRealm, candidateRealm } from "./realm.ts";
import { withResultText } from "./result-text.ts";
import { endsProgram, type Result, type RunRequest } from "./wire.ts";

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const GLUE = `"use strict"; (function (w0, w1, w2, w3, outputBytes) {
  (${prelude.toString()})(w0, w1, w2, w3);
  return (${candidateRealm.toString()})(outputBytes);
})`;
const HARNESS = withResultText(harnessRealm);

type Caller = ivm.Reference<(text: string) => string>;

export function runProgram(
  request: RunRequest,
  texts: Texts,
  report: (at: number, result: Result) => void,
): void {
  const inputs = texts.list(request.inputs);
  const isolate = new ivm.Isolate({ memoryLimit: Math.max(8, request.memoryMiB) });
  try {
    const open = openProgram(isolate, request, texts);
    if ("ended" in open) {
      // What happens before the first call counts for every input.
      for (let at = 0; at < inputs.length; at++) {
        report(at, open.ended);
        if (endsProgram(open.ended)) break;
      }
      return;
    }
    for (const [at, input] of inputs.entries()) {
      const started = performance.now();
      const result = guarded(isolate, open.deadline, (timeout) =>
        open.call.applySync(undefined, [input], { timeout }),
      );
      const outcome: Result =
        typeof result === "string"
          ? resultOf(result, performance.now() - started, request.outputBytes)
          : result;
      report(at, outcome);
      if (endsProgram(outcome)) return;
    }
  } finally {
    if (!isolate.isDisposed) isolate.dispose();
  }
}

type Opened = { readonly call: Caller; readonly deadline: number } | { readonly ended: Result };

function openProgram(isolate: ivm.Isolate, request: RunRequest, texts: Texts): Opened {
  const { entry, random, outputBytes, timeoutMs } = request;
  if (!IDENTIFIER.test(entry))
    return { ended: ["refused", `${entry} is not a valid function name`] };
  const prepared = prepareSource(request.source, request.typed, entry);
  if (!prepared.ok) return { ended: ["refused", prepared.reason] };

  const realm = isolate.createContextSync();
  const glue: ivm.Reference<CandidateRealm> = runTrusted<(...words: number[]) => CandidateRealm>(
    isolate,
    realm,
    GLUE,
    "glue.js",
  ).applySync(undefined, [...random, outputBytes], { result: { reference: true } });
  // The harness is trusted: it is loaded before the candidate's clock starts.
  let run: Caller | undefined;
  if (request.harness !== undefined) {
    const opened = openHarness(isolate, glue, texts.get(request.harness), random);
    if ("ended" in opened) return opened;
    run = opened.run;
  }

  const deadline = performance.now() + timeoutMs;
  const load = glue.getSync("load", { reference: true });
  const attempt = (source: string): string | Result =>
    guarded(isolate, deadline, (timeout) =>
      load.applySync(undefined, [source, entry], { timeout }),
    );
  let loaded = attempt(prepared.source);
  if (typeof loaded === "string" && loaded.startsWith("t")) {
    // A source that does not parse has run nothing: the realm is unchanged.
    const fault = syntaxError(prepared.source);
    const repaired = fault === undefined ? undefined : repairSource(prepared.source, entry);
    if (repaired !== undefined) loaded = attempt(repaired);
    const still = repaired === undefined ? fault : syntaxError(repaired);
    if (still !== undefined) return { ended: ["refused", fault ?? still] };
  }
  if (typeof loaded !== "string") return { ended: loaded };
  if (loaded.startsWith("t"))
    return { ended: thrown(loaded, performance.now() - deadline + timeoutMs) };
  if (loaded !== "") {
    return { ended: ["refused", refusalOf(loaded.slice(1), prepared.source, entry)] };
  }
  return { call: run ?? glue.getSync("call", { reference: true }), deadline };
}

function openHarness(
  isolate: ivm.Isolate,
  glue: ivm.Reference<CandidateRealm>,
  source: string,
  random: RunRequest["random"],
): { readonly run: Caller } | { readonly ended: Result } {
  try {
    const realm = isolate.createContextSync();
    const opened: ivm.Reference<HarnessRealm> = runTrusted<typeof harnessRealm>(
      isolate,
      realm,
      `"use strict"; ${source}\n${HARNESS}`,
      "harness.js",
    ).applySync(undefined, [glue.derefInto(), ...random] as never, { result: { reference: true } });
    return { run: opened.getSync("run", { reference: true }) };
  } catch (error) {
    // No untrusted code has run yet, so this text comes from V8.
    return { ended: ["refused", `the harness does not load: ${String(error).slice(0, 300)}`] };
  }
}

/** The result of the work, or how it ended. */
function guarded(
  isolate: ivm.Isolate,
  deadline: number,
  work: (timeout: number) => string,
): string | Result {
  const left = Math.ceil(deadline - performance.now());
  if (left <= 0) return ["time"];
  try {
    return work(left);
  } catch {
    if (isolate.isDisposed) return ["memory"];
    if (performance.now() >= deadline - 1) return ["time"];
    // The glue catches everything that is thrown, so this is an unhandled rejection.
    return ["threw", "a promise was rejected and nothing handles it", 0];
  }
}
