/**
 * Runs one command in a container of any image that the engine has, with the same confinement as
 * programs: no network, a read-only root, an unprivileged user, limits. No supervisor runs in it:
 * only its output and its exit status are known.
 */
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { systemClock } from "../../src/core/clock.ts";
import type { Command } from "../../src/core/command.ts";
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Execution, Limits } from "../../src/core/execution.ts";
import { type Job, PYTHON_MAIN, resultOf, variablesOf } from "../commands/scripts.ts";
import { ALL_STREAMS, createConfined, DEFAULT_ALLOWANCE } from "./confinement.ts";
import { connectEngine } from "./engine.ts";
import { inspectImage } from "./image/build.ts";
import { ownerOf, removeContainer } from "./owner.ts";

const ERROR_CHARACTERS = 1_000;

/** Why the image is not available; undefined if the engine has it. Images are never pulled. */
export async function imageMissing(image: string): Promise<string | undefined> {
  const engine = await connectEngine();
  const found = await inspectImage(engine, image);
  return found === undefined
    ? `the container engine has no image "${image}": docker pull ${image}`
    : undefined;
}

/**
 * @throws SandboxUnavailableError if no engine answers or it cannot start the container.
 * @throws the signal's reason, after the container is removed.
 */
export async function runInImage(
  command: Command,
  job: Job,
  limits: Limits,
  signal: AbortSignal,
): Promise<Execution> {
  signal.throwIfAborted();
  const engine = await connectEngine();
  const container = await createContainer(engine, command, job, limits);
  let cause: "timed-out" | "output" | "abort" | undefined;
  const stop = (why: typeof cause): void => {
    cause ??= why;
    container.kill().catch(() => undefined); // It has ended already.
  };
  const onAbort = (): void => stop("abort");
  let timer: NodeJS.Timeout | undefined;
  try {
    const stream = await container.attach(ALL_STREAMS);
    const output = collect(limits.outputBytes + 1, () => stop("output"));
    const errors = collect(64_000, () => undefined);
    container.modem.demuxStream(stream, output.stream, errors.stream);
    const closed = new Promise<void>((resolve) => {
      stream.on("end", resolve);
      stream.on("close", resolve);
    });
    await container.start();
    const begunAt = performance.now();
    timer = setTimeout(() => stop("timed-out"), limits.timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    stream.end(inputOf(command, job));
    const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
    const wallMs = performance.now() - begunAt;
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 200))]);
    if (cause === "abort") throw signal.reason;
    if (cause === "timed-out") return { status: "timed-out", limitMs: limits.timeoutMs };
    if (cause === "output") {
      const reason = `the output is larger than ${limits.outputBytes} bytes`;
      return { status: "bad-output", reason };
    }
    if ((await container.inspect()).State.OOMKilled) {
      return { status: "out-of-memory", limitMiB: limits.memoryMiB };
    }
    if (StatusCode !== 0) {
      const tail = errors.text().trim().slice(-ERROR_CHARACTERS);
      const message = `exit status ${StatusCode}${tail === "" ? "" : `: ${tail}`}`;
      return { status: "threw", message, wallMs };
    }
    return resultOf(output.text(), command.output, wallMs);
  } catch (error) {
    if (cause === "abort") throw signal.reason;
    throw lost(command, error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    await removeContainer(engine, container.id).catch(() => undefined);
  }
}

async function createContainer(
  engine: Docker,
  command: Command,
  job: Job,
  limits: Limits,
): Promise<Docker.Container> {
  const allowance = {
    ...DEFAULT_ALLOWANCE,
    ociRuntime: undefined,
    owner: ownerOf() ?? "unknown",
    deadlineMs: systemClock.now() + limits.timeoutMs + 60_000,
  };
  const python = command.executor === "python";
  const variables = python ? [] : Object.entries(variablesOf(job));
  const contents = {
    image: command.image ?? "",
    entrypoint: [],
    command: python ? ["python3", "-c", PYTHON_MAIN] : ["/bin/sh", "-c", command.command],
    environment: variables.map(([name, value]) => `${name}=${value}`),
    runtime: "shell",
    memoryMiB: limits.memoryMiB,
  } as const;
  try {
    return await createConfined(engine, allowance, contents);
  } catch (error) {
    throw lost(command, error);
  }
}

function inputOf({ executor }: Command, job: Job): string {
  return JSON.stringify(executor === "python" ? job : job.given);
}

function collect(most: number, onOverflow: () => void) {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    if (size <= most) parts.push(chunk);
    size += chunk.length;
    if (size > most) onOverflow();
  });
  return { stream, text: () => Buffer.concat(parts).toString("utf8").slice(0, most) };
}

function lost({ image }: Command, cause: unknown): SandboxUnavailableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SandboxUnavailableError(
    `Expected the container engine to run a command in the image "${image}", got: ${reason}. Load the image there (docker pull ${image}), or use another one.`,
    { cause, retryable: true },
  );
}
