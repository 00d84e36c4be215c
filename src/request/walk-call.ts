/**
 * A request that is one call: one that has to wait for a person's approval, or for its result, longer
 * than whoever made it can.
 */
import { z } from "zod";
import { callHash, permitByPerson } from "../call/approvals.ts";
import { createArgumentFaults } from "../call/arguments.ts";
import { makeCall } from "../call/call-tool.ts";
import { completed, isPending } from "../call/pending.ts";
import { type ToolCallablePorts, toolCallable } from "../call/tool-callable.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { Json } from "../core/json.ts";
import type { ToolStore } from "../core/ports.ts";
import type { LifeContext } from "../work/attempt.ts";
import type { CallOutcome } from "../work/callable.ts";
import type { Solution } from "../work/outcome.ts";

/** The source of a request that is one call. */
export const CallSource = z.strictObject({
  call: z.strictObject({
    tool: z.string(),
    version: z.int(),
    /** Of the call as it was meant. */
    hash: z.string(),
    arguments: z.record(z.string(), Json),
    /** What the tool said of a result that is still to come: the call itself was made. */
    pending: Json.exactOptional(),
  }),
});
export type CallSource = z.output<typeof CallSource>;

export interface CallWalkPorts {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly sandbox: ToolCallablePorts["sandbox"];
  readonly clock: Clock;
}

/** @returns undefined for a request that is no call. */
export function createCallWalk(
  ports: CallWalkPorts,
): (life: LifeContext) => Promise<Solution> | undefined {
  const argumentFaults = createArgumentFaults();

  async function outcomeOf({ steps }: LifeContext, call: CallSource["call"]): Promise<CallOutcome> {
    const { config, tools, sandbox, clock } = ports;
    const { tool: name, version, pending } = call;
    if (pending !== undefined && isPending(pending)) {
      return { status: "returned", output: await completed(steps, name, pending) };
    }
    const tool = await tools.get(name, version);
    if (callHash(tool, call.arguments) !== call.hash) {
      // What is stored has its secrets taken out; called with the rest it would do another thing.
      const reason = `The arguments of ${name} hold a secret, which is not stored, so this call cannot wait: make it with toolwright tools run, or from a client that can ask you.`;
      return { status: "failed", code: "SECRET_ARGUMENTS", reason };
    }
    const permit = permitByPerson({ steps, approvals: config.approvals, now: clock.now });
    const { monotonicMs } = clock;
    const callable = toolCallable({ sandbox, tools, monotonicMs }, tool);
    const id = `call-${name}-v${version}-1`;
    return makeCall({ steps, argumentFaults, permit }, callable, call.arguments, id);
  }

  return (life) => {
    const source = CallSource.safeParse(life.work.source);
    if (!source.success) return undefined;
    return outcomeOf(life, source.data.call).then((outcome) =>
      solutionOf(source.data.call, outcome),
    );
  };
}

function solutionOf({ tool: name, version }: CallSource["call"], outcome: CallOutcome): Solution {
  if (outcome.status === "failed") {
    return { status: "gave-up", reason: outcome.reason, steps: 1 };
  }
  const { output } = outcome;
  return {
    status: "answered",
    answer: {
      text: JSON.stringify(output),
      value: output,
      tool: { name, version },
      checks: [],
      outputs: [output],
      measures: {},
    },
    createdBy: undefined,
    steps: 1,
  };
}
