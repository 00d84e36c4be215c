/**
 * The process in which a JavaScript program runs: reads its job from descriptor 0, answers on 3.
 *
 * Alone, it calls the entry once per input. Beside a harness, it answers the harness's calls; the
 * harness and its input live in another process, which this one cannot read.
 *
 * Guest code: linked with the files beside it into one text and run inside the wall.
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

// A rejection that nothing handles is a failure of the call that left it, as a thrown error is.
const REJECTED = "ta promise was rejected and nothing handles it";
let rejected = false;
process.on("unhandledRejection", () => {
  rejected = true;
});

/** Lets the program's jobs and Node's bookkeeping of rejections run; gives what the call came to. */
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

/** One request a frame; the answer is a letter (value, threw, bad output) and its bytes. */
async function answerCalls(realm: Realm): Promise<void> {
  const { glue } = realm;
  for (;;) {
    const request = readFrame(0, MAX_JOB_BYTES);
    if (request === null) return;
    const values = decodeValues(request).map((value) => intoRealm(realm, value));
    const [a, b, c, d] = values;
    // A list of the realm's own: what is applied to the entry must not be Node's.
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

/** What a tagged string of the glue says, as a frame. */
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
  // Loading the stripper takes longer than many programs: not at the cost of their time.
  if (process.argv[1] === "typed") stripTypes("");
  writeJsonFrames(ANSWERS, { kind: "ready" });
  const frame = readFrame(0, MAX_JOB_BYTES);
  if (frame === null) return;
  const job = JSON.parse(frame.toString("utf8")) as CandidateJob;
  const realm = createRealm(job.words, job.outputBytes);
  const loaded = await settled(realm, loadProgram(realm, job.source, job.entry, job.typed));
  if (loaded.startsWith("t")) {
    // Whatever a program throws before its first call, every input has it.
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
// What the program left pending has no next turn.
process.exit(0);
