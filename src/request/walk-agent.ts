/**
 * A request that one agent carries out. The request's text is the first message of a conversation, and
 * the agent's last message is the answer. Agents that it calls have child runs.
 */
import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { agentsOf } from "../delegate/agents.ts";
import { converse } from "../delegate/sub-agent.ts";
import type { Solution } from "../work/answer.ts";
import type { AttemptContext } from "../work/attempt.ts";
import { equip, type WalkPorts } from "./equip.ts";

/** The source of a request that an agent carries out. */
export const AgentSource = z.strictObject({
  agent: z.string(),
  /** Task in the manifest that submitted it. */
  task: z.string().exactOptional(),
  run: z.string().exactOptional(),
});
export type AgentSource = z.output<typeof AgentSource>;

export async function walkByAgent(
  ports: WalkPorts,
  attempt: AttemptContext,
  name: string,
): Promise<Solution> {
  const { request, steps } = attempt;
  const { agents } = ports.config;
  const agent = agents.find((each) => each.name === name);
  if (agent === undefined) {
    const known = agents.map((each) => each.name).join(", ") || "none";
    throw new InputError(
      "AGENT_NOT_FOUND",
      `Expected an agent "${name}", but the agents are: ${known}. Apply the manifest that defines it.`,
    );
  }
  const { agentPorts } = agentsOf({ ...ports, ...equip(ports, attempt) }, attempt);
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
