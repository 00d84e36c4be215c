/** Chooses the walk for a request. */
import type { Solution } from "../work/answer.ts";
import type { AttemptContext } from "../work/attempt.ts";
import { equipForModel, equipForRules, type WalkPorts } from "./equip.ts";
import { AgentSource, walkByAgent } from "./walk-agent.ts";
import { CallSource, walkByCall } from "./walk-call.ts";
import { walkByModel } from "./walk-model.ts";
import { ProgramSource, walkByProgram } from "./walk-program.ts";
import { walkByRules } from "./walk-rules.ts";

export async function walkRequest(ports: WalkPorts, attempt: AttemptContext): Promise<Solution> {
  const { request, task, work } = attempt;
  const program = ProgramSource.safeParse(work.source);
  if (program.success) return walkByProgram(ports, attempt, program.data.program);
  const call = CallSource.safeParse(work.source);
  if (call.success) return walkByCall(ports, attempt, call.data.call);
  const agent = AgentSource.safeParse(work.source);
  if (agent.success) return walkByAgent(ports, attempt, agent.data.agent);
  // If cases decide success, rules plan. A request with text only needs a model.
  if (task === undefined && ports.config.model !== undefined) {
    return walkByModel(equipForModel(ports, attempt), request);
  }
  return walkByRules(equipForRules(ports, attempt), request, attempt);
}
