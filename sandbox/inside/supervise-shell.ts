/**
 * Runs a shell script once per input: arguments as positional parameters, the argument list as JSON
 * on standard input, standard output as the answer. Each input has its own process group.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import { writeFileSync } from "node:fs";
import {
  causeOf,
  endGroup,
  finish,
  type Guest,
  type SupervisorJob,
  type SupervisorSetup,
  send,
  sendReady,
  start,
  watchMemory,
} from "./supervise-common.ts";

export async function superviseShell(
  setup: SupervisorSetup,
  nextJob: Promise<SupervisorJob>,
): Promise<void> {
  sendReady();
  const job = await nextJob;
  const file = `${setup.scratch}/program.sh`;
  const script = `${setup.scriptFolder}/program.sh`;
  writeFileSync(file, job.source, { mode: 0o644 });
  const check = start([...setup.candidate, "-n", script], setup, 3);
  check.process.stdin?.end();
  if ((await check.ended).code !== 0) {
    const reason = check.tail().replaceAll(script, "program.sh");
    return finish({ kind: "refused", reason: reason || "the script does not parse" });
  }
  for (const input of job.inputs) {
    const begunAt = performance.now();
    // The previous run may have changed the script file.
    writeFileSync(file, job.source, { mode: 0o644 });
    const answer = await runOnce(setup, job, script, input);
    if (answer.kind === "crashed" || answer.kind === "out-of-memory") return finish(answer);
    send({ ...answer, wallMs: performance.now() - begunAt });
  }
  finish({ kind: "done" });
}

async function runOnce(
  setup: SupervisorSetup,
  job: SupervisorJob,
  script: string,
  input: string,
): Promise<Record<string, unknown>> {
  const args = (JSON.parse(input) as unknown[]).map((value) =>
    typeof value === "string" ? value : JSON.stringify(value),
  );
  let guest: Guest;
  try {
    guest = start([...setup.candidate, script, ...args], setup, 3, true);
  } catch (error) {
    return { kind: "threw", message: `the arguments do not fit: ${String(error)}` };
  }
  watchMemory(guest, setup.residentMiB);
  const parts: Buffer[] = [];
  let size = 0;
  guest.process.stdout?.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= job.outputBytes + 1) parts.push(chunk);
    else endGroup(guest);
  });
  guest.process.stdin?.end(input);
  const end = await guest.ended;
  // Processes that the script started are killed; output that it has written is still read.
  endGroup(guest);
  await new Promise<void>((resolve) => {
    if (guest.process.stdout?.readableEnded) return resolve();
    guest.process.stdout?.once("end", resolve);
    setTimeout(resolve, 200);
  });
  if (size > job.outputBytes + 1) {
    return { kind: "bad-output", reason: `the output is larger than ${job.outputBytes} bytes` };
  }
  if (end.signal !== null || (end.code ?? 0) !== 0) {
    const cause = causeOf(end, guest.tail());
    if (end.signal !== null || cause.kind === "out-of-memory") return cause;
    const tail = guest.tail().replaceAll(script, "program.sh").slice(-1_000);
    return { kind: "threw", message: `exit status ${end.code}${tail === "" ? "" : `: ${tail}`}` };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
    return { kind: "shell", text };
  } catch {
    return { kind: "bad-output", reason: "the output is not UTF-8 text" };
  }
}
