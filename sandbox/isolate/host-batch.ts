/**
 * The batch lane: programs of the total grammar, one after the other in one long-lived isolate.
 *
 * The isolate holds the harness, compiled once, and the inputs, parsed once. Every program has the
 * clock round it and fuel inside; whatever the lane is not sure of is given back as `null`, and the
 * slot sends it through the first lane.
 */
import ivm from "isolated-vm";
import { type BatchRealm, batchRealm } from "./batch-realm.ts";
import { resultOf } from "./host-results.ts";
import { runTrusted } from "./host-scripts.ts";
import type { Texts } from "./host-texts.ts";
import type { BatchRequest, Result } from "./wire.ts";

/** Nodes a program may pay per millisecond of its limit: an infinite loop ends well before it. */
const FUEL_PER_MS = 100_000;
/** Programs after which the isolate is replaced: their functions and feedback add up. */
const RENEW_AFTER = 2_000;
const FLUSH_MS = 10;
const FLUSH_CHARACTERS = 200_000;

type Programs = readonly (readonly [id: number, results: readonly Result[] | null])[];
type Runner = ivm.Reference<BatchRealm["run"]>;

interface Lane {
  readonly key: string;
  readonly isolate: ivm.Isolate;
  readonly realm: ivm.Context;
  readonly run: Runner;
  readonly accept: ivm.Reference<BatchRealm["accept"]>;
  readonly inputs: ivm.Reference<BatchRealm["inputs"]>;
  readonly held: string[];
  programs: number;
}

let lane: Lane | undefined;

export function runBatch(
  request: BatchRequest,
  texts: Texts,
  report: (programs: Programs) => void,
): void {
  const { programs, inputs, random, timeoutMs, outputBytes } = request;
  let done: [number, readonly Result[] | null][] = [];
  let size = 0;
  let flushed = performance.now();
  const give = (id: number, results: readonly Result[] | null, characters: number): void => {
    done.push([id, results]);
    size += characters;
    const now = performance.now();
    if (size < FLUSH_CHARACTERS && now - flushed < FLUSH_MS) return;
    report(done);
    done = [];
    size = 0;
    flushed = now;
  };

  const open = openLane(request, texts);
  const count = texts.list(inputs).length;
  for (const [index, { id }] of programs.entries()) {
    if (open === undefined || open.isolate.isDisposed) {
      give(id, null, 0);
      continue;
    }
    const started = performance.now();
    let text: string | undefined;
    try {
      text = open.run.applySync(undefined, [index, inputs, timeoutMs * FUEL_PER_MS, ...random], {
        timeout: timeoutMs,
      });
    } catch {
      // The clock, or memory: the first lane says which, with watchdogs of its own.
      retire();
    }
    const wallMs = (performance.now() - started) / count;
    give(id, text === undefined ? null : resultsOf(text, wallMs, outputBytes), text?.length ?? 0);
  }
  if (done.length > 0) report(done);
}

function resultsOf(text: string, wallMs: number, outputBytes: number): readonly Result[] {
  return text
    .split("\0")
    .map((each) => (each === "o" ? ["time"] : resultOf(each, wallMs, outputBytes)));
}

function retire(): void {
  if (lane !== undefined && !lane.isolate.isDisposed) lane.isolate.dispose();
  lane = undefined;
}

/** The lane with the programs of the request in it; undefined if they cannot be put there. */
function openLane(request: BatchRequest, texts: Texts): Lane | undefined {
  const key = `${request.harness ?? ""} ${request.memoryMiB}`;
  if (lane !== undefined && (lane.key !== key || lane.programs >= RENEW_AFTER)) retire();
  try {
    lane ??= newLane(key, request, texts);
    lane.programs += request.programs.length;
    if (!lane.held.includes(request.inputs)) {
      lane.inputs.applySync(undefined, [request.inputs, texts.get(request.inputs)]);
      // The realm forgets the oldest of eight likewise.
      lane.held.push(request.inputs);
      if (lane.held.length > 8) lane.held.shift();
    }
    const list = request.programs.map(({ code }) => code).join(",\n");
    lane.realm.evalClosureSync(`"use strict"; $0([${list}]);`, [lane.accept.derefInto()], {
      timeout: request.timeoutMs,
    });
    return lane;
  } catch {
    // A harness that does not load, or memory: the first lane tells it program by program.
    retire();
    return undefined;
  }
}

function newLane(key: string, request: BatchRequest, texts: Texts): Lane {
  const isolate = new ivm.Isolate({ memoryLimit: Math.max(16, request.memoryMiB) });
  try {
    const realm = isolate.createContextSync();
    const harness =
      request.harness === undefined ? "const harness = undefined;" : texts.get(request.harness);
    const text = `"use strict"; ${harness}\n;(${batchRealm.toString()})`;
    const opened: ivm.Reference<BatchRealm> = runTrusted<typeof batchRealm>(
      isolate,
      realm,
      text,
      "harness.js",
    ).applySync(undefined, [], { result: { reference: true } });
    return {
      key,
      isolate,
      realm,
      run: opened.getSync("run", { reference: true }),
      accept: opened.getSync("accept", { reference: true }),
      inputs: opened.getSync("inputs", { reference: true }),
      held: [],
      programs: 0,
    };
  } catch (error) {
    isolate.dispose();
    throw error;
  }
}
