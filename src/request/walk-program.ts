/**
 * A request that is a program written by a person or another system. The library's tools are its
 * functions. It runs like any request, over any number of attempts, with approvals and a budget.
 */
import { z } from "zod";
import { modelOfRole } from "../core/config.ts";
import { ToolNotFoundError } from "../core/errors.ts";
import { Json } from "../core/json.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Tool } from "../core/tool.ts";
import { runProgramStep } from "../program/step.ts";
import type { ProgramFigures } from "../program/types.ts";
import type { Solution } from "../work/answer.ts";
import type { AttemptContext } from "../work/attempt.ts";
import { equip, type WalkPorts } from "./equip.ts";

export const ProgramSource = z.strictObject({
  program: z.strictObject({
    code: z.string().min(1),
    input: Json,
    /** Tools that it may call; absent: every active tool. */
    tools: z.array(z.string()).exactOptional(),
  }),
});
export type ProgramSource = z.output<typeof ProgramSource>;

export async function walkByProgram(
  ports: WalkPorts,
  attempt: AttemptContext,
  { code, input, tools: wanted }: ProgramSource["program"],
): Promise<Solution> {
  const { ask, toolCallable, ...equipment } = equip(ports, attempt);
  const simulates = modelOfRole(ports.config, "simulator") !== undefined;
  const outcome = await runProgramStep(
    { ...equipment, sandbox: ports.sandbox, ...(simulates ? { ask } : {}) },
    { key: "run", code, semantic: [], input },
    (await toolsNamed(ports.tools, wanted)).map(toolCallable),
    attempt.steps.signal,
  );
  switch (outcome.status) {
    case "returned":
      return answered(outcome, JSON.stringify(outcome.value), outcome.value);
    case "empty":
      return outcome.calls === 0
        ? gaveUp(outcome, "The program returned nothing and called no tool. Return its result.")
        : answered(outcome, `The program returned nothing. It made ${outcome.calls} calls.`, null);
    case "threw":
      return gaveUp(outcome, `The program threw ${outcome.message}`);
    case "refused":
      return gaveUp(outcome, `${outcome.code}: ${outcome.reason}`);
  }
}

function answered({ calls, simulated }: ProgramFigures, text: string, value: Json): Solution {
  const measures = { calls, simulated };
  return {
    status: "answered",
    answer: { text, value, tool: null, checks: [], outputs: [value], measures },
    createdBy: undefined,
    steps: calls,
  };
}

function gaveUp({ calls }: ProgramFigures, reason: string): Solution {
  return { status: "gave-up", reason, steps: calls };
}

/** The tools with those names, or all active tools. @throws ToolNotFoundError */
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
