/** All commands, by name. Each lives in its own file under commands/. */
import { Command } from "commander";
import { addApply } from "./commands/apply.ts";
import { addBench } from "./commands/bench.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addEvolve } from "./commands/evolve.ts";
import { addExperiment } from "./commands/experiment.ts";
import { addGet } from "./commands/get.ts";
import { addMcp } from "./commands/mcp.ts";
import { addPreferences } from "./commands/preferences.ts";
import { addPrompts } from "./commands/prompts.ts";
import { addRequest } from "./commands/request.ts";
import { addWorker } from "./commands/request-view.ts";
import { addRun } from "./commands/run.ts";
import { addSandbox } from "./commands/sandbox.ts";
import { addSchema } from "./commands/schema.ts";
import { addServe } from "./commands/serve.ts";
import { addStart } from "./commands/start.ts";
import { addTools } from "./commands/tools.ts";
import { addTraces } from "./commands/traces.ts";

export function createProgram(): Command {
  const program = new Command("toolwright")
    .description(
      "A self-improving tool-synthesis engine: requests in, tested tools out, all of it traced.",
    )
    .showHelpAfterError("(--help shows what is possible)")
    // Words after a command's name are its own: subcommands have flags of the same names.
    .enablePositionalOptions()
    .exitOverride();
  addStart(program);
  addRequest(program);
  addWorker(program);
  addApply(program);
  addGet(program);
  addServe(program);
  addRun(program);
  addEvolve(program);
  addEvaluate(program);
  addExperiment(program);
  addSandbox(program);
  addTools(program);
  addMcp(program);
  addTraces(program);
  addPreferences(program);
  addPrompts(program);
  addSchema(program);
  addDoctor(program);
  addBench(program);
  return program;
}
