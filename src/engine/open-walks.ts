/** The parts of the walks that all attempts share. Imported with the first request. */
import { join } from "node:path";
import { specTask } from "../../evaluators/index.ts";
import { gateOf, noneBelow, toolDigest } from "../../toolstore/index.ts";
import { createArgumentFaults } from "../call/argument-faults.ts";
import type { Config } from "../core/config.ts";
import type { Sandbox } from "../core/ports.ts";
import type { AuthoredTask } from "../create-tool/authored.ts";
import type { Stage } from "../create-tool/create-tool.ts";
import { fileClaims, singleFlight } from "../create-tool/single-flight.ts";
import { walkRequest } from "../request/choose-walk.ts";
import type { WalkPorts } from "../request/equip.ts";
import type { Solution } from "../work/answer.ts";
import type { AttemptContext } from "../work/attempt.ts";

type Own =
  | "argumentFaults"
  | "noneBelow"
  | "taskOf"
  | "gate"
  | "digest"
  | "flights"
  | "wishes"
  | "claim";

export interface OpenWalksPorts extends Omit<WalkPorts, Own> {
  /** Programs cannot call stored tools there. */
  readonly bareSandbox: () => Promise<Sandbox>;
}

/** @returns Runs one attempt, with the configuration at that time. */
export function openWalks({
  bareSandbox,
  ...ports
}: OpenWalksPorts): (config: Config, attempt: AttemptContext) => Promise<Solution> {
  const walkPorts: WalkPorts = {
    ...ports,
    argumentFaults: createArgumentFaults(),
    noneBelow,
    taskOf: specTask,
    gate: gateOf(ports.tools, bareSandbox),
    digest: toolDigest,
    flights: singleFlight<Stage>(),
    wishes: singleFlight<AuthoredTask>(),
    claim: fileClaims(join(ports.config.home, "claims")),
  };
  return (config, attempt) => walkRequest({ ...walkPorts, config }, attempt);
}
