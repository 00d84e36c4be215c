/**
 * A request that one agent carries: its words are the first message of a conversation, and what the
 * agent says at the end is the answer. Other agents that it calls have runs below it.
 */
import { z } from "zod";
import { readPrompts } from "../ask/prompts/book.ts";
import { permitByPerson } from "../call/approvals.ts";
import { createArgumentFaults } from "../call/arguments.ts";
import { toolCallable } from "../call/tool-callable.ts";
import { InputError } from "../core/errors.ts";
import type { Sandbox } from "../core/ports.ts";
import { type AgentsPorts, agentsOf } from "../delegate/agents.ts";
import type { ChildRunPorts } from "../delegate/child-run.ts";
import { converse } from "../delegate/sub-agent.ts";
import type { LifeContext } from "../work/attempt.ts";
import type { Solution } from "../work/outcome.ts";
import { roleModels } from "./models.ts";

export interface AgentWalkPorts
  extends Pick<AgentsPorts, "config" | "tools" | "clock" | keyof ChildRunPorts> {
  readonly sandbox: () => Promise<Sandbox>;
}

/** The source of a request that an agent carries. */
export const AgentSource = z.strictObject({
  agent: z.string(),
  /** Of the manifest that asks for it. */
  task: z.string().exactOptional(),
  run: z.string().exactOptional(),
});
export type AgentSource = z.output<typeof AgentSource>;

/** @returns undefined for a request that no agent is named for. */
export function createAgentWalk(
  ports: AgentWalkPorts,
): (life: LifeContext) => Promise<Solution> | undefined {
  const argumentFaults = createArgumentFaults();
  return (life) => {
    const source = AgentSource.safeParse(life.work.source);
    return source.success ? walkAgent(ports, life, source.data.agent, argumentFaults) : undefined;
  };
}

async function walkAgent(
  ports: AgentWalkPorts,
  life: LifeContext,
  name: string,
  argumentFaults: ReturnType<typeof createArgumentFaults>,
): Promise<Solution> {
  const { config, tools, clock, sandbox } = ports;
  const { request, steps } = life;
  const agent = config.agents.find((each) => each.name === name);
  if (agent === undefined) {
    const known = config.agents.map((each) => each.name).join(", ") || "none";
    throw new InputError(
      "AGENT_NOT_FOUND",
      `Expected an agent "${name}", got these: ${known}. Apply the manifest that has it.`,
    );
  }
  const { parseToolCalls } = await import("../models/index.ts");
  const { agentPorts } = agentsOf(
    {
      ...ports,
      argumentFaults,
      permit: permitByPerson({ steps, approvals: config.approvals, now: clock.now }),
      modelOf: roleModels(ports, life),
      prompts: readPrompts(config.prompts),
      parseToolCalls,
      callableOf: (tool) =>
        toolCallable(
          { sandbox, tools, monotonicMs: clock.monotonicMs, query: request.objective },
          tool,
        ),
    },
    life,
  );
  const outcome = await converse(agentPorts, agent, [name], request.objective, steps.signal);
  if (outcome.status === "failed") {
    return { status: "gave-up", reason: outcome.reason, steps: 1 };
  }
  const text = typeof outcome.output === "string" ? outcome.output : JSON.stringify(outcome.output);
  return {
    status: "answered",
    answer: { text, value: outcome.output, tool: null, checks: [], outputs: [], measures: {} },
    createdBy: undefined,
    steps: 1,
  };
}
