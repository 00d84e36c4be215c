/**
 * A sandbox whose programs may call stored tools. If a program's tools cannot be linked, the result is
 * a `refused` execution: the faulty tool is a problem of the program, not of the sandbox.
 */
import { EngineError, InputError } from "../../src/core/errors.ts";
import type { Execution, Program } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { linkProgram, type ResolveTool } from "./link.ts";

export function linkedSandbox(sandbox: Sandbox, resolve: ResolveTool): Sandbox {
  return {
    ...sandbox,
    async run(job, signal) {
      if (callsNoTool(job.program)) {
        return sandbox.run({ ...job, program: withoutUses(job.program) }, signal);
      }
      const program = await linkOrRefuse(job.program, resolve);
      return "refused" in program
        ? job.inputs.map(() => program.refused)
        : sandbox.run({ ...job, program }, signal);
    },
    async runBatch(batch, signal) {
      if (batch.programs.every(callsNoTool)) {
        return sandbox.runBatch({ ...batch, programs: batch.programs.map(withoutUses) }, signal);
      }
      const linked = await Promise.all(batch.programs.map((each) => linkOrRefuse(each, resolve)));
      const programs = linked.filter((each) => !("refused" in each)) as Program[];
      const results = [...(await sandbox.runBatch({ ...batch, programs }, signal))];
      return linked.map((each) =>
        "refused" in each ? batch.inputs.map(() => each.refused) : (results.shift() ?? []),
      );
    },
  };
}

/**
 * Whether it names none of the tools that it may use. Most candidates of a search name none, and a
 * program without tools may use a sandbox's faster lane. Tools are in scope only by name, so a tool
 * whose name is not in the text cannot be called.
 */
function callsNoTool({ uses = [], source }: Program): boolean {
  return !uses.some(({ name }) => source.includes(name));
}

function withoutUses(program: Program): Program {
  const { uses, ...rest } = program;
  return uses === undefined ? program : rest;
}

/** A tool that waits for approval does not run through another tool either. */
function approved(resolve: ResolveTool): ResolveTool {
  return async (link) => {
    const tool = await resolve(link);
    if (tool.status !== "candidate") return tool;
    const { name, version } = tool;
    throw new InputError(
      "TOOL_WAITS",
      `Expected tools that a person has approved, but ${name} version ${version} waits for approval: toolwright tools approve ${name} --tool-version ${version}.`,
    );
  };
}

async function linkOrRefuse(
  program: Program,
  resolve: ResolveTool,
): Promise<Program | { readonly refused: Execution }> {
  try {
    return callsNoTool(program)
      ? withoutUses(program)
      : await linkProgram(program, approved(resolve));
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== "caller") throw error;
    return { refused: { status: "refused", reason: error.message } };
  }
}
