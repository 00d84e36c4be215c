/** All commands, by name. Each has its own file under commands/ and is loaded on demand. */

import { Command } from "commander";
import { writeErr, writeOut } from "./output.ts";
import { packageVersion } from "./version.ts";

interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** @returns The function that adds arguments, flags and subcommands to the command. */
  readonly load: () => Promise<(command: Command) => void>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: "start",
    description: "the main job: a request whose tool is evolved, registered, found again and used",
    load: async () => (await import("./commands/start.ts")).addStart,
  },
  {
    name: "request",
    description:
      "submit a request: it is served by a stored tool, or by a new one that is made, registered and called",
    load: async () => (await import("./commands/request.ts")).addRequest,
  },
  {
    name: "worker",
    description: "run the requests of this home as they become due, until stopped",
    load: async () => (await import("./commands/request-view.ts")).addWorker,
  },
  {
    name: "apply",
    description: "apply a manifest: llms, agents, tools, tasks and runs, all or nothing",
    load: async () => (await import("./commands/apply.ts")).addApply,
  },
  {
    name: "get",
    description: "runs, events, tools, agents, llms and tasks of this home",
    load: async () => (await import("./commands/get.ts")).addGet,
  },
  {
    name: "serve",
    description: "receive results that requests wait for: POST /callbacks/TOKEN",
    load: async () => (await import("./commands/serve.ts")).addServe,
  },
  {
    name: "run",
    description:
      "run a program in the sandbox: stored tools are `await tools.NAME({ ... })`, and the model simulates functions without an implementation",
    load: async () => (await import("./commands/run.ts")).addRun,
  },
  {
    name: "evolve",
    description: "evolve a function for a task or a spec",
    load: async () => (await import("./commands/evolve.ts")).addEvolve,
  },
  {
    name: "evaluate",
    description: "score a given function on a task's sealed instances, or on your own data",
    load: async () => (await import("./commands/evaluate.ts")).addEvaluate,
  },
  {
    name: "experiment",
    description: "run batches of searches from a manifest and report on them",
    load: async () => (await import("./commands/experiment.ts")).addExperiment,
  },
  {
    name: "sandbox",
    description: "run untrusted programs",
    load: async () => (await import("./commands/sandbox.ts")).addSandbox,
  },
  {
    name: "tools",
    description: "the tool store",
    load: async () => (await import("./commands/tools.ts")).addTools,
  },
  {
    name: "mcp",
    description: "serve the active tools to MCP clients, over stdio or HTTP",
    load: async () => (await import("./commands/mcp.ts")).addMcp,
  },
  {
    name: "traces",
    description: "read and export traces",
    load: async () => (await import("./commands/traces.ts")).addTraces,
  },
  {
    name: "preferences",
    description: "preferences of people for all their requests; never used for another person",
    load: async () => (await import("./commands/preferences.ts")).addPreferences,
  },
  {
    name: "prompts",
    description: "the prompts; the configuration's `prompts` names files that replace them",
    load: async () => (await import("./commands/prompts.ts")).addPrompts,
  },
  {
    name: "schema",
    description: "print the JSON Schema of a configuration, spec or manifest, for editors",
    load: async () => (await import("./commands/schema.ts")).addSchema,
  },
  {
    name: "completion",
    description: "print a shell's completion script: bash, zsh or fish",
    load: async () => {
      const { addCompletion } = await import("./commands/completion.ts");
      return (command) => addCompletion(command, wholeProgram);
    },
  },
  {
    name: "doctor",
    description: "check this machine: Node, sandbox layers, stores",
    load: async () => (await import("./commands/doctor.ts")).addDoctor,
  },
  {
    name: "bench",
    description: "measure this machine and this version",
    load: async () => (await import("./commands/bench.ts")).addBench,
  },
];

/** Contains every command by name; the called one gets its flags just before it is parsed. */
export function createProgram(): Command {
  const program = emptyProgram();
  const loaders = new Map<string, CommandEntry["load"]>();
  for (const { name, description, load } of COMMANDS) {
    program.command(name).description(description);
    loaders.set(name, load);
  }
  return program.hook("preSubcommand", async (_, command) => {
    const add = await loaders.get(command.name())?.();
    add?.(command);
  });
}

/** With all commands loaded, for code that reads the tree of commands. */
export async function wholeProgram(): Promise<Command> {
  const program = emptyProgram();
  for (const { name, description, load } of COMMANDS) {
    const add = await load();
    add(program.command(name).description(description));
  }
  return program;
}

const EXIT_CODES = `
Exit codes:
  0    done
  1    failed
  2    used wrongly
  3    budget spent before the target was reached
  70   an error of Toolwright itself
  130  interrupted`;

function emptyProgram(): Command {
  return (
    new Command("toolwright")
      .description(
        "A self-improving tool-synthesis engine: requests in, tested tools out, all of it traced.",
      )
      .version(packageVersion(), "-V, --version", "print the version")
      .addHelpText("after", EXIT_CODES)
      .showHelpAfterError("(--help shows commands and flags)")
      // Flags after a subcommand's name belong to the subcommand, which may have flags of the same names.
      .enablePositionalOptions()
      .exitOverride()
      // Its errors repeat what was typed.
      .configureOutput({ writeOut, writeErr })
  );
}
