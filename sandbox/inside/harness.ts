/**
 * The process in which a harness runs: trusted code whose `candidate(...)` is a call into another
 * process. Reads its job and the candidate's answers from descriptor 0, writes calls to 4 and
 * results to 3. In a container its executable is not readable, so the kernel does not let other
 * processes of the same user access its memory and descriptors.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import { harnessRealm } from "../isolate/harness-realm.ts";
import type { CandidateRealm } from "../isolate/realm.ts";
import { withResultText } from "../isolate/result-text.ts";
import { readFrame, writeFrame, writeJsonFrames } from "./blocking.ts";
import { createRealm, thrownText, type Words } from "./realm.ts";
import { type CallValue, decodeValues, encodeValues } from "./values.ts";

interface HarnessJob {
  readonly source: string;
  readonly words: Words;
  readonly inputs: readonly string[];
  readonly outputBytes: number;
}

const RESULTS = 3;
const CALLS = 4;
const MAX_JOB_BYTES = 1 << 30;
const MAX_ANSWER_BYTES = 64 << 20;

/** The part of the candidate's glue that a harness uses; calls go to the candidate's process. */
function remoteCandidate(): CandidateRealm {
  const answer: CandidateRealm["answer"] = {
    value: undefined,
    list: new Float64Array(0),
    length: 0,
    text: "",
  };
  const unsupported = (): never => {
    throw new Error("only the candidate's process loads and calls its program");
  };
  return {
    load: unsupported,
    call: unsupported,
    floats: (length) => new Float64Array(length),
    answer,
    invoke: (count, a, b, c, d, rest) => {
      const values =
        count > 4 ? (rest as CallValue[]) : ([a, b, c, d].slice(0, count) as CallValue[]);
      writeFrame(CALLS, encodeValues(Array.from(values)));
      const reply = readFrame(0, MAX_ANSWER_BYTES);
      // The supervisor detects the candidate's end and reports the cause.
      if (reply === null) process.exit(0);
      const tagged = String.fromCharCode(reply[0] ?? 0);
      if (tagged !== "v") {
        const text = tagged === "t" || tagged === "b" ? reply.toString("utf8") : "";
        answer.text = text === "" ? "bthe candidate's process sent an invalid answer" : text;
        return 2;
      }
      const [value] = decodeValues(reply.subarray(1));
      if (!(value instanceof Float64Array)) {
        answer.value = value;
        return 0;
      }
      answer.list = value;
      answer.length = value.length;
      return 1;
    },
  };
}

function main(): void {
  const frame = readFrame(0, MAX_JOB_BYTES);
  if (frame === null) return;
  const job = JSON.parse(frame.toString("utf8")) as HarnessJob;
  const realm = createRealm(job.words, job.outputBytes);
  const refuse = (error: unknown): void => {
    const reason = `the harness does not load: ${String(error).slice(0, 300)}`;
    writeJsonFrames(RESULTS, { kind: "refused", reason });
  };
  let run: (inputText: string) => string;
  try {
    // The bridge is compiled in the scope of the harness's declaration.
    const text = `"use strict"; ${job.source}\n${withResultText(harnessRealm)}`;
    const make = realm.evaluate(text, "harness.js") as typeof harnessRealm;
    run = make(remoteCandidate(), ...job.words).run;
  } catch (error) {
    refuse(error);
    return;
  }
  for (const input of job.inputs) {
    const tagged = run(input);
    realm.drain();
    const body = tagged.slice(1);
    if (tagged.startsWith("t"))
      writeJsonFrames(RESULTS, { kind: "threw", message: thrownText(tagged) });
    else if (tagged.startsWith("b")) writeJsonFrames(RESULTS, { kind: "bad-output", reason: body });
    else if (Buffer.byteLength(body) > job.outputBytes) {
      const reason = `the output is larger than ${job.outputBytes} bytes`;
      writeJsonFrames(RESULTS, { kind: "bad-output", reason });
    } else writeJsonFrames(RESULTS, { kind: "result", text: body });
  }
  writeJsonFrames(RESULTS, { kind: "done" });
}

main();
process.exit(0);
