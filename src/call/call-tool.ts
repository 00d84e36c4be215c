/**
 * The call of a tool, the same from wherever it comes: a step of a request, a program, a sub-agent, a
 * person's command, an MCP client. It is checked, permitted, recorded before its effect, and waited
 * for where its result is still to come.
 */
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { GivenResult, StepAttempt, Steps } from "../core/steps.ts";
import { actsOutside, parameterNames, type Tool } from "../core/tool.ts";
import type { ArgumentFaults, Callable, CallOutcome } from "../work/callable.ts";
import type { ToolCalled } from "../work/outcome.ts";
import type { Permit } from "./approvals.ts";
import { byName, checkArguments, type Given } from "./arguments.ts";
import { completed, isPending } from "./pending.ts";

export interface CallPorts {
  /** Without `waitFor` a result that is still to come is handed to the caller as it is. */
  readonly steps: Pick<Steps, "step" | "trace"> & Partial<Pick<Steps, "waitFor">>;
  readonly argumentFaults: ArgumentFaults;
  readonly permit: Permit;
}

/** @param id The call's name in the trace. */
export async function makeCall(
  ports: CallPorts,
  callable: Callable,
  given: Given,
  id: string,
): Promise<CallOutcome> {
  const waits = waitingFault(callable.tool);
  if (waits !== undefined) return failed("TOOL_WAITS", waits);
  const checked = checkArguments(ports.argumentFaults, callable, given);
  if ("fault" in checked) return failed("INVALID_ARGUMENTS", checked.fault);
  const names = parameterNames(callable);
  const { outcomes } = await makeCalls(ports, callable, {
    asked: checked.named,
    callsOf: (args) => [args as Given],
    ids: () => id,
    make: async ([args = {}], { signal, idempotencyKey }) => [
      await callable.call(byName(names, args), signal, idempotencyKey),
    ],
  });
  return outcomes[0] ?? failed("NO_RESULT", `${callable.name} gave no result.`);
}

/** Calls of one callable that are asked about, made and recorded together. */
export interface CallsTogether {
  /** What a person is asked about, where one is asked. */
  readonly asked: Json;
  /** The calls that `asked`, or an edit of it, stands for. */
  readonly callsOf: (asked: Json) => readonly Given[];
  /** Names of the calls in the trace. */
  readonly ids: (index: number) => string;
  readonly make: (calls: readonly Given[], attempt: StepAttempt) => Promise<readonly CallOutcome[]>;
}

/**
 * What fits is the caller's knowledge; what a person has edited is checked here.
 *
 * @returns The calls that were made, and what became of each; of a refusal, one outcome without calls.
 */
export async function makeCalls(
  ports: CallPorts,
  callable: Callable,
  { asked, callsOf, ids, make }: CallsTogether,
): Promise<{ readonly calls: readonly Given[]; readonly outcomes: readonly CallOutcome[] }> {
  const { steps, argumentFaults, permit } = ports;
  const { name, tool } = callable;
  const refused = (code: string, reason: string) => ({
    calls: [],
    outcomes: [failed(code, reason)],
  });

  const waits = waitingFault(tool);
  if (waits !== undefined) return refused("TOOL_WAITS", waits);
  const permission = await permit(callable, asked, steps);
  if (permission.decision === "open") {
    return refused("APPROVAL_NEEDED", `${name} waits for a person's approval of this call.`);
  }
  if (permission.decision === "rejected") {
    return refused("NOT_APPROVED", `The call was not approved: ${permission.reason}.`);
  }
  const allowed = permission.arguments;
  const calls = callsOf(allowed);
  for (const call of permission.edited ? calls : []) {
    const checked = checkArguments(argumentFaults, callable, call);
    if ("fault" in checked) return refused("INVALID_ARGUMENTS", `As edited: ${checked.fault}`);
  }
  await steps.trace(`call:${name}:asked`, calls.map(callEvent(callable, ids)));
  const kept = await steps.step<Json>(
    `call:${name}`,
    async (attempt) => (await make(calls, attempt)).map((outcome) => ({ ...outcome })) as Json,
    {
      input: allowed,
      // What changes something outside is not repeated when nobody knows whether it happened.
      ...(tool !== undefined && actsOutside(tool)
        ? { onUncertain: "ask", given: givenBy(calls.length) }
        : {}),
    },
  );
  const said = outcomesIn(kept, calls.length);
  const outcomes = await Promise.all(said.map((outcome) => whole(steps, name, outcome)));
  await steps.trace(`call:${name}:done`, outcomes.map(resultEvent(ids)));
  return { calls, outcomes };
}

