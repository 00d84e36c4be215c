/** The configuration of a sub-agent: its system message, its model, and what it may call. */
import { z } from "zod";

export const AgentConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_]\w{0,63}$/, "a name of letters, digits and _ (at most 64)")
    .describe("The agent's name: other agents call it by this name."),
  description: z.string().min(1).describe("What it can do, for agents that may delegate to it."),
  system: z.string().min(1).describe("The system message: who the agent is."),
  model: z
    .string()
    .min(1)
    .default("agent")
    .describe("The role whose model it uses. A role without settings uses the default model."),
  tools: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "What it may call: names of stored tools, of the engine's functions and of other agents.",
    ),
  maxTurns: z
    .int()
    .min(1)
    .max(100)
    .default(12)
    .describe("Maximum number of model calls for one message."),
});
export type AgentConfig = z.output<typeof AgentConfig>;

/** A cycle of agents that may call each other, as names from one back to itself; undefined: none. */
export function agentCircle(
  agents: readonly Pick<AgentConfig, "name" | "tools">[],
): readonly string[] | undefined {
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    for (const next of byName.get(name)?.tools ?? []) {
      const circle = byName.has(next) ? visit(next, [...path, name]) : undefined;
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  for (const { name } of agents) {
    const circle = visit(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
