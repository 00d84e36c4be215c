/**
 * One call by name: checked, permitted, recorded before its effect, and waited for where its result
 * is still to come.
 */
import type { Steps } from "../core/steps.ts";
import { actsOutside } from "../core/tool.ts";
import type { ArgumentFaults, Arguments, Callable, CallOutcome } from "../work/callable.ts";
import { completed, isPending } from "./pending.ts";
import type { Permit } from "./permit.ts";

export interface CallPorts {
  readonly steps: Steps;
  readonly argumentFaults: ArgumentFaults;
  readonly permit: Permit;
}

/**
 * A checked, permitted and recorded call. What changes something outside is not repeated when nobody
 * knows whether it happened: a person decides.
 */
export async function makeCall(
  { steps, argumentFaults, permit }: CallPorts,
  callable: Callable,
  given: Arguments,
  key: string,
): Promise<CallOutcome> {
  const { name, description, parameters, tool } = callable;
  const faults = argumentFaults(parameters, given);
  if (faults.length > 0) {
    return { status: "failed", reason: `The arguments of ${name} do not fit: ${faults.join(" ")}` };
  }
  const permission = await permit(callable, given);
  if (permission.status === "rejected") return { status: "failed", reason: permission.reason };
  const allowed = permission.arguments;
  const edited = allowed === given ? [] : argumentFaults(parameters, allowed);
  if (edited.length > 0) {
    return { status: "failed", reason: `As edited, the arguments do not fit: ${edited.join(" ")}` };
  }
  await steps.trace(`call:${name}:asked`, [
    {
      type: "tool-call",
      data: {
        id: key,
        name,
        ...(tool === undefined ? {} : { version: tool.version }),
        description,
        parameters,
        arguments: allowed,
      },
    },
  ]);
  const said = await steps.step(
    `call:${name}`,
    async ({ signal, idempotencyKey }) => ({
      ...(await callable.call(allowed, signal, idempotencyKey)),
    }),
    {
      input: allowed,
      ...(tool !== undefined && actsOutside(tool) ? { onUncertain: "ask" } : {}),
    },
  );
  const outcome: CallOutcome =
    said.status === "returned" && isPending(said.output)
      ? { status: "returned", output: await completed(steps, name, said.output.$pending) }
      : said;
  await steps.trace(`call:${name}:done`, [
    {
      type: "tool-result",
      data:
        outcome.status === "returned"
          ? { id: key, status: "returned", output: outcome.output }
          : { id: key, status: "failed", error: outcome.reason },
    },
  ]);
  return outcome;
}
