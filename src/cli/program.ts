/** All commands, by name. Each lives in its own file under commands/. */
import { Command } from "commander";
import { addBench } from "./commands/bench.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addEvolve } from "./commands/evolve.ts";
import { addPrompts } from "./commands/prompts.ts";
import { addRequest } from "./commands/request.ts";
import { addSandbox } from "./commands/sandbox.ts";
import { addStart } from "./commands/start.ts";
import { addTools } from "./commands/tools.ts";
import { addTraces } from "./commands/traces.ts";

export function createProgram(): Command {
  const program = new Command("toolwright")
    .description(
      "A self-improving tool-synthesis engine: requests in, tested tools out, all of it traced.",
    )
    .showHelpAfterError("(--help shows what is possible)")
    .exitOverride();
  addStart(program);
  addRequest(program);
  addEvolve(program);
  addEvaluate(program);
  addSandbox(program);
  addTools(program);
  addTraces(program);
  addPrompts(program);
  addDoctor(program);
  addBench(program);
  return program;
}
