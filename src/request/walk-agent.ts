/**
 * A request that one agent carries: its words are the first message of a conversation, and what the
 * agent says at the end is the answer. Other agents that it calls have runs below it.
 */
import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { agentsOf } from "../delegate/agents.ts";
import { converse } from "../delegate/sub-agent.ts";
import type { Solution } from "../work/answer.ts";
import type { AttemptContext } from "../work/attempt.ts";
import { equip, type WalkPorts } from "./equip.ts";

/** The source of a request that an agent carries. */
export const AgentSource = z.strictObject({
  agent: z.string(),
  /** Of the manifest that asks for it. */
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
      `Expected an agent "${name}", got these: ${known}. Apply the manifest that has it.`,
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
