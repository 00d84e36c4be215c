/**
 * The isolate driver: the default sandbox, for JavaScript and TypeScript.
 *
 * Takes jobs and batches, distributes their programs over slots (each a piscina thread that owns a
 * confined host process) and returns executions. No untrusted code runs or is parsed in this process.
 */
import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { Piscina } from "piscina";
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Execution, ExecutionBatch, Program } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { seededRandom } from "../../src/core/random.ts";
import { confinement } from "../walls/host.ts";
import { isolateCapabilities } from "./capabilities.ts";
import { endHost } from "./channel.ts";
import { readableByHost, siblingFile } from "./locate.ts";
import { asExecutions } from "./outcomes.ts";
import { SHARED, type SlotAnswer, type SlotSetup, type SlotTask } from "./slot-types.ts";
import { sharedTexts } from "./texts.ts";

export interface IsolateOptions {
  /** Programs that run at the same time, each in its own host process. Default: one per core. */
  readonly slots?: number;
  /** Programs after which a host process is replaced. */
  readonly recycleAfter?: number;
}

const MAX_PER_TASK = 128;
const CLOSE_MS = 2_000;

/**
 * Starts the slots and waits until one of them answers.
 *
 * @throws SandboxUnavailableError if no host process can be started on this machine.
 */
export async function isolateSandbox({
  slots = availableParallelism(),
  recycleAfter = 500,
}: IsolateOptions = {}): Promise<Sandbox> {
  const walls = await confinement();
  const readable = readableByHost();
  const shared = new Int32Array(new SharedArrayBuffer(4 * (SHARED.firstPid + slots)));
  const setup: SlotSetup = {
    prefix: walls.command(2 ** 31, readable),
    direct: walls.direct,
    host: siblingFile("host"),
    readable,
    recycleAfter,
    shared,
  };
  const pool = new Piscina<SlotTask, SlotAnswer>({
    filename: siblingFile("slot"),
    name: "runTask",
    minThreads: slots,
    maxThreads: slots,
    // A thread that waits on Atomics between tasks would not notice the end of its host.
    atomics: "disabled",
    workerData: setup,
    recordTiming: false,
  });
  const killHosts = (): void => {
    for (const pid of shared.subarray(SHARED.firstPid)) if (pid > 0) endHost(pid);
  };
  process.once("exit", killHosts);
  let closed = false;
  const texts = sharedTexts();

  async function perform(task: SlotTask, signal: AbortSignal): Promise<readonly Execution[][]> {
    const answer = await canceling(pool, task, signal);
    switch (answer.status) {
      case "done":
        return answer.programs.map((results) => asExecutions(results, task.frame));
      case "canceled":
        throw signal.reason;
      case "lost":
        throw new SandboxUnavailableError(
          `Expected a host process to run the program, but it was lost: ${answer.reason}. ` +
            "Run `toolwright doctor` to see which layers hold on this machine.",
          { retryable: true },
        );
    }
  }

  async function runBatch(
    batch: ExecutionBatch,
    signal: AbortSignal,
    together = true,
  ): Promise<readonly (readonly Execution[])[]> {
    signal.throwIfAborted();
    if (closed) throw new SandboxUnavailableError("Expected an open sandbox, but it is closed.");
    const outcomes: (readonly Execution[])[] = batch.programs.map(() => []);
    const known: Program[] = [];
    const places: number[] = [];
    for (const [index, program] of batch.programs.entries()) {
      if (program.language === "javascript" || program.language === "typescript") {
        known.push(program);
        places.push(index);
      } else {
        const reason = `the isolate driver runs JavaScript and TypeScript, got ${program.language}`;
        outcomes[index] = batch.inputs.map(() => ({ status: "refused", reason }));
      }
    }
    if (batch.inputs.length === 0 || known.length === 0) return outcomes;

    const inputs = texts.ofInputs(batch.inputs);
    const harness = batch.harness === undefined ? undefined : texts.ofText(batch.harness.source);
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const size = Math.min(MAX_PER_TASK, Math.ceil(known.length / (2 * slots)));
    const tasks: Promise<void>[] = [];
    for (let from = 0; from < known.length; from += size) {
      const task: SlotTask = {
        programs: known.slice(from, from + size),
        together,
        inputs: batch.inputs.length,
        frame: {
          inputs: inputs.key,
          ...(harness === undefined ? {} : { harness: harness.key }),
          ...batch.limits,
          random: seededRandom(batch.seed).state(),
        },
        texts: harness === undefined ? [inputs] : [inputs, harness],
        cancel,
      };
      tasks.push(
        perform(task, signal).then((executions) => {
          for (const [at, each] of executions.entries())
            outcomes[places[from + at] as number] = each;
        }),
      );
    }
    try {
      await Promise.all(tasks);
    } catch (error) {
      // The results of the other tasks are not needed any more.
      Atomics.store(cancel, 0, 1);
      await Promise.allSettled(signal.aborted ? [] : tasks);
      throw error;
    }
    return outcomes;
  }

  const sandbox: Sandbox = {
    name: "isolate",
    capabilities: isolateCapabilities(walls.layers),
    run: async ({ program, ...rest }, signal) => {
      const [executions = []] = await runBatch({ ...rest, programs: [program] }, signal, false);
      return executions;
    },
    runBatch: (batch, signal) => runBatch(batch, signal),
    close: async () => {
      if (closed) return;
      closed = true;
      Atomics.store(shared, SHARED.closing, 1);
      // The threads must exist until their hosts have ended, because the parent reaps a process.
      for (
        let waited = 0;
        waited < CLOSE_MS && shared.subarray(SHARED.firstPid).some(Boolean);
        waited += 5
      ) {
        killHosts();
        await setTimeout(5);
      }
      process.removeListener("exit", killHosts);
      await pool.destroy();
    },
  };
  await probe(sandbox);
  return sandbox;
}

/** Runs a task; an abort rejects immediately and makes the slot stop the code at its next check. */
function canceling(
  pool: Piscina<SlotTask, SlotAnswer>,
  task: SlotTask,
  signal: AbortSignal,
): Promise<SlotAnswer> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      Atomics.store(task.cancel, 0, 1);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    pool
      .run(task)
      .then(resolve, (cause: unknown) =>
        reject(
          new SandboxUnavailableError("Expected a slot to answer, but its thread has ended.", {
            cause,
          }),
        ),
      )
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

async function probe(sandbox: Sandbox): Promise<void> {
  try {
    const [execution] = await sandbox.run(
      {
        program: {
          language: "javascript",
          source: "function probe() { return 42; }",
          entry: "probe",
        },
        inputs: [[]],
        limits: { timeoutMs: 5_000, memoryMiB: 32, outputBytes: 100 },
        seed: 0,
      },
      new AbortController().signal,
    );
    if (execution?.status === "returned" && execution.output === 42) return;
    throw new SandboxUnavailableError(
      `Expected the isolate host to answer 42, got ${JSON.stringify(execution)}.`,
    );
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}
