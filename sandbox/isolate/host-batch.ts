/**
 * The batch lane: programs of the total grammar, one after another in one long-lived isolate.
 *
 * The isolate contains the harness, compiled once, and the inputs, parsed once. Every program is
 * limited by the clock from outside and by fuel from inside. If an outcome is uncertain, the lane
 * reports `null` and the slot runs the program in the first lane. Neither the clock nor the fuel here
 * decides an outcome, so both lanes agree, and a run does not depend on their sizes.
 */
import ivm from "isolated-vm";
import { type BatchRealm, batchRealm } from "./batch-realm.ts";
import { resultOf } from "./host-results.ts";
import { runTrusted } from "./host-scripts.ts";
import type { Texts } from "./host-texts.ts";
import { withResultText } from "./result-text.ts";
import type { BatchRequest, Result } from "./wire.ts";

/**
 * Fuel in nodes per millisecond of the limit. Fast loops take millions of nodes in a millisecond, so an
 * endless one costs a small part of its limit here before the first lane gives it all of the limit.
 */
const FUEL_PER_MS = 100_000;
/** The rest is a margin: programs near the limit are measured in the first lane alone. */
const SHARE_OF_LIMIT = 0.5;
/** Programs after which the isolate is replaced, because their functions and feedback accumulate. */
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
  readonly inputKeys: string[];
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
        timeout: Math.ceil(timeoutMs * SHARE_OF_LIMIT),
      });
    } catch {
      // Time or memory ran out: the first lane finds out which, with its own watchdogs.
      dispose();
    }
    const wallMs = (performance.now() - started) / count;
    give(id, text === undefined ? null : resultsOf(text, wallMs, outputBytes), text?.length ?? 0);
  }
  if (done.length > 0) report(done);
}

function resultsOf(text: string, wallMs: number, outputBytes: number): readonly Result[] {
  return text.split("\0").map((each) => resultOf(each, wallMs, outputBytes));
}

function dispose(): void {
  if (lane !== undefined && !lane.isolate.isDisposed) lane.isolate.dispose();
  lane = undefined;
}

/** The lane with the programs of the request; undefined if they cannot be loaded. */
function openLane(request: BatchRequest, texts: Texts): Lane | undefined {
  const key = `${request.harness ?? ""} ${request.memoryMiB}`;
  if (lane !== undefined && (lane.key !== key || lane.programs >= RENEW_AFTER)) dispose();
  try {
    lane ??= newLane(key, request, texts);
    lane.programs += request.programs.length;
    if (!lane.inputKeys.includes(request.inputs)) {
      lane.inputs.applySync(undefined, [request.inputs, texts.get(request.inputs)]);
      // Like the realm, which also removes the oldest of more than eight.
      lane.inputKeys.push(request.inputs);
      if (lane.inputKeys.length > 8) lane.inputKeys.shift();
    }
    const list = request.programs.map(({ code }) => code).join(",\n");
    lane.realm.evalClosureSync(`"use strict"; $0([${list}]);`, [lane.accept.derefInto()], {
      timeout: request.timeoutMs,
    });
    return lane;
  } catch {
    // The harness does not load, or memory ran out: the first lane reports it for each program.
    dispose();
    return undefined;
  }
}

function newLane(key: string, request: BatchRequest, texts: Texts): Lane {
  const isolate = new ivm.Isolate({ memoryLimit: Math.max(16, request.memoryMiB) });
  try {
    const realm = isolate.createContextSync();
    const harness =
      request.harness === undefined ? "const harness = undefined;" : texts.get(request.harness);
    const text = `"use strict"; ${harness}\n${withResultText(batchRealm)}`;
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
      inputKeys: [],
      programs: 0,
    };
  } catch (error) {
    isolate.dispose();
    throw error;
  }
}
