/** What the agents of one attempt use: models, tools, runs. */
import { ownFunctions } from "../call/self-management.ts";
import { spentSince } from "../call/spend.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { ToolStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Steps } from "../core/steps.ts";
import type { Tool } from "../core/tool.ts";
import type { AttemptContext } from "../work/attempt.ts";
import type { Callable } from "../work/callable.ts";
import { type ChildRunPorts, openChild } from "./child-run.ts";
import type { SubAgentPorts } from "./sub-agent.ts";

export interface AgentsPorts
  extends ChildRunPorts,
    Pick<SubAgentPorts, "argumentFaults" | "permit" | "modelOf" | "prompts"> {
  readonly config: Pick<Config, "agents">;
  readonly tools: ToolStore;
  readonly clock: Clock;
  readonly toolCallable: (tool: Tool) => Callable;
}

export function agentsOf(
  ports: AgentsPorts,
  { requestId, request, steps }: Pick<AttemptContext, "requestId" | "request" | "steps">,
): {
  readonly agentPorts: SubAgentPorts;
  /** Functions of the engine, within a run. */
  readonly own: (within: Steps) => readonly Callable[];
} {
  const { config, tools, events, clock, toolCallable } = ports;
  const { argumentFaults, permit, modelOf, prompts } = ports;
  const own = (within: Steps): readonly Callable[] =>
    ownFunctions({
      steps: within,
      spentSince: (since) => spentSince(events, requestId, since),
      now: clock.now,
    });
  const agentPorts: SubAgentPorts = {
    runId: requestId,
    steps,
    argumentFaults,
    permit,
    modelOf,
    prompts,
    now: () => new Date(clock.now()).toISOString(),
    agents: config.agents,
    ...present({ images: request.images }),
    async findCallable(name, within) {
      const mine = own(within).find((callable) => callable.name === name);
      if (mine !== undefined) return mine;
      // A tool that needs approval reports it when it is called.
      const stored = await tools.list({ statuses: ["active", "candidate"] });
      const known = stored.find((tool) => tool.name === name);
      return known === undefined ? undefined : toolCallable(known);
    },
    openChild: (parent, agent, message, key) =>
      openChild(ports, requestId, parent, agent, message, key),
  };
  return { agentPorts, own };
}
