/**
 * A sandbox whose programs may call stored tools. A program whose tools can not be linked is refused,
 * as a value: the tool at fault is the store's, or the author's, not the sandbox's.
 */
import { EngineError, InputError } from "../../src/core/errors.ts";
import type { Execution, Program } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { linkProgram, type ResolveTool } from "./link.ts";

export function linkedSandbox(sandbox: Sandbox, resolve: ResolveTool): Sandbox {
  return {
    ...sandbox,
    async run(job, signal) {
      if (plain(job.program)) {
        return sandbox.run({ ...job, program: alone(job.program) }, signal);
      }
      const program = await attempt(job.program, resolve);
      return "refused" in program
        ? job.inputs.map(() => program.refused)
        : sandbox.run({ ...job, program }, signal);
    },
    async runBatch(batch, signal) {
      if (batch.programs.every(plain)) {
        return sandbox.runBatch({ ...batch, programs: batch.programs.map(alone) }, signal);
      }
      const linked = await Promise.all(batch.programs.map((each) => attempt(each, resolve)));
      const programs = linked.filter((each) => !("refused" in each)) as Program[];
      const results = [...(await sandbox.runBatch({ ...batch, programs }, signal))];
      return linked.map((each) =>
        "refused" in each ? batch.inputs.map(() => each.refused) : (results.shift() ?? []),
      );
    },
  };
}

/**
 * Whether it names none of the tools that it may use: most candidates of a search do not, and what
 * stands alone may take a sandbox's faster lane. Tools are in scope by their names alone, so a name
 * that is not in the text can not be called.
 */
function plain({ uses = [], source }: Program): boolean {
  return !uses.some(({ name }) => source.includes(name));
}

function alone(program: Program): Program {
  const { uses, ...rest } = program;
  return uses === undefined ? program : rest;
}

/** What waits for a person is not run by way of another tool either. */
function approved(resolve: ResolveTool): ResolveTool {
  return async (link) => {
    const tool = await resolve(link);
    if (tool.status !== "candidate") return tool;
    const { name, version } = tool;
    throw new InputError(
      "TOOL_WAITS",
      `Expected tools that a person has approved, ${name} version ${version} waits: toolwright tools approve ${name} --tool-version ${version}.`,
    );
  };
}

async function attempt(
  program: Program,
  resolve: ResolveTool,
): Promise<Program | { readonly refused: Execution }> {
  try {
    return plain(program) ? alone(program) : await linkProgram(program, approved(resolve));
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== "caller") throw error;
    return { refused: { status: "refused", reason: error.message } };
  }
}
