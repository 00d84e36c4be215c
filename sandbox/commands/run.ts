/**
 * Runs commands of manifests, each on the driver for its executor: Python and images in containers,
 * Node and bash in confined processes. An unavailable driver is reported and never replaced.
 */
import type { Command } from "../../src/core/command.ts";
import { commandIn } from "../../src/core/command.ts";
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Execution, ExecutionJob, Program } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { sandboxByName } from "../by-name.ts";
import { findEngine } from "../container/address.ts";
import { missingRequirements } from "./requirements.ts";
import {
  bashProgram,
  type Given,
  type Job,
  jobOf,
  nodeProgram,
  PYTHON_PROGRAM,
  resultOf,
  unmarked,
  variablesOf,
} from "./scripts.ts";

export interface CommandOptions {
  /** Runs Python commands without an image. */
  readonly configured: () => Promise<Sandbox>;
  /** Whether the configuration names a driver for Python: it takes precedence over an image. */
  readonly pythonIsNamed: boolean;
  readonly workers: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Commands {
  /** Wraps a sandbox: it also runs programs of language `command`. */
  wrapSandbox(sandbox: Sandbox): Sandbox;
  /** A sentence that says why it cannot run on this machine; undefined if it can. */
  unavailable(command: Command, signal: AbortSignal): Promise<string | undefined>;
  /** A sentence about how it runs differently from what the command says; undefined if it does not. */
  remark(command: Command): string | undefined;
  close(): Promise<void>;
}

type Limits = ExecutionJob["limits"];

export function commandRunner(options: CommandOptions): Commands {
  const { configured, pythonIsNamed, workers, environment } = options;
  let started: Promise<Sandbox> | undefined;
  /** An executor named `local_...` explicitly accepts weaker isolation than a container. */
  const local = (): Promise<Sandbox> => {
    started ??= sandboxByName("process", workers, { accept: "weaker-isolation" });
    return started;
  };
  const inImage = ({ executor, image }: Command): boolean =>
    image !== undefined && !(executor === "python" && pythonIsNamed);

  async function once(
    sandbox: Sandbox,
    program: Program,
    args: readonly Json[],
    command: Command,
    limits: Limits,
    signal: AbortSignal,
  ): Promise<Execution> {
    const [execution] = await sandbox.run({ program, inputs: [args], limits, seed: 0 }, signal);
    if (execution?.status !== "returned") {
      return execution ?? { status: "crashed", reason: "the sandbox returned no result" };
    }
    const { output, wallMs } = execution;
    return resultOf(unmarked(output), command.output, wallMs);
  }

  async function call(
    command: Command,
    given: Given,
    limits: Limits,
    signal: AbortSignal,
  ): Promise<Execution> {
    const env = environmentOf(command, environment);
    if (typeof env === "string") return { status: "refused", reason: env };
    const job = jobOf(command, given, env);
    if (inImage(command)) {
      const { runInImage } = await import("../container/command.ts");
      return runInImage(command, job, limits, signal);
    }
    switch (command.executor) {
      case "python":
        return once(await configured(), PYTHON_PROGRAM, [asArgument(job)], command, limits, signal);
      case "local_nodejs": {
        const argument = { ...asArgument(job), variables: variablesOf(job) };
        return once(await local(), nodeProgram(job), [argument], command, limits, signal);
      }
      case "local_bash": {
        const program = bashProgram(command, job);
        if ("refused" in program) return { status: "refused", reason: program.refused };
        return once(await local(), program, [], command, limits, signal);
      }
      case "docker":
        return { status: "refused", reason: "the executor docker needs an image" };
    }
  }

  async function run(
    { program, inputs, limits }: ExecutionJob,
    signal: AbortSignal,
  ): Promise<readonly Execution[]> {
    const command = commandIn(program.source);
    if (command === undefined) {
      return inputs.map(() => ({ status: "refused", reason: "it is not a command of a manifest" }));
    }
    const results: Execution[] = [];
    for (const input of inputs) {
      signal.throwIfAborted();
      const { parameters } = command;
      if (input.length > parameters.length) {
        const reason = `${program.entry} takes ${parameters.length} arguments, got ${input.length}`;
        results.push({ status: "refused", reason });
      } else {
        results.push(await call(command, byName(parameters, input), limits, signal));
      }
    }
    return results;
  }

  async function absent(command: Command): Promise<string | undefined> {
    const { executor } = command;
    if (inImage(command)) {
      const { address, failure } = await findEngine();
      if (failure !== undefined) {
        return `its image needs a container engine, and none answers at ${address} (${failure}): start Docker or set DOCKER_HOST`;
      }
      const { imageMissing } = await import("../container/command.ts");
      return imageMissing(command.image ?? "");
    }
    try {
      const language = {
        python: "python",
        local_nodejs: "javascript",
        local_bash: "shell",
      } as const;
      if (executor === "docker") return "it names no image";
      const driver = await (executor === "python" ? configured() : local());
      if (driver.capabilities.languages.includes(language[executor])) return undefined;
      return executor === "python"
        ? "Python needs a container engine, and none answers: start Docker or set DOCKER_HOST, or name another driver for Python (sandboxes)"
        : `this machine has no interpreter for ${language[executor]}`;
    } catch (error) {
      if (error instanceof SandboxUnavailableError) return error.message;
      throw error;
    }
  }

  return {
    async unavailable(command, signal) {
      const reason = await absent(command);
      if (reason !== undefined || command.requirements.length === 0) return reason;
      return missingRequirements(command, (probe, limits) => call(probe, {}, limits, signal));
    },
    remark: (command) =>
      command.image === undefined || inImage(command)
        ? undefined
        : `it runs on the driver that the configuration names for Python, not in its image ${command.image}`,
    wrapSandbox: (sandbox) => ({
      ...sandbox,
      run: (job, signal) =>
        job.program.language === "command" ? run(job, signal) : sandbox.run(job, signal),
      async runBatch({ programs, ...job }, signal) {
        if (programs.every(({ language }) => language !== "command")) {
          return sandbox.runBatch({ programs, ...job }, signal);
        }
        const all: (readonly Execution[])[] = [];
        for (const program of programs) {
          const one = { ...job, program };
          all.push(
            await (program.language === "command" ? run(one, signal) : sandbox.run(one, signal)),
          );
        }
        return all;
      },
    }),
    async close() {
      await (await started?.catch(() => undefined))?.close();
    },
  };
}

function asArgument({ given, env, words, code }: Job): { readonly [key: string]: Json } {
  return { given, env, words, code };
}

/** Positional callers pass null for an omitted optional argument. */
function byName(parameters: readonly string[], input: readonly Json[]): Given {
  return Object.fromEntries(
    input.flatMap((value, at) => (value === null ? [] : [[parameters[at] ?? "", value]])),
  );
}

function environmentOf(
  { env }: Command,
  environment: CommandOptions["environment"],
): Record<string, string> | string {
  const found: Record<string, string> = {};
  for (const [name, source] of Object.entries(env)) {
    const value = environment[source];
    if (value === undefined || value === "") {
      return `it needs the environment variable ${source}, which is not set`;
    }
    found[name] = value;
  }
  return found;
}
