/**
 * The process between a program's processes and the host: starts them, passes the job in and the
 * answers out, and reports how they ended. In a container it is process 1, which nothing inside can
 * signal, and the only process with access to the host's stream: a program can forge its own
 * answers, but not a frame to the host.
 *
 * Takes its setup as the first argument and one job as a frame on standard input; writes frames to
 * standard output. The host enforces the wall clock.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import { encodeFrame, framePayload, frameReader, payloadReader } from "./frames.ts";
import {
  causeOf,
  closeInherited,
  endGroup,
  finish,
  type SupervisorJob,
  type SupervisorSetup,
  send,
  sendReady,
  start,
  watchMemory,
} from "./supervise-common.ts";
import { superviseSession } from "./supervise-session.ts";
import { superviseShell } from "./supervise-shell.ts";

const MAX_FRAME_BYTES = 1 << 30;
// Space in a frame for everything except an output.
const OVERHEAD_BYTES = 64 << 10;
// Forked processes may keep the pipes open: wait so long for answers after the end.
const LATE_ANSWERS_MS = 40;

function superviseProgram(setup: SupervisorSetup, nextJob: Promise<SupervisorJob>): void {
  const candidate = start(setup.candidate, setup, 4);
  watchMemory(candidate, setup.residentMiB);
  let over = false;
  const conclude = (value: unknown): void => {
    if (over) return;
    over = true;
    endGroup(candidate);
    finish(value);
  };
  const broken = (reason: string): void =>
    conclude({ kind: "crashed", reason: `the program wrote ${reason}` });
  let toHarness: ((payload: Buffer) => void) | null = null;
  let begunAt = 0;
  let mostBytes = OVERHEAD_BYTES;
  let mostAnswers = 0;
  let withHarness = false;
  /** Inputs of a candidate that gets them one by one, and whether one is unanswered. */
  let waiting: string[] = [];
  let answering = false;

  const onAnswer = (value: unknown): void => {
    const answer = (value ?? {}) as { kind?: unknown };
    if (over) return;
    const now = performance.now();
    const last =
      answer.kind === "done" || answer.kind === "refused" || answer.kind === "out-of-memory";
    if (last) {
      conclude(answer);
      return;
    }
    mostAnswers -= 1;
    answering = false;
    if (mostAnswers < 0) {
      broken("more answers than it had inputs");
      return;
    }
    send({ ...answer, wallMs: now - begunAt });
    begunAt = now;
  };
  const jobDone = nextJob.then((job) => {
    begunAt = performance.now();
    mostAnswers = job.inputs.length;
    // An output's text is a JSON string in a frame, where one byte can become six.
    mostBytes = OVERHEAD_BYTES + 6 * job.outputBytes;
    withHarness = job.harness !== null;
    const mode = job.harness === null ? "inputs" : "calls";
    const stepwise = setup.stepwise && mode === "inputs";
    if (stepwise) waiting = [...job.inputs];
    const inputs = mode === "inputs" && !stepwise ? job.inputs : [];
    candidate.process.stdin?.write(
      encodeFrame({ ...job, harness: null, inputs, count: job.inputs.length, mode }),
    );
    return job;
  });
  const giveNext = (): void => {
    const text = waiting.shift();
    if (answering || text === undefined) {
      broken("a request for an input out of turn");
      return;
    }
    answering = true;
    begunAt = performance.now();
    candidate.process.stdin?.write(encodeFrame(text));
  };
  const read = frameReader(
    MAX_FRAME_BYTES,
    (value) => {
      const result = (value as { kind?: unknown } | null)?.kind === "result";
      // With a harness, only the harness sends results.
      if (withHarness && result) broken("an answer in its harness's name");
      else onAnswer(value);
    },
    broken,
  );
  const fromCandidate = payloadReader(
    () => mostBytes,
    (payload) => {
      if (toHarness !== null) return toHarness(payload);
      let kind: unknown;
      try {
        kind =
          payload.length < 64
            ? (JSON.parse(payload.toString("utf8")) as { kind?: unknown }).kind
            : "";
      } catch {
        return broken("a frame that is not JSON");
      }
      if (kind === "ready") return sendReady();
      if (kind === "next") return giveNext();
      if (kind === "loaded") return void jobDone.then(beginHarness);
      read(framePayload(payload));
    },
    broken,
  );
  (candidate.process.stdio[3] as NodeJS.ReadableStream).on("data", fromCandidate);

  const beginHarness = (job: SupervisorJob): void => {
    if (job.harness === null || toHarness !== null) {
      broken("a frame out of turn");
      return;
    }
    const harness = start(setup.harness, setup, 5);
    toHarness = (payload) => void harness.process.stdin?.write(framePayload(payload));
    harness.process.stdin?.write(encodeFrame({ ...job, source: job.harness }));
    (harness.process.stdio[4] as NodeJS.ReadableStream).on("data", (chunk: Buffer) =>
      candidate.process.stdin?.write(chunk),
    );
    const results = frameReader(MAX_FRAME_BYTES, onAnswer, broken);
    (harness.process.stdio[3] as NodeJS.ReadableStream).on("data", results);
    harness.ended.then((end) => {
      setTimeout(() => conclude(causeOf(end, harness.tail())), LATE_ANSWERS_MS * 2);
    });
  };
  candidate.ended.then((end) => {
    setTimeout(() => conclude(causeOf(end, candidate.tail())), LATE_ANSWERS_MS);
  });
}

function main(): void {
  closeInherited();
  const setup = JSON.parse(process.argv[1] ?? "") as SupervisorSetup;
  let deliver: (job: SupervisorJob) => void = () => undefined;
  const nextJob = new Promise<SupervisorJob>((resolve) => {
    deliver = resolve;
  });
  let onFrame = (value: unknown): void => deliver(value as SupervisorJob);
  if (setup.role === "program") superviseProgram(setup, nextJob);
  else if (setup.role === "shell") superviseShell(setup, nextJob);
  else onFrame = superviseSession(setup);
  const read = frameReader(
    MAX_FRAME_BYTES,
    // When process 1 of a container exits, all its processes end: faster than using the engine.
    (value) => ((value as { kind?: unknown }).kind === "stop" ? process.exit(0) : onFrame(value)),
    () => process.exit(2),
  );
  process.stdin.on("data", read);
  // The host has closed the stream: nobody waits for an answer.
  process.stdin.on("end", () => process.exit(0));
}

main();
