/**
 * A sandbox driver of your own: any object with these members will do. This one starts a Node process
 * without rights for each job. It is here to show the form; the drivers that ship hold far more.
 *
 *   npm run -s toolwright -- sandbox run examples/07-own-sandbox/primes.js --args '[30]' --sandbox ./examples/07-own-sandbox/driver.mjs
 *   npm run -s toolwright -- sandbox run examples/07-own-sandbox/endless.js --args '[]' --timeout-ms 500 --sandbox ./examples/07-own-sandbox/driver.mjs
 *
 * The first command prints the primes below 30. The second one ends after half a second with the
 * status "timed-out". `sandbox: ./driver.mjs` in toolwright.config.yaml makes it the default of a
 * folder. What a driver has to do is written in src/core/ports/sandbox.ts.
 */
import { spawn } from "node:child_process";

/** Runs inside: reads the job on standard input, answers one execution for each input. */
const INSIDE = `
let job = "";
process.stdin.on("data", (chunk) => { job += chunk; }).on("end", () => {
  const { source, entry, inputs, outputBytes, seed } = JSON.parse(job);
  let state = seed >>> 0;
  Math.random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  let call;
  const answers = inputs.map((input) => {
    const start = performance.now();
    try {
      call ??= new Function(source + ";return " + entry)();
      const text = JSON.stringify(call(...input));
      if (text === undefined) return { status: "bad-output", reason: "no JSON value" };
      if (text.length > outputBytes) return { status: "bad-output", reason: "too long" };
      return { status: "returned", output: JSON.parse(text), wallMs: performance.now() - start };
    } catch (error) {
      return { status: "threw", message: String(error), wallMs: performance.now() - start };
    }
  });
  process.stdout.write(JSON.stringify(answers));
});`;

/** @returns One execution for each input, whatever the program does. */
function run({ program, inputs, harness, limits, seed }, signal) {
  const all = (execution) => inputs.map(() => execution);
  if (harness !== undefined) {
    return Promise.resolve(all({ status: "refused", reason: "this driver runs no harness" }));
  }
  const flags = ["--permission", `--max-old-space-size=${limits.memoryMiB}`, "--eval", INSIDE];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, flags, { env: {}, stdio: ["pipe", "pipe", "ignore"] });
    const clock = setTimeout(() => end("timed-out"), limits.timeoutMs);
    const cancel = () => end("canceled");
    signal.addEventListener("abort", cancel, { once: true });
    let how = "ended";
    let printed = "";
    const end = (reason) => {
      how = reason;
      child.kill("SIGKILL");
    };
    child.stdout.on("data", (chunk) => {
      printed += chunk;
    });
    child.stdin.on("error", () => {}); // It died before it had read everything.
    child.stdin.end(JSON.stringify({ ...program, inputs, seed, outputBytes: limits.outputBytes }));
    child.on("close", (status) => {
      clearTimeout(clock);
      signal.removeEventListener("abort", cancel);
      if (how === "canceled") reject(signal.reason);
      else if (how === "timed-out") resolve(all({ status: how, limitMs: limits.timeoutMs }));
      else if (status === 0) resolve(JSON.parse(printed));
      else resolve(all({ status: "crashed", reason: `the process ended with ${status}` }));
    });
  });
}

export const sandbox = {
  name: "plain-process",
  capabilities: {
    languages: ["javascript"],
    network: false,
    files: "none",
    packages: [],
    stateful: false,
    holds: ["A program has no environment, and dies when its time is over."],
    doesNotHold: [
      "Node calls its permissions no wall against hostile code.",
      "It runs no harness.",
    ],
    prompt: "Programs are JavaScript without imports, files or network.",
  },
  run,
  runBatch: ({ programs, ...job }, signal) =>
    Promise.all(programs.map((program) => run({ ...job, program }, signal))),
  close: async () => {},
};
