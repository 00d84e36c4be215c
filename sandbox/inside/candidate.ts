/**
 * The process in which a JavaScript program runs: reads its job from descriptor 0, answers on 3.
 *
 * Without a harness, it calls the entry once per input. With a harness, it answers the harness's
 * calls; the harness and its input are in another process, which this one cannot read.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import { stripTypes } from "../../src/core/strip-types.ts";
import { readFrame, writeFrame, writeJsonFrames } from "./blocking.ts";
import { createRealm, loadProgram, type Realm, thrownText, type Words } from "./realm.ts";
import { type CallValue, decodeValues, encodeValues } from "./values.ts";

interface CandidateJob {
  readonly mode: "inputs" | "calls";
  readonly source: string;
  readonly typed: boolean;
  readonly entry: string;
  readonly words: Words;
  readonly inputs: readonly string[];
  readonly outputBytes: number;
}

const ANSWERS = 3;
const MAX_JOB_BYTES = 1 << 30;

// An unhandled rejection makes the call that caused it fail, like a thrown error.
const REJECTED = "ta promise was rejected and nothing handles it";
let rejected = false;
process.on("unhandledRejection", () => {
  rejected = true;
});

/** Runs the program's pending jobs and Node's rejection tracking; returns the call's outcome. */
async function settled(realm: Realm, tagged: string): Promise<string> {
  realm.drain();
  await new Promise(setImmediate);
  const outcome = rejected ? REJECTED : tagged;
  rejected = false;
  return outcome;
}

async function callInputs(realm: Realm, job: CandidateJob): Promise<void> {
  for (const input of job.inputs) {
    const tagged = await settled(realm, realm.glue.call(input));
    writeJsonFrames(ANSWERS, answerOf(tagged, job.outputBytes));
  }
  writeJsonFrames(ANSWERS, { kind: "done" });
}

/** One request per frame; the answer is a letter (value, threw, bad output) and the data. */
async function answerCalls(realm: Realm): Promise<void> {
  const { glue } = realm;
  for (;;) {
    const request = readFrame(0, MAX_JOB_BYTES);
    if (request === null) return;
    const values = decodeValues(request).map((value) => intoRealm(realm, value));
    const [a, b, c, d] = values;
    // An array of the program's realm: the entry must not get an object of Node's realm.
    const rest = values.length > 4 ? (realm.evaluate("[]", "list.js") as unknown[]) : [];
    if (values.length > 4) Array.prototype.push.apply(rest, values);
    const status = glue.invoke(values.length, a, b, c, d, rest);
    const { value, list, length, text } = glue.answer;
    const failure = await settled(realm, status === 2 ? text : "");
    if (failure !== "") writeFrame(ANSWERS, Buffer.from(failure));
    else {
      const result =
        status === 0 ? (value as CallValue) : Float64Array.from({ length }, (_, i) => list[i] ?? 0);
      writeFrame(ANSWERS, Buffer.concat([Buffer.from("v"), encodeValues([result])]));
    }
  }
}

function intoRealm(realm: Realm, value: CallValue): CallValue {
  if (!(value instanceof Float64Array)) return value;
  const copy = realm.glue.floats(value.length);
  Float64Array.prototype.set.call(copy, value);
  return copy;
}

/** Turns a tagged string of the glue into a frame. */
function answerOf(tagged: string, outputBytes: number): object {
  const body = tagged.slice(1);
  switch (tagged[0]) {
    case "r":
      return Buffer.byteLength(body) > outputBytes
        ? { kind: "bad-output", reason: `the output is larger than ${outputBytes} bytes` }
        : { kind: "result", text: body };
    case "t":
      return { kind: "threw", message: thrownText(tagged) };
    case "b":
      return { kind: "bad-output", reason: body };
    default:
      return { kind: "refused", reason: body };
  }
}

async function main(): Promise<void> {
  // Loading the type stripper takes longer than many programs, so it happens before their time starts.
  if (process.argv[1] === "typed") stripTypes("");
  writeJsonFrames(ANSWERS, { kind: "ready" });
  const frame = readFrame(0, MAX_JOB_BYTES);
  if (frame === null) return;
  const job = JSON.parse(frame.toString("utf8")) as CandidateJob;
  const realm = createRealm(job.words, job.outputBytes);
  const loaded = await settled(realm, loadProgram(realm, job.source, job.entry, job.typed));
  if (loaded.startsWith("t")) {
    // An error before the first call counts for every input.
    for (const _ of job.inputs) writeJsonFrames(ANSWERS, answerOf(loaded, job.outputBytes));
    writeJsonFrames(ANSWERS, { kind: "done" });
  } else if (loaded !== "") writeJsonFrames(ANSWERS, answerOf(loaded, job.outputBytes));
  else if (job.mode === "inputs") await callInputs(realm, job);
  else {
    writeJsonFrames(ANSWERS, { kind: "loaded" });
    await answerCalls(realm);
  }
}

await main();
// Do not wait for work that the program left pending.
process.exit(0);
