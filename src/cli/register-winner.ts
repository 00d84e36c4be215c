/** `evolve --register`: checks a run's winner with the same gate as tools of requests. */
import { registerTool } from "../../toolstore/index.ts";
import type { Task } from "../core/task.ts";
import { examine, withEvidence } from "../create-tool/examine.ts";
import { gateInstances } from "../create-tool/register.ts";
import type { Engine } from "../engine/engine.ts";
import type { EvolveResult } from "../evolve/loop/run.ts";

export interface WinnerRegistration {
  readonly status: "registered" | "waiting" | "unchanged" | "refused";
  readonly name: string;
  readonly version: number | null;
  readonly reasons: readonly string[];
}

/** The same default as in `create_tool`. */
const RESOLUTION = 1e-9;

export async function registerWinner(
  engine: Engine,
  task: Task,
  runId: string,
  evolved: EvolveResult,
  signal: AbortSignal,
): Promise<WinnerRegistration> {
  const { winner, start } = evolved;
  const { name } = task.spec;
  if (winner === undefined) {
    const reasons = ["No candidate ran on every training instance."];
    return { status: "refused", name, version: null, reasons };
  }
  const { config, tools: store, openTrace, newId } = engine;
  const instances = gateInstances(task, config.seed);
  const resolution = task.resolution ?? RESOLUTION;
  const baseline = winner.baseline?.fitness ?? start.baseline ?? Number.NEGATIVE_INFINITY;
  const made = task.tool(winner.program.source);
  const sandbox = await engine.sandbox();
  const examination = await examine(
    { sandbox, seed: config.seed },
    { searched: task, task },
    evolved,
    [],
    signal,
  );
  const result = await registerTool(
    { store, openTrace, newId, sandbox },
    {
      ...made,
      ...(examination === undefined ? {} : withEvidence(made, examination)),
      limits: task.limits,
      capabilities: made.capabilities ?? { network: [], files: false, model: false },
      cases: task
        .instances("train", config.seed)
        .flatMap(({ input, expected }) =>
          expected === undefined ? [] : [{ args: [...input], expected }],
        ),
      lineage: { runId, parents: [winner.program.digest] },
      createdAt: new Date().toISOString(),
    },
    {
      inputs: instances.map(({ input }) => input),
      judge: (executions) => engine.evaluator.evaluate(task, instances, executions),
      // The seeds are available to everybody, so a tool must be better than they are.
      floor: task.target ?? baseline + 2 * resolution,
      resolution,
    },
    signal,
  );
  const { status, reasons } = result;
  if (result.status === "refused") return { status, name, version: null, reasons };
  return { status, name: result.tool.name, version: result.tool.version, reasons };
}

export function registrationText(registration: WinnerRegistration): string {
  const { status, name, version, reasons } = registration;
  const said = {
    registered: `Registered ${name} v${version}. Use it: toolwright tools show ${name}`,
    unchanged: `${name} v${version} is stored already.`,
    waiting: `${name} v${version} needs a person's approval: toolwright tools approve ${name}`,
    refused: `Refused to register ${name}:`,
  }[status];
  return status === "registered" ? said : [said, ...reasons.map((each) => `  ${each}`)].join("\n");
}
