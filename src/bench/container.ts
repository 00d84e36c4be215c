/**
 * The cost of containers: a program in a container that was started in advance, compared with a plain
 * `exec` of the engine; the start and the removal of a container.
 */
import type Docker from "dockerode";
import { createConfined } from "../../sandbox/container/confinement.ts";
import { connectEngine } from "../../sandbox/container/engine.ts";
import { type ContainerShape, startContainer } from "../../sandbox/container/guest.ts";
import { buildSandboxImage, SANDBOX_IMAGE } from "../../sandbox/container/image/build.ts";
import { IMAGE_NODE, IMAGE_PYTHON, IMAGE_SHELL } from "../../sandbox/container/image/contents.ts";
import { ownerOf, removeContainer } from "../../sandbox/container/owner.ts";
import type { Runtime } from "../../sandbox/guest/commands.ts";
import { runProgram } from "../../sandbox/guest/run-program.ts";
import { systemClock } from "../core/clock.ts";
import type { ExecutionJob } from "../core/execution.ts";
import { Limits } from "../core/execution.ts";

/** Milliseconds of wall clock. */
export interface BenchRow {
  readonly what: string;
  readonly medianMs: number;
  readonly minMs: number;
  readonly samples: number;
}

const JOBS: readonly { readonly runtime: Runtime; readonly program: ExecutionJob["program"] }[] = [
  {
    runtime: "python",
    program: { language: "python", source: "def f(x):\n    return x + 1", entry: "f" },
  },
  {
    runtime: "node",
    program: { language: "javascript", source: "function f(x) { return x + 1; }", entry: "f" },
  },
  { runtime: "shell", program: { language: "shell", source: 'echo "$1"', entry: "f" } },
];

/** @throws SandboxUnavailableError when no engine answers. */
export async function benchContainer(
  { rounds = 10 }: { readonly rounds?: number } = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly BenchRow[]> {
  const engine = await connectEngine();
  await buildSandboxImage({ engine });
  const shape: ContainerShape = {
    image: SANDBOX_IMAGE,
    interpreters: { node: IMAGE_NODE, python: IMAGE_PYTHON, shell: IMAGE_SHELL },
    cpus: 1,
    scratchMiB: 16,
    pids: 64,
    ociRuntime: undefined,
    owner: ownerOf() ?? "unknown",
    deadlineMs: systemClock.now() + 3_600_000,
  };
  const limits = Limits.parse({ timeoutMs: 10_000, memoryMiB: 64 });
  const rows: BenchRow[] = [];
  for (const { runtime, program } of JOBS) {
    const started: number[] = [];
    const ran: number[] = [];
    const removed: number[] = [];
    for (let round = 0; round < rounds; round++) {
      signal.throwIfAborted();
      const guest = startContainer(engine, shape, { runtime, memoryMiB: 64, session: false });
      started.push(await timed(async () => void (await guest.ready)));
      const job: ExecutionJob = { program, inputs: [[1]], limits, seed: 1 };
      ran.push(await timed(async () => void (await runProgram(guest, job, signal))));
      removed.push(await timed(async () => void (await guest.ended)));
    }
    rows.push(row(`${program.language}: program in a warm container`, ran));
    rows.push(row(`${program.language}: start of a container until it is ready`, started));
    rows.push(row(`${program.language}: its end after the answer`, removed));
  }
  rows.push(
    row(
      "engine alone: exec of true in a running container",
      await execAlone(engine, shape, rounds, signal),
    ),
  );
  return rows;
}

async function execAlone(
  engine: Docker,
  shape: ContainerShape,
  rounds: number,
  signal: AbortSignal,
): Promise<number[]> {
  const container = await createConfined(engine, shape, {
    image: shape.image,
    entrypoint: ["/usr/bin/sleep"],
    command: ["3600"],
    runtime: "shell",
    memoryMiB: 64,
  });
  try {
    await container.start();
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      signal.throwIfAborted();
      samples.push(
        await timed(async () => {
          const exec = await container.exec({ Cmd: ["/usr/bin/true"], AttachStdout: true });
          const stream = await exec.start({});
          await new Promise<void>((resolve, reject) => {
            stream.on("end", resolve);
            stream.on("error", reject);
            stream.resume();
          });
        }),
      );
    }
    return samples;
  } finally {
    await removeContainer(engine, container.id);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function row(what: string, samples: readonly number[]): BenchRow {
  const sorted = [...samples].sort((a, b) => a - b);
  const round = (ms: number): number => Math.round(ms * 100) / 100;
  return {
    what,
    medianMs: round(sorted[sorted.length >> 1] ?? 0),
    minMs: round(sorted[0] ?? 0),
    samples: samples.length,
  };
}