/** `given`: by a person, whose words are never read as a promise of a result to come. */
type KeptOutcome = CallOutcome & { readonly given?: true };

function givenBy(parts: number): GivenResult {
  const record = (value: Json): Json =>
    (parts > 1 && Array.isArray(value) ? value : [value]).map((output) => ({
      status: "returned",
      output,
      given: true,
    }));
  return { parts, record };
}

/**
 * What the journal holds of a call. One that was made by an older version of the engine has a single
 * outcome, or, of a tool that was called for a goal, what was measured of it, or what a person gave.
 */
function outcomesIn(kept: Json, calls: number): readonly KeptOutcome[] {
  if (Array.isArray(kept) && kept.length > 0 && kept.every(isOutcome)) return kept;
  if (isOutcome(kept)) return [kept];
  if (isMeasured(kept)) {
    const { trial } = kept;
    return trial.status === "serves"
      ? trial.outputs.map((output): CallOutcome => ({ status: "returned", output }))
      : Array.from({ length: calls }, (): CallOutcome => ({ ...trial, status: "failed" }));
  }
  return givenBy(calls).record(kept) as unknown as readonly KeptOutcome[];
}

function isOutcome(value: unknown): value is KeptOutcome {
  const { status, reason } = Object(value) as Partial<Record<"status" | "reason", unknown>>;
  if (status === "returned") return Object.hasOwn(Object(value), "output");
  return status === "failed" && typeof reason === "string";
}

function isMeasured(value: unknown): value is Pick<ToolCalled, "kind" | "trial"> {
  const { kind, trial } = Object(value) as Partial<Record<"kind" | "trial", unknown>>;
  return kind === "tool-called" && typeof trial === "object" && trial !== null;
}

/** Why a version that nobody has approved yet is not called, by whatever way it was reached. */
function waitingFault(tool: Tool | undefined): string | undefined {
  if (tool?.status !== "candidate") return undefined;
  const { name, version } = tool;
  return `${name} version ${version} waits for a person's approval and is not called before: toolwright tools approve ${name} --tool-version ${version}.`;
}

async function whole(
  { waitFor }: CallPorts["steps"],
  name: string,
  { given, ...outcome }: KeptOutcome,
): Promise<CallOutcome> {
  const settled = waitFor === undefined || given === true;
  if (settled || outcome.status !== "returned" || !isPending(outcome.output)) {
    return outcome;
  }
  return { ...outcome, output: await completed({ waitFor }, name, outcome.output) };
}

function callEvent(
  { name, description, parameters, tool }: Callable,
  ids: CallsTogether["ids"],
): (given: Given, index: number) => NewEvent {
  const names = parameterNames({ parameters });
  return (given, index) => ({
    type: "tool-call",
    data: {
      id: ids(index),
      name,
      ...(tool === undefined ? {} : { version: tool.version }),
      // Said once: an export needs the definition beside the calls.
      ...(index === 0 ? { description, parameters } : {}),
      arguments: byName(names, given),
    },
  });
}

function resultEvent(ids: CallsTogether["ids"]): (outcome: CallOutcome, index: number) => NewEvent {
  return ({ wallMs, ...outcome }, index) => ({
    type: "tool-result",
    data:
      outcome.status === "returned"
        ? { id: ids(index), status: "returned", output: outcome.output }
        : { id: ids(index), status: "failed", error: outcome.reason },
    ...(wallMs === undefined ? {} : { volatile: { wallMs } }),
  });
}

function failed(code: string, reason: string): CallOutcome {
  return { status: "failed", code, reason };
}
