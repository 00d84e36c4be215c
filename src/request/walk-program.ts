/**
 * A request that is a program: somebody wrote it, the library's tools are its functions. It is carried
 * on like any request, over any number of lives, with its approvals and its budget.
 */
import { z } from "zod";
import { permitByPerson } from "../call/approvals.ts";
import { createArgumentFaults } from "../call/arguments.ts";
import { toolCallable } from "../call/tool-callable.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { ToolNotFoundError } from "../core/errors.ts";
import { Json } from "../core/json.ts";
import type { Sandbox, ToolStore } from "../core/ports.ts";
import type { Tool } from "../core/tool.ts";
import { runProgramStep } from "../program/step.ts";
import type { LifeContext } from "../work/attempt.ts";
import type { Solution } from "../work/outcome.ts";
import { askOf } from "./ask-of.ts";

/** The source of a request that is a program. */
export const ProgramSource = z.strictObject({
  program: z.strictObject({
    code: z.string().min(1),
    input: Json,
    /** Tools that it may call; absent: every active one. */
    tools: z.array(z.string()).exactOptional(),
  }),
});
export type ProgramSource = z.output<typeof ProgramSource>;

export interface ProgramWalkPorts {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly sandbox: () => Promise<Sandbox>;
  readonly clock: Clock;
}

/** @returns undefined for a request that is no program. */
export function createProgramWalk(
  ports: ProgramWalkPorts,
): (life: LifeContext) => Promise<Solution> | undefined {
  const argumentFaults = createArgumentFaults();
  return (life) => {
    const source = ProgramSource.safeParse(life.work.source);
    return source.success
      ? walkProgram(ports, life, source.data.program, argumentFaults)
      : undefined;
  };
}

async function walkProgram(
  { config, tools, sandbox, clock }: ProgramWalkPorts,
  life: LifeContext,
  { code, input, tools: wanted }: ProgramSource["program"],
  argumentFaults: ReturnType<typeof createArgumentFaults>,
): Promise<Solution> {
  const { steps, request, work } = life;
  const ask = await askOf(config, life, "simulator");
  const callables = (await toolsNamed(tools, wanted)).map((tool) =>
    toolCallable(
      { sandbox, tools, monotonicMs: clock.monotonicMs, query: request.objective },
      tool,
    ),
  );
  const outcome = await runProgramStep(
    {
      steps,
      sandbox: await sandbox(),
      seed: work.seed,
      argumentFaults,
      permit: permitByPerson({ steps, approvals: config.approvals, now: clock.now }),
      ...(ask === undefined ? {} : { ask }),
    },
    { key: "run", code, semantic: [], input },
    callables,
    steps.signal,
  );
  if (outcome.status === "returned") {
    const { value, calls, simulated } = outcome;
    return {
      status: "answered",
      answer: {
        text: JSON.stringify(value),
        value,
        tool: null,
        checks: [],
        outputs: [value],
        measures: { calls, simulated },
      },
      createdBy: undefined,
      steps: calls,
    };
  }
  const reason =
    outcome.status === "threw"
      ? `The program threw ${outcome.message}`
      : `${outcome.code}: ${outcome.reason}`;
  return { status: "gave-up", reason, steps: outcome.calls };
}

/** The tools of those names, or all of them. Those that wait say so when called. @throws ToolNotFoundError */
export async function toolsNamed(
  tools: ToolStore,
  names: readonly string[] | undefined,
): Promise<readonly Tool[]> {
  const known = await tools.list({ statuses: ["active", "candidate"] });
  if (names === undefined) return known;
  return names.map((name) => {
    const tool = known.find((each) => each.name === name);
    if (tool !== undefined) return tool;
    throw new ToolNotFoundError(
      name,
      known.map((each) => each.name),
    );
  });
}
