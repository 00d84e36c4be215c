/**
 * A request that is one call, used when the call has to wait for approval or for its result longer
 * than its caller can.
 */
import { z } from "zod";
import { callHash } from "../call/approvals.ts";
import { makeCall } from "../call/call-tool.ts";
import { completed, isPending } from "../call/pending.ts";
import { toolCallable } from "../call/tool-callable.ts";
import { Json, JsonObject } from "../core/json.ts";
import type { Solution } from "../work/answer.ts";
import type { AttemptContext } from "../work/attempt.ts";
import type { CallOutcome } from "../work/callable.ts";
import { equipForCalls, type WalkPorts } from "./equip.ts";

export const CallSource = z.strictObject({
  call: z.strictObject({
    tool: z.string(),
    version: z.int(),
    /** Of the original call, before redaction. */
    hash: z.string(),
    arguments: JsonObject,
    /** What the tool returned for a pending result: the call itself was made. */
    pending: Json.exactOptional(),
  }),
});
export type CallSource = z.output<typeof CallSource>;

export async function walkByCall(
  ports: WalkPorts,
  attempt: AttemptContext,
  call: CallSource["call"],
): Promise<Solution> {
  const outcome = await outcomeOf(ports, attempt, call);
  return solutionOf(call, outcome);
}

async function outcomeOf(
  ports: WalkPorts,
  attempt: AttemptContext,
  { tool: name, version, hash, arguments: given, pending }: CallSource["call"],
): Promise<CallOutcome> {
  const { steps } = attempt;
  if (pending !== undefined && isPending(pending)) {
    return { status: "returned", output: await completed(steps, name, pending) };
  }
  const tool = await ports.tools.get(name, version);
  if (callHash(tool, given) !== hash) {
    // Stored arguments have secrets removed; a call without them would do something else.
    const reason = `The arguments of ${name} hold a secret, and secrets are not stored, so this call cannot wait. Make it with toolwright tools run, or from a client that can ask you.`;
    return { status: "failed", code: "SECRET_ARGUMENTS", reason };
  }
  const { tools, sandbox, clock } = ports;
  const callable = toolCallable({ tools, sandbox, monotonicMs: clock.monotonicMs }, tool);
  const id = `call-${name}-v${version}-1`;
  return makeCall(equipForCalls(ports, attempt), callable, given, id);
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
